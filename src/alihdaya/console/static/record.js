// Records a voice after consent, shows its level, and hands it in as a WAV file; a noisy one is made again once.
const main = document.getElementById("recorder");
const by = (id) => document.getElementById(id);
const [consent, start, stop, send, level, time, heard, said, file] =
  ["consent", "start", "stop", "send", "level", "time", "heard", "said", "file"].map(by);
const longest = Number(main.dataset.longest);
const SILENT = -60;
let taken = null; // what is being recorded: context, stream, chunks
let made = null; // the WAV file that may be handed in
let again = false;

const tell = (text, tone = "") => {
  said.textContent = text;
  said.className = tone;
};
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const settle = () => {
  start.disabled = !consent.checked || taken !== null;
  stop.disabled = taken === null;
  send.disabled = made === null || taken !== null || !consent.checked;
};

const wav = (chunks, rate) => {
  const count = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const chunk of chunks) {
    for (const value of chunk) {
      const held = Math.max(-1, Math.min(1, value));
      view.setInt16(at, Math.round(held * 32767), true);
      at += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
};

const take = (chunk) => {
  if (taken === null) return;
  taken.chunks.push(chunk);
  taken.count += chunk.length;
  taken.square += chunk.reduce((sum, value) => sum + value * value, 0);
  taken.fresh += chunk.length;
  if (taken.fresh < taken.rate / 15) return;
  level.value = Math.max(SILENT, 10 * Math.log10(taken.square / taken.fresh + 1e-9));
  taken.square = taken.fresh = 0;
  time.textContent = clock(taken.count / taken.rate);
  if (taken.count >= (longest - 1) * taken.rate) end();
};

const begin = async () => {
  made = null;
  heard.hidden = file.hidden = true;
  time.textContent = clock(0);
  start.disabled = true;
  let stream;
  try {
    // What a browser does to please the ear would hide the noise that is to be measured.
    const plain = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
    const context = new AudioContext();
    await context.audioWorklet.addModule("/static/record-worklet.js");
    const listener = new AudioWorkletNode(context, "listener");
    taken = { context, stream, rate: context.sampleRate, chunks: [], count: 0, square: 0, fresh: 0 };
    listener.port.onmessage = (event) => take(event.data);
    context.createMediaStreamSource(stream).connect(listener).connect(context.destination); // it puts out silence
    tell(said.dataset.recording);
  } catch {
    stream?.getTracks().forEach((track) => track.stop());
    taken = null;
    tell(said.dataset.denied, "late");
  }
  settle();
  if (taken) stop.focus();
};

const end = () => {
  if (taken === null) return;
  const { context, stream, chunks, count, rate } = taken;
  taken = null;
  stream.getTracks().forEach((track) => track.stop());
  context.close();
  level.value = SILENT;
  if (count < 3 * rate) {
    tell(said.dataset.short, "warn");
  } else {
    made = wav(chunks, rate);
    if (heard.src) URL.revokeObjectURL(heard.src);
    heard.src = URL.createObjectURL(made);
    heard.hidden = false;
    tell(said.dataset.check);
  }
  settle();
  (made ? send : start).focus();
};

const hand = async () => {
  const headers = { "Content-Type": "audio/wav", "Recording-Consent": consent.checked ? "yes" : "no" };
  if (again) headers["Recording-Again"] = "yes";
  send.disabled = true;
  tell(said.dataset.sending);
  let told;
  try {
    const answer = await fetch(`/record/${main.dataset.item}`, { method: "POST", headers, body: made });
    told = await answer.json();
    if (!answer.ok) throw new Error(told.said);
  } catch (error) {
    tell(`${said.dataset.failed} ${error.message}`, "late");
    settle();
    return;
  }
  made = null;
  if (told.again) {
    again = true;
    tell(said.dataset.noisy.replace("{clarity}", told.clarity), "warn");
  } else {
    const clarity = told.clarity === null ? said.dataset.unmeasured : said.dataset.clarity.replace("{clarity}", told.clarity);
    tell(`${said.dataset.kept} ${clarity}`, told.noisy ? "warn" : "good");
    file.querySelector("code").textContent = told.name;
    file.hidden = false;
    const { item, field } = main.dataset;
    new BroadcastChannel("alihdaya-recording").postMessage({ item, field, name: told.name });
  }
  settle();
};

consent.addEventListener("change", () => {
  if (!consent.checked && taken) end();
  settle();
});
start.addEventListener("click", begin);
stop.addEventListener("click", end);
send.addEventListener("click", hand);
addEventListener("pagehide", end);
settle();
