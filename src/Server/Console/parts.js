// @ts-check
// Pieces that several views use.
import { ApiError, credential } from './api.js';
import { h, show } from './dom.js';

/**
 * Tells what went wrong and offers what helps.
 * @param {unknown} error
 * @param {() => void} [retry]
 */
export function notice(error, retry) {
  const known = error instanceof ApiError ? error : undefined;
  const needsKey = known?.reason === 'UNAUTHENTICATED' || known?.reason === 'PERMISSION_DENIED';
  return h('div.notice', { role: 'alert' },
    h('p', {}, error instanceof Error ? error.message : String(error)),
    needsKey && h('button.small', { type: 'button', onclick: askKey }, 'Enter a key'),
    retry && h('button.small', { type: 'button', onclick: retry }, 'Try again'),
    known?.requestId && h('span.id', {}, `Request ${known.requestId} in the server's log`));
}

/**
 * What stands where there is nothing yet.
 * @param {string} title
 * @param {...any} children What to do next.
 */
export const empty = (title, ...children) => h('div.card.empty', {}, h('h2', {}, title), ...children);

/** The head of a table whose last column has buttons. @param {string[]} titles */
export const tableHead = (titles) => h('thead', {}, h('tr', {}, titles.map((title) => h('th', { scope: 'col' }, title)), h('th', { scope: 'col' }, h('span.unseen', {}, 'Actions'))));

/** Name of a revision. @param {number | string | undefined} number */
export const revisionName = (number) => Number(number ?? 0) === 0 ? 'the model itself' : `revision ${number}`;

/**
 * Asks before something is done that cannot be taken back easily.
 * @param {{ title: string, text: string, action: string, dangerous?: boolean, run: () => Promise<unknown> }} question
 * @returns {Promise<boolean>} Whether it was done.
 */
export function confirm({ title, text, action, dangerous, run }) {
  return dialog(title, (close, problem) => {
    const button = h(dangerous ? 'button.danger' : 'button.primary', { type: 'submit' }, action);
    return {
      submit: async () => {
        button.disabled = true;
        try {
          await run();
          close(true);
        } catch (error) {
          button.disabled = false;
          show(problem, notice(error));
        }
      },
      content: [h('p', {}, text), problem, h('div.actions', {}, h('button', { type: 'button', onclick: () => close(false) }, 'Cancel'), button)],
    };
  });
}

/** Has a key entered, and the view shown anew with it. */
export async function askKey() {
  const changed = await dialog('Key of this server', (close) => {
    const input = h('input', { type: 'password', id: 'key-value', autocomplete: 'off', spellcheck: 'false' });
    input.value = credential.get();
    return {
      submit: () => {
        credential.set(input.value.trim());
        close(true);
      },
      content: [
        h('p', {}, 'A key or token says who you are, and what you may do. This tab keeps it until it is closed.'),
        h('div.field', {}, h('label', { for: 'key-value' }, 'Key or token'), input),
        h('div.actions', {}, h('button', { type: 'button', onclick: () => close(false) }, 'Cancel'), h('button.primary', { type: 'submit' }, 'Use it')),
      ],
    };
  });
  if (changed) window.dispatchEvent(new Event('attune:key'));
}

/**
 * @param {string} title
 * @param {(close: (result: boolean) => void, problem: HTMLElement) => { submit: () => void, content: any[] }} build
 * @returns {Promise<boolean>}
 */
function dialog(title, build) {
  return new Promise((resolve) => {
    let result = false;
    const problem = h('div');
    const { submit, content } = build((value) => {
      result = value;
      element.close();
    }, problem);
    const form = h('form', { method: 'dialog', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); submit(); } }, h('h2', { id: 'dialog-title' }, title), ...content);
    const element = h('dialog', {
      'aria-labelledby': 'dialog-title',
      onclose: () => {
        element.remove();
        resolve(result);
      },
    }, form);
    /** @type {HTMLElement} */ (document.getElementById('dialogs')).append(element);
    element.showModal();
  });
}
