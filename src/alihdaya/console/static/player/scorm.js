// The run-time of SCORM 1.2 (RTE 3.4) and SCORM 2004 (RTE 3 and 4): eight calls and their data model, for one module.
const LONGEST = 64_000;
const MOST_RECORDS = 1_000;

const TEXT = (most) => (value) => value.length <= most || "range";
const WORD = (words) => (value) => words.split(" ").includes(value) || "type";
const NUMBER = (low, high) => (value) => {
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(value)) return "type";
  return (Number(value) >= low && Number(value) <= high) || "range";
};
const OR_NONE = (check) => (value) => value === "" || check(value);
const LIKE = (pattern) => (value) => pattern.test(value) || "type";
const FREE = TEXT(LONGEST);
const NAME = TEXT(4_000);

const SPAN_12 = LIKE(/^\d{2,4}:[0-5]?\d:[0-5]?\d(\.\d{1,2})?$/);
const CLOCK_12 = LIKE(/^\d{1,2}:\d{2}:\d{2}(\.\d{1,2})?$/);
const SPAN = LIKE(/^P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?$/);
const MOMENT = LIKE(/^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,2})?)?)?(Z|[+-]\d\d(:\d\d)?)?)?)?)?$/);
const SCORE_12 = OR_NONE(NUMBER(0, 100));
const ANY_NUMBER = NUMBER(-1e12, 1e12);
const STATUS_12 = "passed completed failed incomplete browsed";

// Element -> [may be read, may be written, check]. "n" stands for the index of a collection.
const RULES_12 = {
  "cmi._version": [1, 0],
  "cmi.core.student_id": [1, 0],
  "cmi.core.student_name": [1, 0],
  "cmi.core.lesson_location": [1, 1, FREE],
  "cmi.core.credit": [1, 0],
  "cmi.core.lesson_status": [1, 1, WORD(STATUS_12)],
  "cmi.core.entry": [1, 0],
  "cmi.core.score.raw": [1, 1, SCORE_12],
  "cmi.core.score.max": [1, 1, SCORE_12],
  "cmi.core.score.min": [1, 1, SCORE_12],
  "cmi.core.total_time": [1, 0],
  "cmi.core.lesson_mode": [1, 0],
  "cmi.core.exit": [0, 1, OR_NONE(WORD("time-out suspend logout"))],
  "cmi.core.session_time": [0, 1, SPAN_12],
  "cmi.suspend_data": [1, 1, FREE],
  "cmi.launch_data": [1, 0],
  "cmi.comments": [1, 1, FREE],
  "cmi.comments_from_lms": [1, 0],
  "cmi.student_data.mastery_score": [1, 0],
  "cmi.student_data.max_time_allowed": [1, 0],
  "cmi.student_data.time_limit_action": [1, 0],
  "cmi.student_preference.audio": [1, 1, NUMBER(-1, 100)],
  "cmi.student_preference.language": [1, 1, NAME],
  "cmi.student_preference.speed": [1, 1, NUMBER(-100, 100)],
  "cmi.student_preference.text": [1, 1, NUMBER(-1, 1)],
  "cmi.objectives.n.id": [1, 1, NAME],
  "cmi.objectives.n.score.raw": [1, 1, SCORE_12],
  "cmi.objectives.n.score.max": [1, 1, SCORE_12],
  "cmi.objectives.n.score.min": [1, 1, SCORE_12],
  "cmi.objectives.n.status": [1, 1, (value) => value === "not attempted" || WORD(STATUS_12)(value)],
  "cmi.interactions.n.id": [0, 1, NAME],
  "cmi.interactions.n.objectives.n.id": [0, 1, NAME],
  "cmi.interactions.n.time": [0, 1, CLOCK_12],
  "cmi.interactions.n.type": [0, 1, WORD("true-false choice fill-in matching performance sequencing likert numeric")],
  "cmi.interactions.n.correct_responses.n.pattern": [0, 1, NAME],
  "cmi.interactions.n.weighting": [0, 1, ANY_NUMBER],
  "cmi.interactions.n.student_response": [0, 1, NAME],
  "cmi.interactions.n.result": [0, 1, (value) => WORD("correct wrong unanticipated neutral")(value) === true || ANY_NUMBER(value)],
  "cmi.interactions.n.latency": [0, 1, SPAN_12],
};

const COMPLETED = (value) => value === "not attempted" || WORD("completed incomplete unknown")(value);
const SUCCESS = WORD("passed failed unknown");
const SCALED = NUMBER(-1, 1);
const SCORES = (stem) => ({
  [`${stem}score.scaled`]: [1, 1, SCALED],
  [`${stem}score.raw`]: [1, 1, ANY_NUMBER],
  [`${stem}score.min`]: [1, 1, ANY_NUMBER],
  [`${stem}score.max`]: [1, 1, ANY_NUMBER],
});
const KINDS = "true-false choice fill-in long-fill-in likert matching performance sequencing numeric other";

const RULES = {
  "cmi._version": [1, 0],
  "cmi.comments_from_learner.n.comment": [1, 1, NAME],
  "cmi.comments_from_learner.n.location": [1, 1, NAME],
  "cmi.comments_from_learner.n.timestamp": [1, 1, MOMENT],
  "cmi.completion_status": [1, 1, COMPLETED],
  "cmi.completion_threshold": [1, 0],
  "cmi.credit": [1, 0],
  "cmi.entry": [1, 0],
  "cmi.exit": [0, 1, OR_NONE(WORD("time-out suspend logout normal"))],
  "cmi.interactions.n.id": [1, 1, NAME],
  "cmi.interactions.n.type": [1, 1, WORD(KINDS)],
  "cmi.interactions.n.objectives.n.id": [1, 1, NAME],
  "cmi.interactions.n.timestamp": [1, 1, MOMENT],
  "cmi.interactions.n.correct_responses.n.pattern": [1, 1, NAME],
  "cmi.interactions.n.weighting": [1, 1, ANY_NUMBER],
  "cmi.interactions.n.learner_response": [1, 1, NAME],
  "cmi.interactions.n.result": [1, 1, (value) => WORD("correct incorrect unanticipated neutral")(value) === true || ANY_NUMBER(value)],
  "cmi.interactions.n.latency": [1, 1, SPAN],
  "cmi.interactions.n.description": [1, 1, NAME],
  "cmi.launch_data": [1, 0],
  "cmi.learner_id": [1, 0],
  "cmi.learner_name": [1, 0],
  "cmi.learner_preference.audio_level": [1, 1, NUMBER(0, 1e12)],
  "cmi.learner_preference.language": [1, 1, NAME],
  "cmi.learner_preference.delivery_speed": [1, 1, NUMBER(0, 1e12)],
  "cmi.learner_preference.audio_captioning": [1, 1, WORD("-1 0 1")],
  "cmi.location": [1, 1, FREE],
  "cmi.max_time_allowed": [1, 0],
  "cmi.mode": [1, 0],
  "cmi.objectives.n.id": [1, 1, NAME],
  ...SCORES("cmi.objectives.n."),
  "cmi.objectives.n.success_status": [1, 1, SUCCESS],
  "cmi.objectives.n.completion_status": [1, 1, COMPLETED],
  "cmi.objectives.n.progress_measure": [1, 1, NUMBER(0, 1)],
  "cmi.objectives.n.description": [1, 1, NAME],
  "cmi.progress_measure": [1, 1, NUMBER(0, 1)],
  "cmi.scaled_passing_score": [1, 0],
  ...SCORES("cmi."),
  "cmi.session_time": [0, 1, SPAN],
  "cmi.success_status": [1, 1, SUCCESS],
  "cmi.suspend_data": [1, 1, FREE],
  "cmi.time_limit_action": [1, 0],
  "cmi.total_time": [1, 0],
  "adl.nav.request": [1, 1, FREE],
};

const CODES_12 = {
  twice: 101, early: 301, late: 301, unknown: 401, argument: 201, readonly: 403, writeonly: 404, type: 405, range: 405, index: 201,
};
const CODES = {
  twice: 103, ended: 104, early: { start: 112, get: 122, set: 132, keep: 142 }, late: { start: 113, get: 123, set: 133, keep: 143 },
  unknown: 401, argument: 201, readonly: 404, writeonly: 405, type: 406, range: 407, index: 351, unset: 403,
};
const SAID = {
  0: "No error", 101: "General exception", 103: "Already initialized", 104: "Content instance terminated", 112: "Termination before initialization",
  113: "Termination after termination", 122: "Retrieve data before initialization", 123: "Retrieve data after termination",
  132: "Store data before initialization", 133: "Store data after termination", 142: "Commit before initialization", 143: "Commit after termination",
  201: "Invalid argument", 301: "Not initialized", 351: "General set failure", 401: "Undefined or not implemented element", 403: "Not set, or read only",
  404: "Read only, or write only", 405: "Write only, or incorrect type", 406: "Type mismatch", 407: "Value out of range",
};

const childrenOf = (rules, stem) => {
  const found = new Set();
  for (const name of Object.keys(rules)) {
    if (name.startsWith(stem)) found.add(name.slice(stem.length).split(".")[0]);
  }
  found.delete("_version");
  return [...found].join(",");
};

// What holds for both versions: values in memory, and who is told when they are to be kept.
class Runtime {
  constructor(version, start, told) {
    this.later = version !== "1.2";
    this.rules = this.later ? RULES : RULES_12;
    this.codes = this.later ? CODES : CODES_12;
    this.values = Object.assign(Object.create(null), start);
    this.told = told;
    this.state = "before";
    this.error = 0;
  }

  fail(kind, call) {
    const code = this.codes[kind];
    this.error = typeof code === "object" ? code[call] : code;
    return false;
  }

  begin(argument) {
    if (argument !== "") return this.fail("argument");
    if (this.state !== "before") return this.fail(this.state === "over" && this.later ? "ended" : "twice");
    this.state = "open";
    this.error = 0;
    return true;
  }

  open(call) {
    if (this.state === "open") return true;
    return this.fail(this.state === "before" ? "early" : "late", call);
  }

  end(argument) {
    if (!this.open("start")) return false;
    if (argument !== "") return this.fail("argument");
    this.state = "over";
    this.error = 0;
    this.told(this.values, true);
    return true;
  }

  keep(argument) {
    if (!this.open("keep")) return false;
    if (argument !== "") return this.fail("argument");
    this.error = 0;
    this.told(this.values, false);
    return true;
  }

  count(stem) {
    let n = 0;
    while (Object.keys(this.values).some((name) => name.startsWith(`${stem}.${n}.`))) n += 1;
    return n;
  }

  // Gives the rule of an element, and whether the indices in its name are of records that are there, or the next.
  rule(name, writing) {
    const plain = name.replace(/\.\d+(?=\.)/g, ".n");
    const rule = Object.hasOwn(this.rules, plain) ? this.rules[plain] : undefined;
    if (!rule || /\.n\.|\.n$/.test(name)) return [undefined, false];
    let known = true;
    for (const found of name.matchAll(/\.(\d+)(?=\.)/g)) {
      const count = this.count(name.slice(0, found.index));
      known &&= Number(found[1]) < count + (writing ? 1 : 0) && Number(found[1]) < MOST_RECORDS;
    }
    return [rule, known];
  }

  get(name) {
    if (!this.open("get")) return "";
    this.error = 0;
    if (typeof name !== "string") return this.fail("argument") || "";
    if (name.endsWith("._count")) {
      const stem = name.slice(0, -"._count".length);
      const inside = `${stem.replace(/\.\d+(?=\.)/g, ".n")}.n.`;
      if (Object.keys(this.rules).some((one) => one.startsWith(inside))) return String(this.count(stem));
    }
    if (name.endsWith("._children")) {
      const stem = name.slice(0, -"_children".length);
      const inside = Object.keys(this.rules).some((one) => one.startsWith(`${stem}n.`)) ? `${stem}n.` : stem;
      const found = childrenOf(this.rules, inside);
      if (found) return found;
    }
    const [rule, known] = this.rule(name, false);
    if (!rule) return this.fail("unknown") || "";
    if (!rule[0]) return this.fail("writeonly") || "";
    if (!known) return this.fail(this.later ? "unset" : "index") || "";
    if (this.values[name] === undefined && this.later) return this.fail("unset") || "";
    return this.values[name] ?? "";
  }

  set(name, given) {
    if (!this.open("set")) return false;
    this.error = 0;
    if (typeof name !== "string") return this.fail("argument");
    const value = String(given ?? "");
    const [rule, known] = this.rule(name, true);
    if (!rule) return this.fail("unknown");
    if (!rule[1]) return this.fail("readonly");
    if (!known) return this.fail("index");
    const fits = rule[2](value);
    if (fits !== true) return this.fail(fits);
    this.values[name] = value;
    return true;
  }
}

// Gives the object that a course looks for, API (1.2) or API_1484_11 (2004): every call answers with a text.
export const makeApi = (version, start, told) => {
  const run = new Runtime(version, start, told);
  const calls = {
    Initialize: (argument) => String(run.begin(argument)),
    Terminate: (argument) => String(run.end(argument)),
    GetValue: (name) => run.get(name),
    SetValue: (name, value) => String(run.set(name, value)),
    Commit: (argument) => String(run.keep(argument)),
    GetLastError: () => String(run.error),
    GetErrorString: (code) => SAID[code] ?? "",
    GetDiagnostic: (code) => SAID[code === "" || code === undefined ? run.error : code] ?? "",
  };
  if (version !== "1.2") return { run, api: { ...calls, version: "1.0" } };
  const named = Object.entries(calls).map(([name, call]) => [`LMS${name === "Terminate" ? "Finish" : name}`, call]);
  return { run, api: Object.fromEntries(named) };
};
