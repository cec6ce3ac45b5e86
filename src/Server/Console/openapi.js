// @ts-check
// The description of the API as a page, made of /openapi/v1.json.
import { call } from './api.js';
import { h, show } from './dom.js';
import { notice } from './parts.js';

const main = /** @type {HTMLElement} */ (document.getElementById('main'));

/** @param {any} document */
function render(document) {
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [verb, operation] of Object.entries(operations)) {
      const tag = operation.tags[0];
      groups.set(tag, [...groups.get(tag) ?? [], { path, verb, operation }]);
    }
  }

  show(main, h('div.view', {},
    h('div.head', {}, h('div', {}, h('h1', {}, 'API'), h('p', {}, document.info.description)), h('div.actions', {}, h('a', { href: '/openapi/v1.json' }, 'OpenAPI document'))),
    [...groups].map(([tag, operations]) => h('section.card', {}, h('header', {}, h('h2', {}, tag)), operations.map((item) => operation(document, item))))));
}

/** @param {any} document @param {{ path: string, verb: string, operation: any }} item */
function operation(document, { path, verb, operation }) {
  const body = operation.requestBody?.content['application/json'].schema;
  const answer = operation.responses['200'].content['application/json'].schema;
  return h('details.operation', {},
    h('summary', {}, h('span.verb', {}, verb.toUpperCase()), h('span.path', {}, path), h('span.what', {}, `${operation.summary}.`)),
    h('div.inside', {},
      operation.description && h('p', {}, operation.description),
      operation.parameters.length > 0 && [h('h3', {}, 'Parameters'), h('dl.props', {}, operation.parameters.flatMap((/** @type {any} */ parameter) =>
        property(`${parameter.name}${parameter.in === 'path' ? ', in the path' : ''}`, { ...parameter.schema, description: parameter.description })))],
      body && [h('h3', {}, 'Body'), fields(document, body)],
      h('h3', {}, 'Answer'), fields(document, answer)));
}

/** Fields of a message. Those that are messages themselves open when asked. @param {any} document @param {any} schema @returns {any} */
function fields(document, schema) {
  const { properties = {} } = resolve(document, schema);
  const entries = Object.entries(properties);
  if (entries.length === 0) return h('p.status', {}, 'No fields.');
  return h('dl.props', {}, entries.flatMap(([name, value]) => {
    const inner = value.items ?? value;
    const target = inner.$ref && resolve(document, inner);
    return property(name, { ...value, description: value.description ?? target?.description }, target?.properties && h('details', { ontoggle: (/** @type {any} */ event) => {
      if (event.target.open && event.target.children.length === 1) event.target.append(fields(document, inner));
    } }, h('summary', {}, 'its fields')));
  }));
}

/** @param {string} name @param {any} schema @param {any} [more] */
const property = (name, schema, more) => [h('dt', {}, name, ' ', h('span', {}, typeName(schema))), h('dd', {}, schema.description, more)];

/** @param {any} schema @returns {string} */
function typeName(schema) {
  if (schema.type === 'array') return `list of ${typeName(schema.items)}`;
  if (schema.$ref) return schema.$ref.split('/').pop();
  return schema.format ? `${schema.type} (${schema.format})` : schema.type;
}

/** @param {any} document @param {any} schema */
const resolve = (document, schema) => schema.$ref ? document.components.schemas[schema.$ref.split('/').pop()] : schema;

call('/openapi/v1.json').then(render, (error) => show(main, notice(error, () => location.reload())));
