// @ts-check
import { call } from '../api.js';
import { h, put, show } from '../dom.js';
import { count, moment } from '../format.js';
import { empty, notice, revisionName } from '../parts.js';

const columns = ['Name', 'Serves', 'Utterances', 'Learnt', 'Waiting', 'Updates', 'Refused', 'Resets', 'Since'];

/** @type {import('../app.js').View} */
export async function domainsView(view, signal) {
  const content = h('div', {}, h('p.wait', {}, 'Loading …'));
  show(view, h('div.head', {}, h('div', {}, h('h1', {}, 'Domains'),
    h('p', {}, 'A phone line, a room, a customer: each learns from what it hears, and nothing of it reaches another.'))), content);

  const body = h('tbody');
  const more = h('button', { type: 'button' }, 'Show more');
  let next = '';
  const load = async () => {
    const answer = await call(`/v1/domains?pageSize=100&pageToken=${encodeURIComponent(next)}`, { signal });
    next = answer.nextPageToken;
    more.hidden = !next;
    put(body, answer.domains.map(row));
    return answer.domains.length;
  };
  more.onclick = () => load().catch((error) => more.replaceWith(notice(error)));
  if (await load() === 0) {
    show(content, empty('No domain yet', h('p', {}, 'A domain begins with the first request that names it. Recognise something and give a name, such as line-7.'),
      h('a', { href: '#/recognise' }, 'Recognise something for a domain')));
    return;
  }

  show(content, h('section.card', {}, h('div.scroll', {}, h('table.stack', {},
    h('thead', {}, h('tr', {}, columns.map((title, i) => h(i > 1 && i < 8 ? 'th.number' : 'th', { scope: 'col' }, title)))), body))), more);
}

/** @param {any} domain */
function row(domain) {
  /** @param {string} title @param {any} value */
  const number = (title, value) => h('td.number', { 'data-label': title }, count(value));
  return h('tr', {},
    h('td.name', {}, h('a', { href: `#/domain/${encodeURIComponent(domain.name)}` }, domain.name), domain.frozen && [' ', h('span.tag', {}, 'frozen')]),
    h('td', { 'data-label': 'Serves' }, revisionName(domain.revision)),
    number('Utterances', domain.utterances), number('Learnt', domain.utterancesLearnt), number('Waiting', domain.utterancesWaiting),
    number('Updates', domain.updates), number('Refused', domain.refused), number('Resets', domain.resets),
    h('td', { 'data-label': 'Since' }, moment(domain.createTime)));
}
