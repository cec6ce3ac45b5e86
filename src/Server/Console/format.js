// @ts-check
import { h } from './dom.js';

const whole = new Intl.NumberFormat('en');
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A whole number; those of 64 bits come as text. @param {number | string | undefined} value */
export const count = (value) => whole.format(Number(value ?? 0));

/**
 * A number with so many digits behind the point.
 * @param {number | string | undefined | null} value
 * @param {number} [digits]
 */
export function decimal(value, digits = 3) {
  const number = Number(value);
  if (value === undefined || value === null || Number.isNaN(number)) return '–';
  const text = Math.abs(number).toFixed(digits);
  return number < 0 && Number(text) > 0 ? `−${text}` : text;
}

/** Seconds of a duration such as "1.500s". @param {string | undefined} duration */
export const seconds = (duration) => Number.parseFloat(duration ?? '0');

/** A place in a recording. @param {number} value In seconds. */
export const position = (value) => `${Math.floor(value / 60)}:${(value % 60).toFixed(1).padStart(4, '0')}`;

/** How long something took. @param {number} milliseconds */
export const elapsed = (milliseconds) => milliseconds < 950 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/** @param {number | string} bytes */
export function size(bytes) {
  let value = Number(bytes);
  const units = ['B', 'KB', 'MB', 'GB'];
  while (value >= 1000 && units.length > 1) {
    value /= 1000;
    units.shift();
  }

  return `${value < 10 && units[0] !== 'B' ? value.toFixed(1) : Math.round(value)} ${units[0]}`;
}

/** A moment as an element: how long ago, and when exactly if one points at it. @param {string | undefined} time */
export function moment(time) {
  if (!time) return '–';
  const date = new Date(time);
  const past = (date.getTime() - Date.now()) / 1000;
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [['day', 86400], ['hour', 3600], ['minute', 60]];
  const [unit, length] = units.find(([, length]) => Math.abs(past) >= length) ?? ['second', 1];
  const text = Math.abs(past) < 5 ? 'now' : ago.format(Math.round(past / Number(length)), /** @type {Intl.RelativeTimeFormatUnit} */ (unit));
  return h('time', { datetime: time, title: clock.format(date) }, text);
}
