// @ts-check
import { call } from '../api.js';
import { h, show } from '../dom.js';
import { moment, size } from '../format.js';
import { confirm, empty, notice, tableHead } from '../parts.js';

const shownId = 12;

/** @type {import('../app.js').View} */
export async function checkpointsView(view, signal) {
  const rollBack = h('button', { type: 'button', id: 'rollback', hidden: true }, 'Roll back');
  const problem = h('div', { 'aria-live': 'polite' });
  const content = h('div', {}, h('p.wait', {}, 'Loading …'));
  show(view,
    h('div.head', {}, h('div', {}, h('h1', {}, 'Checkpoints'),
      h('p', {}, 'Whole models, fine-tuned or merged. One can be swapped in while the server serves: requests at work end with the model that they began with.')),
    h('div.actions', {}, rollBack)), problem, content);

  async function refresh() {
    let answer;
    try {
      answer = await call('/v1/checkpoints', { signal });
    } catch (error) {
      if (/** @type {any} */ (error).reason !== 'CHECKPOINT_OFF') throw error;
      show(content, empty('This server keeps no checkpoints', h('p', {}, 'Start it with a folder for them:'), h('code', {}, 'attune serve --Checkpoints:Folder=DIR')));
      return;
    }

    const { checkpoints, activation } = answer;
    const wasActivated = Boolean(activation?.time);
    rollBack.hidden = !wasActivated;
    rollBack.onclick = () => confirm({
      title: 'Roll back?',
      text: `${nameOf(checkpoints, activation.previous)} serves again, for every client and every replica.`,
      action: 'Roll back',
      run: () => call('/v1/checkpoints:rollback', { method: 'POST', body: {} }),
    }).then(changed);
    if (checkpoints.length === 0) {
      show(content, empty('No checkpoint yet', h('p', {}, 'Import a model folder of the server’s machine:'), h('code', {}, 'attune checkpoint import DIR')));
      return;
    }

    const active = activation?.active ?? '';
    show(content, h('section.card', {}, h('div.scroll', {}, h('table.stack', { id: 'checkpoints' },
      tableHead(['Name', 'Made', 'Size', 'Id']),
      h('tbody', {},
        h('tr', {}, h('td.name', {}, 'The configured model', ' ', active === '' && h('span.tag.good', {}, 'serves'), h('small', {}, 'of the settings')), h('td', { 'data-label': 'Made' }, '–'), h('td', { 'data-label': 'Size' }, '–'), h('td', { 'data-label': 'Id' }, '–'), h('td.end')),
        checkpoints.map((/** @type {any} */ checkpoint) => h('tr', { 'data-id': checkpoint.id },
          h('td.name', {}, checkpoint.name, ' ', checkpoint.id === active && h('span.tag.good', {}, 'serves'), h('small', {}, checkpoint.origin)),
          h('td', { 'data-label': 'Made' }, moment(checkpoint.createTime)),
          h('td', { 'data-label': 'Size' }, size(checkpoint.sizeBytes)),
          h('td.id', { 'data-label': 'Id', title: checkpoint.id }, checkpoint.id.slice(0, shownId)),
          h('td.end', {}, checkpoint.id !== active && h('button.small', { type: 'button', 'aria-label': `Activate ${checkpoint.name}`, onclick: () => activate(checkpoint) }, 'Activate'))))))),
    wasActivated && h('div.body', {}, h('p.hint', {}, 'Decided ', moment(activation.time), activation.gateOverridden ? ', against the gate' : '', activation.verdict ? `. ${activation.verdict}` : ''))));
  }

  /** @param {any} checkpoint */
  const activate = (checkpoint) => confirm({
    title: `Activate ${checkpoint.name}?`,
    text: 'It is loaded beside the model that serves, compared with it by the gate, and swapped in. All clients notice, and domains take along what they can.',
    action: 'Activate',
    run: () => call(`/v1/checkpoints/${checkpoint.id}:activate`, { method: 'POST', body: {} }).catch(async (error) => {
      if (error.reason !== 'CHECKPOINT_REJECTED') throw error;
      setTimeout(() => override(checkpoint, error), 0); // once this dialog is closed
    }),
  }).then(changed);

  /** @param {any} checkpoint @param {Error} refusal */
  const override = (checkpoint, refusal) => confirm({
    title: 'The gate says no',
    text: `${refusal.message} It can serve all the same, which is recorded.`,
    action: 'Activate against the gate',
    dangerous: true,
    run: () => call(`/v1/checkpoints/${checkpoint.id}:activate`, { method: 'POST', body: { overrideGate: true } }),
  }).then(changed);

  /** @param {boolean} done */
  async function changed(done) {
    if (!done || signal.aborted) return;
    window.dispatchEvent(new Event('attune:model'));
    await refresh().catch((error) => show(problem, notice(error)));
  }

  await refresh();
}

/** @param {any[]} checkpoints @param {string} id */
const nameOf = (checkpoints, id) => id ? checkpoints.find((checkpoint) => checkpoint.id === id)?.name ?? id.slice(0, shownId) : 'The configured model';
