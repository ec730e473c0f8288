// Plays a module of a course in a frame of another address, and keeps how it goes.
const page = document.querySelector("main[data-origin]");
const frame = document.getElementById("player");
const trouble = document.getElementById("trouble");
const enough = document.getElementById("enough");
const start = JSON.parse(page.dataset.start);
const often = 10_000;

let last = null;
let sent = "";
let timer = 0;
let chain = Promise.resolve();
let stopped = null;

const shown = (answer) => {
  for (const one of answer.modules) {
    const state = document.getElementById(`state-${one.number}`);
    if (state) state.textContent = one.said;
  }
};

// Asked too often: what the module said last by then is sent once it is time. Only who closes it must know.
const later = (answer, told) => {
  const seconds = Number(answer.headers.get("Retry-After")) || 60;
  timer ||= setTimeout(keep, 1_000 * seconds);
  trouble.hidden = told.over === "no";
};

const keep = () => {
  clearTimeout(timer);
  timer = 0;
  const told = last;
  const text = JSON.stringify([told.values, told.over]);
  if (text === sent) return chain;
  chain = chain.then(async () => {
    const body = new URLSearchParams({
      "work-seal": page.dataset.seal, module: start.module, attempt: start.attempt, mark: start.mark,
      values: JSON.stringify(told.values), over: told.over, seconds: String(start.seconds + told.seconds),
    });
    try {
      const answer = await fetch(page.dataset.keep, { method: "POST", body, redirect: "error" });
      if (answer.status === 429) return later(answer, told);
      if (answer.status === 413) {
        enough.textContent = (await answer.json()).said;
        enough.hidden = false;
      } else if (answer.ok) shown(await answer.json());
      else throw new Error(String(answer.status));
      sent = text;
      trouble.hidden = true;
    } catch {
      trouble.hidden = false;
    }
  });
  return chain;
};

const leave = async (address) => {
  await new Promise((done) => {
    stopped = done;
    frame.contentWindow.postMessage({ alihdaya: "stop" }, page.dataset.origin);
    setTimeout(done, 3_000);
  });
  if (last) await keep();
  await chain;
  if (trouble.hidden) location.assign(address);
};

addEventListener("message", ({ source, origin, data }) => {
  if (source !== frame.contentWindow || origin !== page.dataset.origin || !data) return;
  if (data.alihdaya === "ready") {
    frame.contentWindow.postMessage({ alihdaya: "start", ...start.given }, page.dataset.origin);
  } else if (data.alihdaya === "open" && !start.reports) {
    last = { values: {}, over: "yes", seconds: 0 };
    keep();
  } else if (data.alihdaya === "kept" && start.reports) {
    last = data;
    if (data.over === "yes") {
      keep().then(() => !stopped && trouble.hidden && location.assign(page.dataset.next));
    } else if (!timer) timer = setTimeout(keep, sent ? often : 0);
  } else if (data.alihdaya === "stopped") stopped?.();
});

for (const link of document.querySelectorAll("a[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link.href);
  });
}

frame.src = `${page.dataset.origin}/play`;
