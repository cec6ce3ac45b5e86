// @ts-check
import { call, domainPath } from '../api.js';
import { improvementChart, lossChart } from '../charts.js';
import { h, show } from '../dom.js';
import { eventLine, follow } from '../events.js';
import { count, decimal, moment, size } from '../format.js';
import { confirm, empty, notice, revisionName, tableHead } from '../parts.js';

const shownEvents = 100;
const shownRevisions = 8;

/** @type {import('../app.js').View} */
export async function domainView(view, signal, name) {
  const head = h('div.head');
  const problem = h('div');
  const figures = h('dl.figures');
  const charts = h('div.cards');
  const revisions = h('div');
  const list = h('ol.events', { 'aria-label': 'Events, the newest first', tabindex: 0 });
  const happened = h('section.card', { hidden: true }, h('header', {}, h('h2', {}, 'What happened')), list);
  show(head, h('div', {}, h('a.back', { href: '#/domains' }, '← Domains'), h('h1', {}, name), h('p', {}, 'Loading …')));
  show(view, head, problem, figures, charts, revisions, happened);

  /** @type {any[]} */
  let events = [];
  /** What is shown. @type {any} */
  let domain = null;
  let showsAll = false;
  let asked = 0;

  /** Reads the domain anew, which costs the server little. */
  async function refresh() {
    const turn = ++asked;
    const latest = await call(domainPath(name), { signal });
    if (turn !== asked || signal.aborted || JSON.stringify(latest) === JSON.stringify(domain)) return; // a later answer is there, or nothing is new
    domain = latest;
    draw();
  }

  async function refreshRevisions() {
    const answer = await call(domainPath(name, '/revisions'), { signal });
    const draw = () => show(revisions, revisionTable(showsAll ? answer.revisions : answer.revisions.slice(0, shownRevisions), restore, answer.revisions.length, () => {
      showsAll = true;
      draw();
    }));
    draw();
  }

  const refreshAll = () => Promise.all([refresh(), refreshRevisions()]);

  function draw() {
    const learnt = Number(domain.revision) > 0;
    showHead();
    show(figures, figureOf(learnt ? 'Serves revision' : 'Serves', learnt ? domain.revision : 'the model', learnt ? `made from ${revisionName(domain.parentRevision)}` : 'itself: nothing learnt serves'),
      figureOf('Utterances', count(domain.utterances), `${count(domain.utterancesLearnt)} learnt from`),
      figureOf('Buffer', count(domain.utterancesWaiting), Number(domain.utterancesDropped) > 0 ? `waiting; ${count(domain.utterancesDropped)} given up` : 'waiting for the next update'),
      figureOf('Updates', count(domain.updates), `${count(domain.refused)} refused by the gate`),
      figureOf('Resets', count(domain.resets), 'back to something earlier'));
    show(charts, resetTest(domain.resetTest, events), losses(events));
  }

  const showNone = () => show(view, h('a.back', { href: '#/domains' }, '← Domains'),
    empty(`There is no domain ${name}`, h('p', {}, 'No utterance ever named it, or it was deleted.'), h('a', { href: '#/recognise' }, 'Recognise something for it')));

  function showHead() {
    show(head,
      h('div', {}, h('a.back', { href: '#/domains' }, '← Domains'), h('h1', {}, domain.name, ' ', domain.frozen && h('span.tag', {}, 'frozen')),
        h('p', {}, domain.frozen ? 'It serves as it is, and learns nothing.' : 'It learns from what it hears. ', !domain.frozen && ['First heard ', moment(domain.createTime), '.'])),
      h('div.actions', {},
        h('button', { type: 'button', id: 'freeze', onclick: () => change(':freeze', { unfreeze: domain.frozen }) }, domain.frozen ? 'Let it learn again' : 'Freeze'),
        h('button', { type: 'button', id: 'reset', disabled: Number(domain.revision) === 0, onclick: reset }, 'Reset to the model'),
        h('button.danger', { type: 'button', id: 'delete', onclick: remove }, 'Delete')));
  }

  /** @param {string} method @param {object} body */
  async function change(method, body) {
    try {
      await call(domainPath(name, method), { method: 'POST', body });
      show(problem);
      await refreshAll();
    } catch (error) {
      show(problem, notice(error));
    }
  }

  const reset = () => confirm({
    title: `Reset ${name} to the model?`,
    text: 'The model itself serves from the next request on, and learning starts over. Revisions stay, so that one can be restored.',
    action: 'Reset',
    run: () => call(domainPath(name, ':reset'), { method: 'POST', body: {} }),
  }).then((done) => { if (done) refreshAll().catch(tell); });

  /** @param {any} revision */
  const restore = (revision) => confirm({
    title: `Restore revision ${revision.number}?`,
    text: 'It serves from the next request on, and learning goes on from it.',
    action: 'Restore',
    run: () => call(domainPath(name, ':reset'), { method: 'POST', body: { revision: revision.number } }),
  }).then((done) => { if (done) refreshAll().catch(tell); });

  const remove = () => confirm({
    title: `Delete ${name}?`,
    text: 'Audio, transcripts and everything that it has learnt are deleted, for every model. This cannot be undone. Whoever names it next begins a new one.',
    action: 'Delete for good',
    dangerous: true,
    run: () => call(domainPath(name), { method: 'DELETE' }),
  }).then((done) => { if (done) location.hash = '#/domains'; });

  /** @param {unknown} error */
  function tell(error) {
    if (!signal.aborted) show(problem, notice(error, () => { show(problem); refreshAll().catch(tell); }));
  }

  try {
    await refresh();
    refreshRevisions().catch(tell);
  } catch (error) {
    if (signal.aborted) return;
    if (/** @type {any} */ (error).reason !== 'DOMAIN_NOT_FOUND') throw error;
    showNone();
    return;
  }

  follow(name, signal, async (more) => {
    if (events.length > 0 && more.at(-1).kind === 'KIND_DELETED') {
      showNone();
      return;
    }

    events = [...events, ...more];
    happened.hidden = false;
    show(list, events.slice(-shownEvents).reverse().map((event) => eventLine(event, false)));
    draw();
    await refreshAll().catch(tell);
  }).catch(tell);

  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 5000)); // counters change without events
    if (!signal.aborted) await refresh().catch(() => {});
  }
}

/** @param {string} title @param {string} value @param {string} note */
const figureOf = (title, value, note) => h('div.card.figure', {}, h('dt', {}, title), h('dd', {}, value), h('dd.note', {}, note));

/** The test for a reset: how far it is, its Gaussian, and what later buffers say. @param {any} test @param {any[]} events */
function resetTest(test, events) {
  if (!test) return null;
  const half = Math.floor(test.window / 2);
  const title = h('h2', {}, 'Loss improvement');
  if (test.mean !== undefined) {
    const lastReset = events.findLastIndex((event) => event.kind === 'KIND_RESET' || event.kind === 'KIND_RESTARTED');
    const points = events.slice(lastReset + 1).filter((event) => event.standardErrors !== undefined)
      .map((event) => ({ value: Number(event.standardErrors), text: `z ${decimal(event.standardErrors, 2)}, loss improvement ${decimal(event.lossImprovement)}, revision ${event.revision}` }));
    return h('section.card', {}, h('header', {}, title, h('p', {}, `${test.buffersAbove} of ${test.patience} buffers in a row speak for a reset`)), h('div.body', {},
      improvementChart({ points, mean: 0, deviation: 1, threshold: test.threshold, unit: 'z' }),
      h('p.legend', {}, h('span', {}, h('i'), `Gaussian: mean ${decimal(test.mean, 5)}, deviation ${decimal(test.deviation, 5)}`), h('span', {}, h('i.c'), `reset beyond z ${decimal(test.threshold, 1)}`),
        points.length === 0 && h('span', {}, 'The next full buffer is compared with it.'))));
  }

  if (test.lossImprovements.length > 0) {
    /** @type {number[]} */
    const values = test.lossImprovements.map(Number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = values.length > 1 ? Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) : 0;
    return h('section.card', {}, h('header', {}, title, h('p', {}, `collecting: ${test.utterances} of ${test.window} utterances`)), h('div.body', {},
      improvementChart({ points: values.map((value) => ({ value, text: `loss improvement ${decimal(value, 4)}` })), mean, deviation, unit: 'loss' }),
      h('p.legend', {}, h('span', {}, h('i'), `Gaussian so far: mean ${decimal(mean, 5)}, deviation ${decimal(deviation, 5)}`),
        h('span', {}, 'Loss with the weights that were remembered minus loss with the model, one point for each utterance.'))));
  }

  return h('section.card', {}, h('header', {}, title, h('p', {}, `${test.utterances} of ${test.window} utterances`)), h('div.body', {},
    h('progress', { max: test.window, value: test.utterances, 'aria-label': 'Utterances until resets are tested for' }),
    h('p.legend', {}, `After ${half} utterances the weights are remembered. The improvements of those that follow give a Gaussian, and from utterance ${test.window} on each buffer is compared with it.`)));
}

/** @param {any[]} events */
function losses(events) {
  const points = events.filter((event) => event.lossBefore !== undefined && event.lossAfter !== undefined)
    .map((event) => ({ before: Number(event.lossBefore), after: Number(event.lossAfter), refused: event.kind === 'KIND_REFUSED', text: `revision ${event.revision}` }));
  if (points.length === 0) return null;
  return h('section.card', {}, h('header', {}, h('h2', {}, 'Loss of each update'), h('p', {}, 'on the utterances that it learnt from')), h('div.body', {}, lossChart(points),
    h('p.legend', {}, h('span', {}, h('i.b'), 'before'), h('span', {}, h('i'), 'after'), points.some((point) => point.refused) && h('span', {}, h('i.c'), 'refused by the gate'))));
}

/**
 * @param {any[]} revisions Those to show.
 * @param {(revision: any) => void} restore
 * @param {number} all How many there are.
 * @param {() => void} showAll
 */
function revisionTable(revisions, restore, all, showAll) {
  if (revisions.length === 0) return empty('No revision yet', h('p', {}, 'The first comes when enough utterances wait in the buffer, and the gate lets it serve.'));
  const questions = ['reliability', 'generality', 'locality', 'collapse'];
  return h('section.card', {}, h('header', {}, h('h2', {}, 'Revisions'), h('p', {}, 'figures of the gate, with their bounds')), h('div.scroll', {}, h('table.stack', { id: 'revisions' },
    tableHead(['Revision', 'Made', ...questions.map((question) => question[0].toUpperCase() + question.slice(1)), 'Size']),
    h('tbody', {}, revisions.map((revision) => h('tr', {},
      h('td.name', {}, String(revision.number), ' ', revision.current ? h('span.tag.good', {}, 'serves') : !revision.verdict?.passed && h('span.tag.bad', {}, 'refused'), h('small', {}, `from ${revisionName(revision.parent)}`)),
      h('td', { 'data-label': 'Made' }, moment(revision.createTime), h('small', {}, `${revision.utteranceIds.length} utterances`)),
      ...questions.map((question) => h('td', { 'data-label': question }, gate(revision.verdict?.checks.find((/** @type {any} */ check) => check.question === question)))),
      h('td', { 'data-label': 'Size' }, size(revision.sizeBytes)),
      h('td.end', {}, !revision.current && revision.verdict?.passed && h('button.small', { type: 'button', id: `restore-${revision.number}`, 'aria-label': `Restore revision ${revision.number}`, onclick: () => restore(revision) }, 'Restore'))))))),
  all > revisions.length && h('div.more', {}, h('button.small', { type: 'button', onclick: showAll }, `Show all ${all}`)));
}

/** A figure of the gate, its bound, and whether it keeps it. @param {any} check */
function gate(check) {
  if (!check) return h('span', {}, '–');
  if (check.figure === undefined) return h('span.gate', {}, 'not asked');
  const whole = check.question === 'collapse';
  const digits = whole ? 0 : check.question === 'locality' ? 3 : 5;
  const sign = check.question === 'locality' ? '≥' : '≤';
  return h(check.passed ? 'span.gate' : 'span.gate.no', {}, check.passed ? '✓ ' : '✗ ', h('span.unseen', {}, check.passed ? 'passed, ' : 'failed, '), decimal(check.figure, digits),
    h('small', {}, `${sign} ${decimal(check.threshold, whole ? 0 : 2)}, of ${check.samples}`));
}
