// Keeps a desk as new as the log, counts down what rings, and says that somebody is still there.
const page = document.querySelector("main[data-now]");
const desk = document.querySelector("main[data-events]");
const title = document.title;
const beat = 30_000;

for (const lease of document.querySelectorAll("input[name=lease]")) lease.value = lease.dataset.lease;

const held = new Map();
const busy = (section) =>
  (section.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, summary")) ||
  [...section.querySelectorAll("textarea")].some((field) => field.value);

// What somebody unfolded, and what counts down, is no change: else it would fold up again, or what is pressed would be
// another button, as the stream begins.
const folded = (section) => {
  const copy = section.cloneNode(true);
  for (const one of copy.querySelectorAll("details[open]")) one.removeAttribute("open");
  for (const one of copy.querySelectorAll("[data-until]")) one.textContent = "";
  return copy.innerHTML;
};

const put = (id, html) => {
  const section = document.getElementById(id);
  if (!section) return;
  if (busy(section)) {
    held.set(id, html);
    return;
  }
  held.delete(id);
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  if (fresh.innerHTML === folded(section)) return;
  const focused = section.contains(document.activeElement) ? document.activeElement.id : "";
  section.innerHTML = html;
  for (const lease of section.querySelectorAll("input[name=lease]")) lease.value = lease.dataset.lease;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  ring();
};

const ring = () => {
  const rings = document.querySelectorAll("#rings .ring").length;
  document.title = rings ? `(${rings}) ${title}` : title;
};

const count = () => {
  for (const left of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.round((Number(left.dataset.until) - Date.now() + late) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
};

const late = page ? Date.now() - Number(page.dataset.now) : 0;

if (page) {
  setInterval(count, 1000);
  count();
}

if (desk) {
  const source = new EventSource(desk.dataset.events);
  source.addEventListener("desk", (event) => {
    for (const [id, html] of Object.entries(JSON.parse(event.data))) put(id, html);
    count();
  });
  addEventListener("focusout", () => setTimeout(() => held.forEach((html, id) => put(id, html))));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  ring();
}

const seal = document.querySelector("[data-beat]");
if (seal) {
  const body = new URLSearchParams({ "work-seal": seal.dataset.seal });
  setInterval(() => fetch(seal.dataset.beat, { method: "POST", body }).catch(() => {}), beat);
}

document.querySelector("[data-first]")?.focus();

// What is pressed twice is sent once; where no answer came, it may be pressed again.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000);
});

// What was recorded on the page beside this one is the field's file.
new BroadcastChannel("alihdaya-recording").addEventListener("message", ({ data }) => {
  for (const field of document.querySelectorAll("input[data-recording]")) {
    if (field.dataset.recording === data.item && field.name === data.field) field.value = data.name;
  }
});
