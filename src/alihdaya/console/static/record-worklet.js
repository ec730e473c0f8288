// Hands on what the microphone hears, as it comes: one channel of floats.
class Listener extends AudioWorkletProcessor {
  process(inputs) {
    const channel = inputs[0]?.[0];
    if (channel) this.port.postMessage(channel.slice());
    return true;
  }
}
registerProcessor("listener", Listener);
