// Single requests that arrive at a constant rate, whatever the server is doing, with a latency budget.
//   k6 run -e SERVER=127.0.0.1:5190 -e RATE=2 -e BUDGET_MS=1000 load-tests/k6/recognize.js
import { check } from 'k6';
import encoding from 'k6/encoding';
import { Client, StatusOK } from 'k6/net/grpc';
import { Rate, Trend } from 'k6/metrics';

const server = __ENV.SERVER || '127.0.0.1:5190';
const rate = Number(__ENV.RATE || 2);
const budgetMs = Number(__ENV.BUDGET_MS || 1000);
const audio = encoding.b64encode(open(__ENV.AUDIO || '../../samples/digits-air-conditioner-10db.wav', 'b'));

const adaptationLatency = new Trend('adaptation_latency', true); // of finals from adapted weights
const draftLatency = new Trend('draft_latency', true); // of finals that are the draft
const withinBudget = new Rate('within_budget');
const adapted = new Rate('adapted');

const client = new Client();
let connected = false;

export const options = {
  scenarios: {
    recognize: {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      duration: __ENV.DURATION || '1m',
      preAllocatedVUs: 20,
      maxVUs: 200,
    },
  },
  thresholds: {
    checks: ['rate==1'],
    within_budget: ['rate>=0.99'],
    dropped_iterations: ['count==0'],
  },
};

export default function () {
  if (!connected) {
    client.connect(server, { plaintext: true, reflect: true }); // the .proto files import ones of googleapis, which k6 does not have
    connected = true;
  }

  const started = Date.now();
  const response = client.invoke('attune.v1.Speech/Recognize', {
    config: { adaptation: { latencyBudget: `${budgetMs / 1000}s` } },
    audio,
  });
  const elapsed = Date.now() - started;
  const answered = check(response, { 'status is OK': (r) => r.status === StatusOK });
  withinBudget.add(answered && elapsed <= budgetMs);
  if (!answered) return;

  const { results } = /** @type {{ results: any[] }} */ (response.message);
  for (const result of results) {
    const isAdapted = result.adaptation.outcome === 'OUTCOME_ADAPTED';
    adapted.add(isAdapted);
    (isAdapted ? adaptationLatency : draftLatency).add(elapsed);
  }
}
