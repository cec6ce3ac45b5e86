// @ts-check
// Elements without a library. Text is always text: nothing that a server or a file says becomes markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element: `h('button.primary', { onclick }, 'Save')`.
 * @param {string} tag Name, and classes behind dots.
 * @param {Record<string, any>} [props] Functions are listeners, booleans are there or not, anything else is an attribute.
 * @param {...(Child | Child[])} children Those that are null, undefined or false are left out.
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  return fill(document.createElement(name), classes, props, children);
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function svg(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), classes, props, children);
}

/**
 * @param {Element} element
 * @param {string[]} classes
 * @param {Record<string, any>} props
 * @param {(Child | Child[])[]} children
 */
function fill(element, classes, props, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }

  put(element, ...children);
  return element;
}

/**
 * Adds children.
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function put(parent, ...children) {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) parent.append(child instanceof Node ? child : String(child));
  }
}

/**
 * Replaces all children. Where one with an id had the focus, its successor has it.
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function show(parent, ...children) {
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : undefined;
  parent.replaceChildren();
  put(parent, ...children);
  if (focused) document.getElementById(focused)?.focus();
}
