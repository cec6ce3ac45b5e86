// Live streams that send audio as fast as it sounds, and time the finals from the end of their audio.
//   k6 run -e SERVER=127.0.0.1:5190 -e STREAMS=8 load-tests/k6/stream.js
import { check, sleep } from 'k6';
import encoding from 'k6/encoding';
import { Client, Stream } from 'k6/net/grpc';
import { Counter, Trend } from 'k6/metrics';

const server = __ENV.SERVER || '127.0.0.1:5190';
const budgetMs = Number(__ENV.BUDGET_MS || 1000);
const chunkMs = 100;
const chunkBytes = 16 * 2 * chunkMs; // 16 kHz, 16 bits
const wav = new Uint8Array(open(__ENV.AUDIO || '../../samples/digits-air-conditioner-10db.wav', 'b'));
const pcm = wav.subarray(44); // the samples that ship have the shortest header

const draftLatency = new Trend('draft_latency', true);
const adaptationLatency = new Trend('adaptation_latency', true);
const finals = new Counter('finals');
const streamErrors = new Counter('stream_errors');

const client = new Client();
let connected = false;

export const options = {
  scenarios: {
    streams: { executor: 'constant-vus', vus: Number(__ENV.STREAMS || 4), duration: __ENV.DURATION || '1m', gracefulStop: '30s' },
  },
  thresholds: {
    stream_errors: ['count==0'],
    finals: ['count>0'],
    draft_latency: ['p(95)<500'],
    adaptation_latency: [`p(95)<${budgetMs + 500}`],
  },
};

export default function () {
  if (!connected) {
    client.connect(server, { plaintext: true, reflect: true }); // the .proto files import ones of googleapis, which k6 does not have
    connected = true;
  }

  const stream = new Stream(client, 'attune.v1.Speech/StreamingRecognize');
  let ended = 0;
  let open = true;
  stream.on('data', (/** @type {any} */ response) => {
    for (const result of response.results || []) {
      const behind = Math.max(0, Date.now() - ended);
      if (result.isDraft && ended) draftLatency.add(behind);
      if (!result.isFinal) continue;
      finals.add(1);
      check(result, { 'final says what adaptation did': (r) => r.adaptation.outcome !== 'OUTCOME_UNSPECIFIED' });
      if (ended && result.adaptation.outcome === 'OUTCOME_ADAPTED') adaptationLatency.add(behind);
    }
  });
  stream.on('error', () => {
    streamErrors.add(1);
    open = false;
  });
  stream.on('end', () => {
    open = false;
  });

  stream.write({
    streamingConfig: {
      config: { encoding: 'AUDIO_ENCODING_LINEAR16', sampleRateHertz: 16000, adaptation: { latencyBudget: `${budgetMs / 1000}s` } },
      interimResults: true,
    },
  });
  for (let at = 0; at + chunkBytes <= pcm.length && open; at += chunkBytes) {
    stream.write({ audio: encoding.b64encode(pcm.slice(at, at + chunkBytes).buffer) });
    sleep(chunkMs / 1000);
  }

  ended = Date.now();
  stream.end();
  for (let waited = 0; open && waited < 20; waited += 0.05) sleep(0.05);
}
