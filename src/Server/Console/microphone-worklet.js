// Collects samples on the audio thread, and passes on a tenth of a second at a time.
registerProcessor('samples', class extends AudioWorkletProcessor {
  #chunk = new Float32Array(Math.round(sampleRate / 10));
  #filled = 0;

  process([[samples]]) {
    for (const sample of samples ?? []) {
      this.#chunk[this.#filled++] = sample;
      if (this.#filled < this.#chunk.length) continue;
      this.port.postMessage(this.#chunk);
      this.#filled = 0;
    }

    return true;
  }
});
