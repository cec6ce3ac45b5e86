// @ts-check
import { lines } from './api.js';
import { h } from './dom.js';
import { decimal, moment } from './format.js';
import { revisionName } from './parts.js';

/** Why, in words. @type {Record<string, string>} */
const reasons = {
  strategy: 'its conditions have changed',
  collapsed: 'what served had collapsed',
  corrupted: 'what was stored is damaged',
  shapes: 'the checkpoint has other shapes',
  gate: 'the gate refused what it had learnt',
  examples: 'examples that it had learnt from were deleted',
  operator: 'an operator asked for it',
};

/**
 * Events from the oldest that are kept, and then as they happen; goes on after interruptions, until the signal is given.
 * @param {string} domain Of one domain; empty for all.
 * @param {AbortSignal} signal
 * @param {(events: any[]) => void} receive Takes those that came together.
 */
export async function follow(domain, signal, receive) {
  let last = '0';
  /** @type {any[]} */
  let waiting = [];
  const flush = () => {
    const events = waiting;
    waiting = [];
    if (!signal.aborted) receive(events);
  };
  while (!signal.aborted) {
    try {
      for await (const event of lines(`/v1/events?afterId=${last}&domain=${encodeURIComponent(domain)}`, signal)) {
        last = event.id;
        if (waiting.push(event) === 1) setTimeout(flush, 50);
      }
    } catch (error) {
      const reason = /** @type {any} */ (error).reason;
      if (signal.aborted) return;
      if (reason !== 'UNREACHABLE' && reason !== 'MODEL_SWAPPED' && reason !== 'STOPPING' && reason !== 'STATE_UNAVAILABLE' && !(error instanceof TypeError)) throw error;
      if (reason === 'MODEL_SWAPPED') last = '0'; // its domains have events of their own
    }

    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

/** An event as a line. @param {any} event @param {boolean} [withDomain] */
export function eventLine(event, withDomain = true) {
  const loss = event.lossBefore === undefined || event.lossAfter === undefined ? '' : `loss ${decimal(event.lossBefore, 4)} → ${decimal(event.lossAfter, 4)}`;
  const details = [loss, event.standardErrors !== undefined && `z ${decimal(event.standardErrors, 2)}`, event.utteranceIds?.length > 0 && `${event.utteranceIds.length} utterances`]
    .filter(Boolean).join(', ');
  return h('li', {}, moment(event.time), h('div', {},
    withDomain && [h('a', { href: `#/domain/${encodeURIComponent(event.domain)}` }, event.domain), ' '],
    h('span', {}, what(event)), details && h('small', {}, details)));
}

/** @param {any} event */
function what(event) {
  const why = reasons[event.reason] ? `: ${reasons[event.reason]}` : '';
  switch (event.kind) {
    case 'KIND_UPDATED': return `learnt ${revisionName(event.revision)}, which serves`;
    case 'KIND_REFUSED': return `learnt ${revisionName(event.revision)}, which the gate refused${failed(event)}`;
    case 'KIND_RESET': return `went back to ${revisionName(event.revision)}${why}`;
    case 'KIND_FROZEN': return 'was frozen: it serves, and learns nothing';
    case 'KIND_UNFROZEN': return 'learns again';
    case 'KIND_DELETED': return 'was deleted';
    case 'KIND_REBASED': return 'moved to another checkpoint with what it had learnt';
    case 'KIND_RESTARTED': return `begins anew on another checkpoint${why}`;
    default: return event.kind;
  }
}

/** @param {any} event */
function failed(event) {
  const questions = (event.verdict?.checks ?? []).filter((/** @type {any} */ check) => !check.passed).map((/** @type {any} */ check) => check.question);
  return questions.length > 0 ? ` for ${questions.join(' and ')}` : '';
}

