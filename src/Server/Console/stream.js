// @ts-check
import { credential } from './api.js';

/** Audio of one message, in seconds. */
const chunkSeconds = 0.1;

/** Bytes that may wait in the browser before more of a file is sent. */
const maxWaiting = 1 << 20;

/** A stream of speech to the server: what StreamingRecognize is for programs, over a WebSocket. */
export class SpeechStream {
  /** When which audio was sent: end of the audio in seconds, and the clock. @type {[number, number][]} */
  #sent = [];
  #seconds = 0;
  #socket;
  #rate;

  /**
   * @param {{ sampleRate: number, domain: string, steps?: number }} settings
   * @param {(message: any) => void} receive Takes each answer, its fields in camelCase.
   */
  constructor({ sampleRate, domain, steps }, receive) {
    this.#rate = sampleRate;
    // A page cannot set headers of a WebSocket; a subprotocol stands in no address, and so in no log.
    const key = credential.get();
    const address = new URL('/v1/stream', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    this.#socket = new WebSocket(address, key ? ['attune.v1', `attune.bearer.${key}`] : ['attune.v1']);
    /** @type {string | undefined} */
    let problem;
    this.#socket.onmessage = (event) => {
      const message = camel(JSON.parse(event.data));
      if (message.error) problem = message.error.message;
      else receive(message);
    };
    const config = { encoding: 'AUDIO_ENCODING_LINEAR16', sample_rate_hertz: sampleRate, domain, adaptation: steps === undefined ? undefined : { steps } };
    /** Resolves when audio may be sent. @type {Promise<void>} */
    this.opened = new Promise((resolve, reject) => {
      this.#socket.onopen = () => {
        this.#socket.send(JSON.stringify({ streaming_config: { config, interim_results: true } }));
        resolve();
      };
      this.#socket.onerror = () => reject(new Error(key
        ? 'No stream could be opened: the server cannot be reached, or the key does not let you recognise.'
        : 'No stream could be opened: the server cannot be reached, or it wants a key. Enter one with the button above.'));
    });
    /** Resolves when everything was answered. @type {Promise<void>} */
    this.done = new Promise((resolve, reject) => {
      this.#socket.onclose = (event) => event.code === 1000 ? resolve() : reject(new Error(problem ?? (event.reason || 'The connection was lost. Try again.')));
    });
    this.done.catch(() => {}); // told by whoever waits for it
  }

  /** Sends audio. @param {Float32Array} samples From -1 to 1. */
  send(samples) {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(Int16Array.from(samples, (x) => Math.max(-32768, Math.min(32767, Math.round(x * 32768)))));
    this.#seconds += samples.length / this.#rate;
    this.#sent.push([this.#seconds, performance.now()]);
  }

  /** Sends a whole recording, as fast as it is taken. @param {Float32Array} samples */
  async sendAll(samples) {
    const chunk = Math.round(chunkSeconds * this.#rate);
    for (let i = 0; i < samples.length; i += chunk) {
      while (this.#socket.bufferedAmount > maxWaiting) await new Promise((resolve) => setTimeout(resolve, 20));
      this.send(samples.subarray(i, i + chunk));
    }
  }

  /** No more audio comes. */
  end() {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ end_of_stream: {} }));
  }

  /** Milliseconds since a place of the audio was sent. @param {number} seconds */
  since(seconds) {
    const sent = this.#sent.find(([end]) => end >= seconds) ?? this.#sent.at(-1);
    return sent ? performance.now() - sent[1] : 0;
  }
}

/** Names of fields in camelCase, as those of JSON over HTTP are. @param {any} value @returns {any} */
function camel(value) {
  if (Array.isArray(value)) return value.map(camel);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), camel(item)]));
}
