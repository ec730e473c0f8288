// Stands between the workplace and a module of a course. It has the module's address, and none of the workplace's
// rights: what it learns comes from the page around it by message, and goes back the same way.
import { makeApi } from "./scorm.js";

const begun = performance.now();
let from = null;
let frame = null;
let run = null;
let ended = false;

const tell = (kind, more = {}) => from && parent.postMessage({ alihdaya: kind, ...more }, from);

// Answers to single questions stay here: what is kept is how far somebody is, and how it went.
const told = (values, over) => {
  ended ||= over === true;
  const kept = Object.entries(values).filter(([name]) => !/^cmi\.(interactions|objectives|comments)/.test(name));
  const state = ended ? "yes" : over === "left" ? "left" : "no";
  tell("kept", { values: Object.fromEntries(kept), over: state, seconds: Math.round((performance.now() - begun) / 1000) });
};

const start = ({ version, mark, href, values }) => {
  const root = `${location.origin}/c/${mark}/`;
  const address = new URL(href, root);
  if (!address.href.startsWith(root)) return;
  const made = makeApi(version, values, told);
  run = made.run;
  window[version === "1.2" ? "API" : "API_1484_11"] = made.api;
  frame = document.createElement("iframe");
  frame.title = "Course";
  frame.allow = "autoplay; fullscreen; unload";
  frame.src = address.href;
  document.body.append(frame);
  tell("open");
};

// The module is closed: it may still say how it went. One that says nothing is kept as it stands.
const stop = () => {
  if (!frame) return tell("stopped");
  frame.addEventListener("load", () => {
    if (!ended) told(run.values, "left");
    tell("stopped");
  });
  frame.src = "about:blank";
};

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || parent === window || !data) return;
  if (data.alihdaya === "start" && !from) {
    from = origin;
    start(data);
  } else if (data.alihdaya === "stop" && origin === from) stop();
});

// Nothing is told by this but that there is a player; everything else goes to who answers.
parent.postMessage({ alihdaya: "ready" }, "*");
