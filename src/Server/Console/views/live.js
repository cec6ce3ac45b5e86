// @ts-check
import { call } from '../api.js';
import { sparkline } from '../charts.js';
import { h, show } from '../dom.js';
import { eventLine, follow } from '../events.js';
import { count } from '../format.js';
import { empty, notice, revisionName } from '../parts.js';

const everyMilliseconds = 1000;
const remembered = 120;
const shownEvents = 100;

/** Figures of the load: field, title, note. @type {[string, string, string][]} */
const figures = [
  ['activeStreams', 'Streams', 'open now'],
  ['activeRequests', 'Recordings', 'at work or waiting'],
  ['waitingFastUpdates', 'Fast updates', 'waiting for their turn'],
  ['waitingUtterances', 'Utterances', 'waiting to be stored'],
];

/** @type {import('../app.js').View} */
export async function liveView(view, signal) {
  const load = h('dl.figures');
  const trouble = h('div');
  const domains = h('div');
  const list = h('ol.events', { 'aria-label': 'Events, the newest first', tabindex: 0 });
  const events = h('section.card', {}, h('header', {}, h('h2', {}, 'What happens to domains'), h('p', {}, 'the newest first')), h('div.body', { id: 'no-events' }, h('p.status', {}, 'Nothing yet.')), list);
  show(view,
    h('div.head', {}, h('div', {}, h('h1', {}, 'Live'), h('p', {}, 'How busy this server is, and what its domains learn, as it happens.'))), trouble, load, domains, events);

  /** @type {any[]} */
  let kept = [];
  follow('', signal, (more) => {
    kept = [...more.reverse(), ...kept].slice(0, shownEvents);
    events.querySelector('#no-events').hidden = true;
    show(list, kept.map((event) => eventLine(event)));
  }).catch((error) => { if (!signal.aborted) show(events.querySelector('#no-events'), notice(error)); });

  /** @type {any[]} */
  const history = [];
  /** Utterances of each domain when this view was opened. @type {Map<string, number>} */
  const before = new Map();
  let round = 0;
  while (!signal.aborted) {
    try {
      history.push(await call('/v1/load', { signal }));
      if (history.length > remembered) history.shift();
      show(load, figures.map(([field, title, note]) => figure(title, note, history.map((item) => item[field] ?? 0))), store(history.at(-1).storeReachable));
      show(trouble);
    } catch (error) {
      if (signal.aborted) return;
      show(trouble, notice(error));
    }

    try {
      if (round++ % 3 === 0) showDomains(domains, (await call('/v1/domains?pageSize=1000', { signal })).domains, before, round === 1);
    } catch {
      // Told once already, by the figures or by the events.
    }

    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
}

/** @param {string} title @param {string} note @param {number[]} values */
const figure = (title, note, values) =>
  h('div.card.figure', {}, h('dt', {}, title), h('dd', {}, count(values.at(-1))), h('dd.note', {}, note), sparkline(values, remembered));

/** @param {boolean} reachable */
const store = (reachable) => h('div.card.figure', {}, h('dt', {}, 'Store'), h('dd', {}, reachable ? 'reached' : 'away'),
  h('dd.note', {}, reachable ? 'what is heard is learnt from' : 'recognition goes on, and nothing is learnt'));

/**
 * @param {HTMLElement} element
 * @param {any[]} domains
 * @param {Map<string, number>} before
 * @param {boolean} first
 */
function showDomains(element, domains, before, first) {
  if (domains.length === 0) {
    show(element, empty('No domain yet', h('p', {}, 'A domain begins with the first request that names it.'), h('a', { href: '#/recognise' }, 'Recognise something for a domain')));
    return;
  }

  for (const domain of domains) if (!before.has(domain.name)) before.set(domain.name, first ? Number(domain.utterances) : 0);
  const rows = domains.map((domain) => ({ domain, heard: Number(domain.utterances) - (before.get(domain.name) ?? 0) })).sort((a, b) => b.heard - a.heard).slice(0, 10);
  show(element, h('section.card', {}, h('header', {}, h('h2', {}, 'Domains'), h('p', {}, 'those first that heard most since you came')), h('div.scroll', {}, h('table.stack', {},
    h('thead', {}, h('tr', {}, ...['Name', 'Since you came', 'Waiting to be learnt', 'Serves'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', {}, rows.map(({ domain, heard }) => h('tr', {},
      h('td.name', {}, h('a', { id: `domain-${domain.name}`, href: `#/domain/${encodeURIComponent(domain.name)}` }, domain.name)),
      h('td', { 'data-label': 'Since you came' }, heard > 0 ? `+${count(heard)} utterances` : 'quiet'),
      h('td', { 'data-label': 'Waiting to be learnt' }, count(domain.utterancesWaiting)),
      h('td', { 'data-label': 'Serves' }, revisionName(domain.revision)))))))));
}
