// Keeps the floor as new as the log: every event brings the sections' HTML, and only what differs is put in.
// The browser reconnects by itself and names the last entry that it has seen.
const floor = document.querySelector("main[data-events]");
const pulse = document.getElementById("pulse");
const shown = new Map();

const tell = (state) => {
  pulse.className = `pulse ${state}`;
  pulse.querySelector("span").textContent = pulse.dataset[state];
};

const put = (id, html) => {
  const section = document.getElementById(id);
  if (!section || shown.get(id) === html) return;
  shown.set(id, html);
  const held = section.contains(document.activeElement) ? document.activeElement.id : "";
  const left = section.querySelector(".wide")?.scrollLeft ?? 0;
  section.innerHTML = html;
  if (left) section.querySelector(".wide").scrollLeft = left;
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
};

const source = new EventSource(floor.dataset.events);
source.addEventListener("open", () => tell("live"));
source.addEventListener("error", () => tell("lost"));
source.addEventListener("floor", (event) => {
  for (const [id, html] of Object.entries(JSON.parse(event.data))) put(id, html);
});
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (event) => event.persisted && location.reload());
