// @ts-check
import { ApiError, call, credential } from './api.js';
import { h, show } from './dom.js';
import { askKey, notice } from './parts.js';
import { checkpointsView } from './views/checkpoints.js';
import { domainView } from './views/domain.js';
import { domainsView } from './views/domains.js';
import { liveView } from './views/live.js';
import { recogniseView } from './views/recognise.js';

/**
 * A view fills its element and goes on until the signal is given.
 * @typedef {(element: HTMLElement, signal: AbortSignal, argument: string) => void | Promise<void>} View
 */

/** @type {Record<string, [string, View]>} */
const views = {
  recognise: ['Recognise', recogniseView],
  live: ['Live', liveView],
  domains: ['Domains', domainsView],
  domain: ['Domain', domainView],
  checkpoints: ['Checkpoints', checkpointsView],
};

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const keyButton = /** @type {HTMLElement} */ (document.getElementById('key'));
let leave = new AbortController();

/** Shows the view that the address names: #/domain/NAME. @param {boolean} moved Whether the reader came from another view. */
async function route(moved) {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  const [name, argument = ''] = location.hash.slice(2).split('/');
  const [title, view] = views[name] ?? views.recognise;
  const link = name === 'domain' ? 'domains' : name in views ? name : 'recognise';
  for (const item of document.querySelectorAll('.bar nav a')) {
    if (item.getAttribute('href') === `#/${link}`) item.setAttribute('aria-current', 'page');
    else item.removeAttribute('aria-current');
  }

  const element = h('div.view');
  show(main, element);
  document.title = `${argument ? decodeURIComponent(argument) : title} · Attune`;
  if (moved) main.focus(); // readers of screens are told that the page is another one
  try {
    await view(element, signal, decodeURIComponent(argument));
  } catch (error) {
    if (!signal.aborted) element.append(notice(error, () => route(false)));
  }
}

async function showModel() {
  const element = /** @type {HTMLElement} */ (document.getElementById('model'));
  keyButton.textContent = credential.get() ? 'Key entered' : 'Key';
  try {
    const model = await call('/v1/model');
    element.textContent = /^[0-9a-f]{64}$/.test(model.name) ? `checkpoint ${model.name.slice(0, 12)}` : model.name;
    element.title = `${model.architecture}, SHA-256 ${model.sha256}`;
  } catch (error) {
    element.textContent = error instanceof ApiError && error.reason === 'UNREACHABLE' ? 'not connected' : '';
  }
}

keyButton.addEventListener('click', askKey);
window.addEventListener('hashchange', () => route(true));
window.addEventListener('attune:key', () => { showModel(); route(false); });
window.addEventListener('attune:model', showModel);
showModel();
route(false);
