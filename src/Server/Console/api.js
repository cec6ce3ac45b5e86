// @ts-check
// The server's methods as JSON, with the key that was entered.

const keyName = 'attune.key';

/** The key or token of this tab; empty if none was entered. It is forgotten with the tab. */
export const credential = {
  get: () => sessionStorage.getItem(keyName) ?? '',
  /** @param {string} value */
  set(value) {
    if (value) sessionStorage.setItem(keyName, value);
    else sessionStorage.removeItem(keyName);
  },
};

/** What the server answered instead of what was asked for. */
export class ApiError extends Error {
  /**
   * @param {string} message What is wrong and what to do.
   * @param {string} reason Label of the server's table of statuses; UNREACHABLE if there was no answer.
   * @param {string} [requestId] What the server's log calls it.
   */
  constructor(message, reason, requestId) {
    super(message);
    this.reason = reason;
    this.requestId = requestId;
  }
}

/**
 * Calls a method.
 * @param {string} path
 * @param {{ method?: string, body?: object, signal?: AbortSignal }} [options]
 * @returns {Promise<any>}
 */
export async function call(path, options = {}) {
  const response = await send(path, options);
  return response.json();
}

/**
 * Calls a method that answers as things happen, one object in each line.
 * @param {string} path
 * @param {AbortSignal} signal Ends it.
 */
export async function* lines(path, signal) {
  const response = await send(path, { signal });
  const reader = /** @type {ReadableStream<any>} */ (response.body).pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (true) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (!part.trim()) continue;
      const item = JSON.parse(part);
      if (item.code && item.message) throw toError(item); // the call has ended; what began well has no other place for it
      yield item;
    }
  }
}

/**
 * @param {string} path
 * @param {{ method?: string, body?: object, signal?: AbortSignal }} options
 */
async function send(path, { method = 'GET', body, signal }) {
  /** @type {Record<string, string>} */
  const headers = {};
  const key = credential.get();
  if (key) headers.authorization = `Bearer ${key}`;
  if (body) headers['content-type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal, cache: 'no-store' });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('The server cannot be reached. See whether it runs, and try again.', 'UNREACHABLE');
  }

  if (response.ok) return response;
  const text = await response.text();
  try {
    throw toError(JSON.parse(text));
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(`The server answered ${response.status} ${response.statusText}.`, 'UNKNOWN');
  }
}

/** @param {any} status google.rpc.Status */
function toError(status) {
  const details = status.details ?? [];
  /** @param {string} name */
  const detail = (name) => details.find((/** @type {any} */ item) => item['@type']?.endsWith(name)) ?? {};
  return new ApiError(status.message, detail('google.rpc.ErrorInfo').reason ?? 'UNKNOWN', detail('google.rpc.RequestInfo').requestId);
}

/** Path of a domain's method. @param {string} domain @param {string} [rest] */
export const domainPath = (domain, rest = '') => `/v1/domains/${encodeURIComponent(domain)}${rest}`;
