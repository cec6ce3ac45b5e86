// @ts-check
import { call } from '../api.js';
import { h, show } from '../dom.js';
import { moment, size } from '../format.js';
import { confirm, empty, notice, tableHead } from '../parts.js';

const shownId = 12;

/** @type {import('../app.js').View} */
export async function checkpointsView(view, signal) {
  const rollBacks = h('div.actions', {});
  const problem = h('div', { 'aria-live': 'polite' });
  const content = h('div', {}, h('p.wait', {}, 'Loading …'));
  show(view,
    h('div.head', {}, h('div', {}, h('h1', {}, 'Checkpoints'),
      h('p', {}, 'Whole models, fine-tuned or merged. One can be swapped in while the server serves: requests at work end with the model that they began with.')),
    rollBacks), problem, content);

  async function refresh() {
    let answer;
    try {
      answer = await call('/v1/checkpoints', { signal });
    } catch (error) {
      if (/** @type {any} */ (error).reason !== 'CHECKPOINT_OFF') throw error;
      show(content, empty('This server keeps no checkpoints', h('p', {}, 'Start it with a folder for them:'), h('code', {}, 'attune serve --Checkpoints:Folder=DIR')));
      return;
    }

    const { checkpoints } = answer;
    /** @type {any[]} */
    const places = [answer.activation ?? {}, ...(answer.textActivations ?? [])].map((place) => ({ ...place, model: place.model ?? '', active: place.active ?? '' }));
    const decided = places.filter((place) => place.time);
    show(rollBacks, decided.map((place) => h('button', {
      type: 'button',
      'data-model': place.model,
      onclick: () => confirm({
        title: `Roll back${place.model && ` ${place.model}`}?`,
        text: `${nameOf(checkpoints, place.previous)} serves again, for every client and every replica.`,
        action: 'Roll back',
        run: () => call('/v1/checkpoints:rollback', { method: 'POST', body: { model: place.model } }),
      }).then(changed),
    }, `Roll back${place.model && ` ${place.model}`}`)));
    if (checkpoints.length === 0) {
      show(content, empty('No checkpoint yet', h('p', {}, 'Import a model folder of the server’s machine:'), h('code', {}, 'attune checkpoint import DIR')));
      return;
    }

    show(content, h('section.card', {}, h('div.scroll', {}, h('table.stack', { id: 'checkpoints' },
      tableHead(['Name', 'Made', 'Size', 'Id']),
      h('tbody', {},
        h('tr', {}, h('td.name', {}, 'The configured models', ' ', tags(places, ''), h('small', {}, 'of the settings')), h('td', { 'data-label': 'Made' }, '–'), h('td', { 'data-label': 'Size' }, '–'), h('td', { 'data-label': 'Id' }, '–'), h('td.end')),
        checkpoints.map((/** @type {any} */ checkpoint) => h('tr', { 'data-id': checkpoint.id },
          h('td.name', {}, checkpoint.name, ' ', tags(places, checkpoint.id), h('small', {}, `${kinds[checkpoint.kind] ?? 'speech'}, ${checkpoint.origin}`)),
          h('td', { 'data-label': 'Made' }, moment(checkpoint.createTime)),
          h('td', { 'data-label': 'Size' }, size(checkpoint.sizeBytes)),
          h('td.id', { 'data-label': 'Id', title: checkpoint.id }, checkpoint.id.slice(0, shownId)),
          h('td.end', {}, places.filter((place) => (place.model === '') === !kinds[checkpoint.kind] && place.active !== checkpoint.id).map((place) => h('button.small', {
            type: 'button', 'aria-label': `Activate ${checkpoint.name}${as(place)}`, onclick: () => activate(checkpoint, place),
          }, `Activate${as(place)}`)))))))),
    decided.map((place) => h('div.body', {}, h('p.hint', {}, place.model && `${place.model}: `, 'Decided ', moment(place.time), place.gateOverridden ? ', against the gate' : '', place.verdict ? `. ${place.verdict}` : '')))));
  }

  /** @param {any} checkpoint @param {any} place */
  const activate = (checkpoint, place) => confirm({
    title: `Activate ${checkpoint.name}${as(place)}?`,
    text: 'It is loaded beside the model that serves, compared with it by the gate, and swapped in. All clients notice, and domains take along what they can.',
    action: 'Activate',
    run: () => call(`/v1/checkpoints/${checkpoint.id}:activate`, { method: 'POST', body: { model: place.model } }).catch(async (error) => {
      if (error.reason !== 'CHECKPOINT_REJECTED') throw error;
      setTimeout(() => override(checkpoint, place, error), 0); // once this dialog is closed
    }),
  }).then(changed);

  /** @param {any} checkpoint @param {any} place @param {Error} refusal */
  const override = (checkpoint, place, refusal) => confirm({
    title: 'The gate says no',
    text: `${refusal.message} It can serve all the same, which is recorded.`,
    action: 'Activate against the gate',
    dangerous: true,
    run: () => call(`/v1/checkpoints/${checkpoint.id}:activate`, { method: 'POST', body: { model: place.model, overrideGate: true } }),
  }).then(changed);

  /** @param {boolean} done */
  async function changed(done) {
    if (!done || signal.aborted) return;
    window.dispatchEvent(new Event('attune:model'));
    await refresh().catch((error) => show(problem, notice(error)));
  }

  await refresh();
}

/** What is no speech model. @type {Record<string, string>} */
const kinds = { CAUSAL_TEXT: 'GPT-2', TEXT_CLASSIFIER: 'BERT' };

/** @param {any} place */
const as = (place) => place.model && ` as ${place.model}`;

/** @param {any[]} places @param {string} id */
const tags = (places, id) => places.filter((place) => place.active === id).map((place) => h('span.tag.good', {}, `serves${as(place)}`));

/** @param {any[]} checkpoints @param {string} id */
const nameOf = (checkpoints, id) => id ? checkpoints.find((checkpoint) => checkpoint.id === id)?.name ?? id.slice(0, shownId) : 'The configured model';
