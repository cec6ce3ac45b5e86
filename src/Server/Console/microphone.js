// @ts-check

/** The microphone of this machine, at the rate that it has: the server resamples. */
export class Microphone {
  /** @param {AudioContext} context @param {MediaStream} media */
  constructor(context, media) {
    this.context = context;
    this.media = media;
    this.sampleRate = context.sampleRate;
  }

  /** Asks for it. */
  static async open() {
    if (!navigator.mediaDevices) throw new Error('Browsers give a page the microphone over https, or on localhost. Open the console at such an address, or choose a file.');
    const media = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((error) => {
      throw new Error(error.name === 'NotFoundError'
        ? 'This machine has no microphone. Connect one, or choose a file.'
        : 'The microphone is not allowed. Allow it beside the address of the page, or choose a file.');
    });
    return new Microphone(new AudioContext(), media);
  }

  /** Starts. @param {(samples: Float32Array) => void} take Gets a tenth of a second at a time. */
  async start(take) {
    await this.context.audioWorklet.addModule(new URL('./microphone-worklet.js', import.meta.url));
    await this.context.resume();
    const worklet = new AudioWorkletNode(this.context, 'samples', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
    worklet.port.onmessage = (event) => take(event.data);
    this.context.createMediaStreamSource(this.media).connect(worklet);
  }

  async close() {
    for (const track of this.media.getTracks()) track.stop();
    await this.context.close();
  }
}

/**
 * The samples of a recording that the browser can decode, mixed down.
 * @param {Blob} file
 * @param {number} sampleRate
 */
export async function decode(file, sampleRate) {
  const audio = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(await file.arrayBuffer());
  const channels = Array.from({ length: audio.numberOfChannels }, (_, channel) => audio.getChannelData(channel));
  return channels.length === 1 ? channels[0] : channels[0].map((_, i) => channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length);
}
