// @ts-check
import { call } from '../api.js';
import { h, put, show, svg } from '../dom.js';
import { decimal, elapsed, position, seconds } from '../format.js';
import { Microphone, decode } from '../microphone.js';
import { notice, revisionName } from '../parts.js';
import { SpeechStream } from '../stream.js';
import { compare, split } from '../words.js';

/** Rate at which recordings are decoded; the server resamples to its model's. */
const sampleRate = 16000;

/** What became of adaptation, in words. @type {Record<string, string>} */
const outcomes = {
  OUTCOME_ADAPTED: 'adapted',
  OUTCOME_NOT_REQUESTED: 'not asked for',
  OUTCOME_DRAFT_ALL_BLANK: 'nothing was heard',
  OUTCOME_COLLAPSED: 'refused: it collapsed',
  OUTCOME_DIVERGED: 'refused: the loss rose',
  OUTCOME_BUDGET_SPENT: 'no time for it',
  OUTCOME_OVERLOADED: 'the server was busy',
  OUTCOME_QUOTA_SPENT: 'your allowance is used up',
};

/** @type {import('../app.js').View} */
export function recogniseView(view, signal) {
  /** Ends the recording that goes on. @type {(() => void) | null} */
  let stop = null;
  const button = h('button', { type: 'button', id: 'record', 'aria-pressed': 'false', 'aria-label': 'Record', onclick: () => guard(record) },
    h('span.ring'), microphoneIcon());
  const what = h('p.what', {}, 'Record from the microphone');
  const file = h('input.unseen', { type: 'file', id: 'file', accept: 'audio/*,.wav,.flac,.ogg,.opus,.mp3', onchange: () => file.files.length && choose(file.files[0]) });
  const drop = h('label.drop', {
    ondragover: (/** @type {DragEvent} */ event) => { event.preventDefault(); drop.classList.add('over'); },
    ondragleave: () => drop.classList.remove('over'),
    ondrop: (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      drop.classList.remove('over');
      const dropped = event.dataTransfer?.files[0];
      if (dropped) choose(dropped);
    },
  }, h('span', {}, 'Drop a recording here, or ', h('strong', {}, 'choose a file')), file);
  const domain = h('input', { id: 'domain', list: 'domain-names', placeholder: 'none', autocomplete: 'off', spellcheck: 'false', maxlength: 64, 'aria-describedby': 'domain-hint' });
  const names = h('datalist', { id: 'domain-names' });
  const steps = h('select', { id: 'steps' }, h('option', { value: '' }, 'default'),
    ...['0', '1', '3', '5', '10', '20'].map((value) => h('option', { value }, value === '0' ? 'none: the draft alone' : value)));
  const status = h('p.status', { id: 'status', role: 'status' }, 'Say something, or choose a recording.');
  const spoken = h('div.unseen', { 'aria-live': 'polite' });
  const list = h('ol.utterances', { id: 'utterances', 'aria-label': 'What was heard' });
  show(view,
    h('div.head', {}, h('div', {}, h('h1', {}, 'Recognise'),
      h('p', {}, 'The draft comes at once. Then the model adapts to your very utterance, and the final follows; words that it changed are marked.'))),
    h('div.card.composer', {},
      h('div.record', {}, button, what),
      h('div.from', {}, drop, h('div.options', {},
        h('div.field', {}, h('label', { for: 'domain' }, 'Domain'), domain, names),
        h('div.field', {}, h('label', { for: 'steps' }, 'Steps of adaptation'), steps)),
        h('p.hint', { id: 'domain-hint' }, 'With a domain, the server keeps what it hears for a while, and learns from it.'))),
    status, spoken, list);
  call('/v1/domains?pageSize=1000', { signal }).then((answer) => show(names, answer.domains.map((/** @type {any} */ item) => h('option', { value: item.name }))), () => {});
  signal.addEventListener('abort', () => stop?.());

  /** @param {() => Promise<void>} action */
  async function guard(action) {
    try {
      await action();
    } catch (error) {
      show(status, notice(error));
    }
  }

  /** @param {File} chosen */
  const choose = (chosen) => guard(async () => {
    if (stop) return;
    file.value = '';
    await transcribe(chosen);
  });

  const settings = () => ({ domain: domain.value.trim(), steps: steps.value === '' ? undefined : Number(steps.value) });

  /** Begins a transcript: the stream whose answers fill it. @param {number} rate @param {string} title */
  async function begin(rate, title) {
    const transcript = new Transcript(list, spoken, title);
    const stream = new SpeechStream({ sampleRate: rate, ...settings() }, (message) => transcript.receive(message, stream));
    await stream.opened;
    return { stream, transcript };
  }

  /** @param {File} chosen */
  async function transcribe(chosen) {
    status.textContent = `Reading ${chosen.name} …`;
    const samples = await decode(chosen, sampleRate).catch(() => null);
    if (!samples) {
      await transcribeThere(chosen);
      return;
    }

    const { stream, transcript } = await begin(sampleRate, chosen.name);
    status.textContent = `Listening to ${chosen.name} …`;
    await stream.sendAll(samples);
    stream.end();
    await stream.done;
    status.textContent = transcript.isEmpty ? 'Nothing was said in it.' : `${chosen.name} is done.`;
  }

  /** Has the server read a file that the browser cannot. @param {File} chosen */
  async function transcribeThere(chosen) {
    status.textContent = `The server reads ${chosen.name} …`;
    const { domain: name, steps: count } = settings();
    const started = performance.now();
    const audio = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
      reader.onerror = () => reject(new Error(`${chosen.name} cannot be read. Choose it again.`));
      reader.readAsDataURL(chosen);
    });
    const config = { domain: name, adaptation: count === undefined ? undefined : { steps: count } };
    const answer = await call('/v1/speech:recognize', { method: 'POST', body: { config, audio }, signal });
    const transcript = new Transcript(list, spoken, chosen.name);
    const source = { since: () => performance.now() - started };
    transcript.receive({ results: answer.results.map((/** @type {any} */ result, /** @type {number} */ i) => ({ ...result, utteranceIndex: i })) }, source);
    status.textContent = transcript.isEmpty ? 'Nothing was said in it.' : `${chosen.name} is done.`;
  }

  async function record() {
    if (stop) {
      stop();
      return;
    }

    const stopped = new Promise((resolve) => { stop = () => resolve(undefined); });
    let microphone;
    try {
      status.textContent = 'Waiting for the microphone …';
      microphone = await Microphone.open();
      const { stream } = await begin(microphone.sampleRate, 'Microphone');
      await microphone.start((samples) => {
        stream.send(samples);
        button.style.setProperty('--level', String(1 + Math.min(0.14, 2 * Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length))));
      });
      button.setAttribute('aria-pressed', 'true');
      button.setAttribute('aria-label', 'Stop');
      what.textContent = 'Stop recording';
      status.textContent = 'Listening. Finals come after each pause.';
      await Promise.race([stopped, stream.done]);
      await microphone.close();
      status.textContent = 'Waiting for the last final …';
      stream.end();
      await stream.done;
      status.textContent = 'The recording is done.';
    } finally {
      stop = null;
      button.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-label', 'Record');
      what.textContent = 'Record from the microphone';
      if (microphone?.context.state !== 'closed') await microphone?.close();
    }
  }
}

/** The utterances of one recording, the newest recording on top. */
class Transcript {
  /** @type {Map<number, Utterance>} */
  #utterances = new Map();
  #list;
  #spoken;
  #title;

  /** @param {HTMLElement} list @param {HTMLElement} spoken What readers of screens say. @param {string} title */
  constructor(list, spoken, title) {
    this.#list = list;
    this.#spoken = spoken;
    this.#title = title;
  }

  get isEmpty() {
    return this.#utterances.size === 0;
  }

  /** @param {any} message @param {{ since: (seconds: number) => number }} source */
  receive(message, source) {
    for (const result of message.results ?? []) {
      const index = result.utteranceIndex ?? 0;
      let utterance = this.#utterances.get(index);
      if (!utterance) {
        utterance = new Utterance(this.#title);
        const last = [...this.#utterances.values()].at(-1);
        if (last) last.element.after(utterance.element);
        else this.#list.prepend(utterance.element);
        this.#utterances.set(index, utterance);
      }

      utterance.update(result, source.since(seconds(result.endTime)));
      if (result.isFinal) put(this.#spoken, h('p', {}, result.alternatives[0]?.transcript || 'Nothing was heard.'));
    }
  }
}

class Utterance {
  #where = h('span');
  #state = h('span.tag', {}, 'listening');
  #words = h('p.words');
  #heard = h('p.heard', { hidden: true });
  #facts = h('dl.facts', { hidden: true });
  /** @type {number | undefined} */
  #draftAfter;
  #title;

  /** @param {string} title */
  constructor(title) {
    this.#title = title;
    this.element = h('li.card.utterance', {}, h('header', {}, this.#state, this.#where), this.#words, this.#heard, this.#facts);
  }

  /** @param {any} result @param {number} after Milliseconds since the end of what was heard. */
  update(result, after) {
    const text = result.alternatives[0]?.transcript ?? '';
    this.#where.textContent = `${this.#title}, ${position(seconds(result.startTime))} to ${position(seconds(result.endTime))}`;
    this.element.dataset.state = result.isFinal ? 'final' : result.isDraft ? 'draft' : 'interim';
    this.#words.classList.toggle('is-draft', Boolean(result.isDraft));
    if (result.isFinal) {
      this.#showFinal(result, text, after);
      return;
    }

    if (result.isDraft) {
      this.#draftAfter = after;
      this.#state.textContent = 'draft, adapting';
    }

    const stable = result.isDraft ? Infinity : result.stableWordCount ?? 0;
    this.#set(split(text).map((word, i) => h(i < stable ? 'span' : 'span.unsure', {}, word)));
  }

  /** @param {any} result @param {string} text @param {number} after */
  #showFinal(result, text, after) {
    const words = compare(result.draft ?? '', text);
    this.#state.className = 'tag good';
    this.#state.textContent = 'final';
    this.#set(words.final.map((word) => h(word.changed ? 'ins' : 'span', {}, word.text)));
    if (!text) show(this.#words, h('span.unsure', {}, 'Nothing was heard.'));
    if (words.draft.some((word) => word.changed) || words.final.some((word) => word.changed)) {
      show(this.#heard, 'The draft was: ', words.draft.flatMap((word) => [h(word.changed ? 'del' : 'span', {}, word.text), ' ']), words.draft.length ? null : 'nothing');
      this.#heard.hidden = false;
    }

    const report = result.adaptation ?? {};
    const steps = report.steps ?? 0;
    const facts = [
      ['Adaptation', outcomes[report.outcome] ?? 'unknown'],
      ['Steps', `${steps}${report.stoppedByBudget ? ', stopped by the budget' : ''}`],
      steps > 0 && ['Loss', `${decimal(report.lossBefore)} → ${decimal(report.lossAfter)}`],
      this.#draftAfter !== undefined && ['Draft after', elapsed(this.#draftAfter)],
      ['Final after', elapsed(after)],
      result.revision && ['Heard by', `${revisionName(result.revision.number)} of ${result.revision.domain}`],
    ];
    show(this.#facts, facts.filter(Boolean).map((fact) => h('div', {}, h('dt', {}, /** @type {string[]} */ (fact)[0]), h('dd', {}, /** @type {string[]} */ (fact)[1]))));
    this.#facts.hidden = false;
  }

  /** @param {HTMLElement[]} words */
  #set(words) {
    show(this.#words, words.flatMap((word, i) => i === 0 ? [word] : [' ', word]));
  }
}

const microphoneIcon = () => svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.75, 'stroke-linecap': 'round' },
  svg('rect.start', { x: 9, y: 3, width: 6, height: 11, rx: 3 }), svg('path.start', { d: 'M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3' }),
  svg('rect.stop', { x: 7, y: 7, width: 10, height: 10, rx: 1.5, fill: 'currentColor' }));
