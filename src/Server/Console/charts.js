// @ts-check
// Charts as SVG. Each says in words what it shows; colours come from the stylesheet.
import { svg } from './dom.js';
import { decimal } from './format.js';

const width = 720;
const height = 220;
const left = 48;
const bottom = 20;
const bellWidth = 110;

/** Maps values of a range to places. @param {number} from @param {number} to @param {number} start @param {number} end */
const scale = (from, to, start, end) => (/** @type {number} */ value) => start + ((value - from) / (to - from || 1)) * (end - start);

/** @param {[number, number][]} points */
const path = (points) => points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/**
 * The last values of a figure, without axes.
 * @param {number[]} values
 * @param {number} capacity Values of the whole width.
 */
export function sparkline(values, capacity) {
  const x = scale(0, capacity - 1, 0, 100);
  const y = scale(0, Math.max(1, ...values), 28, 3);
  const points = values.map((value, i) => /** @type {[number, number]} */ ([x(capacity - values.length + i), y(value)]));
  return svg('svg.spark', { viewBox: '0 0 100 30', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('path.area', { d: `${path(points)}L100 30L${points[0][0].toFixed(1)} 30Z` }),
    svg('path.line-a', { d: path(points), 'vector-effect': 'non-scaling-stroke' }));
}

/**
 * Loss improvements in their order, and on the right the Gaussian that they are compared with.
 * @param {{ points: { value: number, text: string }[], mean: number, deviation: number, threshold?: number, unit: string }} data
 */
export function improvementChart({ points, mean, deviation, threshold, unit }) {
  const values = points.map((point) => point.value).filter(Number.isFinite);
  const reach = deviation > 0 ? 3 * deviation : Math.abs(mean) || 0.01;
  const from = Math.min(mean - reach, ...values);
  const to = Math.max(mean + reach, (threshold ?? mean) * 1.4, ...values);
  const right = width - bellWidth;
  const y = scale(from, to, height - bottom, 10);
  const x = scale(-0.5, Math.max(points.length, 8) - 0.5, left, right);
  const beyond = points.filter((point) => threshold !== undefined && !(point.value <= threshold)).length;
  const label = points.length === 0
    ? 'The Gaussian of loss improvements; nothing is compared with it yet.'
    : `${points.length} values of ${unit} from ${decimal(Math.min(...values))} to ${decimal(Math.max(...values))}, the last ${decimal(points.at(-1)?.value)}`
      + (threshold === undefined ? '.' : `; ${beyond} beyond the threshold ${threshold}.`);

  /** @type {[number, number][]} */
  const bell = [];
  if (deviation > 0) {
    for (let i = 0; i <= 60; i++) {
      const value = from + ((to - from) * i) / 60;
      bell.push([right + 8 + (bellWidth - 16) * Math.exp(-0.5 * ((value - mean) / deviation) ** 2), y(value)]);
    }
  }

  return svg('svg.chart', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    threshold !== undefined && svg('rect.beyond', { x: left, y: y(to), width: width - left, height: y(threshold) - y(to) }),
    [mean - 2 * deviation, mean, mean + 2 * deviation].filter((value, i, all) => deviation > 0 || i === 1 || value !== all[1]).map((value) => [
      svg('line.axis', { x1: left, x2: width, y1: y(value), y2: y(value) }),
      svg('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, decimal(value, unit === 'z' ? 0 : 3)),
    ]).flat(),
    bell.length > 0 && svg('path.bell', { d: `M${right + 8} ${y(from)}${path(bell).replace('M', 'L')}L${right + 8} ${y(to)}Z` }),
    svg('line.mean', { x1: left, x2: width, y1: y(mean), y2: y(mean) }),
    threshold !== undefined && svg('line.limit', { x1: left, x2: width, y1: y(threshold), y2: y(threshold) }),
    points.length > 1 && svg('path.line-b', { d: path(points.map((point, i) => [x(i), y(point.value)])) }),
    points.map((point, i) => svg(threshold !== undefined && !(point.value <= threshold) ? 'circle.dot.bad' : 'circle.dot', { cx: x(i), cy: y(Number.isFinite(point.value) ? point.value : to), r: 4 }, svg('title', {}, point.text))),
    svg('text', { x: left, y: height - 3 }, 'older'),
    svg('text', { x: right, y: height - 3, 'text-anchor': 'end' }, 'newer'));
}

/**
 * Loss before and after each update.
 * @param {{ before: number, after: number, refused: boolean, text: string }[]} points
 */
export function lossChart(points) {
  const values = points.flatMap((point) => [point.before, point.after]).filter(Number.isFinite);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low) * 0.12 || 0.01;
  const y = scale(low - margin, high + margin, height - bottom, 10);
  const x = scale(-0.5, Math.max(points.length, 8) - 0.5, left, width);
  const last = points[points.length - 1];
  const label = `Loss of ${points.length} updates, from ${decimal(points[0].before)} before the first to ${decimal(last.after)} after the last.`;
  return svg('svg.chart', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    [low, (low + high) / 2, high].map((value) => [
      svg('line.axis', { x1: left, x2: width, y1: y(value), y2: y(value) }),
      svg('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, decimal(value, 2)),
    ]).flat(),
    points.length > 1 && svg('path.line-b', { d: path(points.map((point, i) => [x(i), y(point.before)])) }),
    points.length > 1 && svg('path.line-a', { d: path(points.map((point, i) => [x(i), y(point.after)])) }),
    points.map((point, i) => [
      svg('line.axis', { x1: x(i), x2: x(i), y1: y(point.before), y2: y(point.after) }),
      svg('circle.dot.hollow', { cx: x(i), cy: y(point.before), r: 3 }),
      svg(point.refused ? 'circle.dot.bad' : 'circle.dot', { cx: x(i), cy: y(point.after), r: 4 }, svg('title', {}, `${point.text}: ${decimal(point.before, 4)} → ${decimal(point.after, 4)}`)),
    ]).flat(),
    svg('text', { x: left, y: height - 3 }, 'older'),
    svg('text', { x: width, y: height - 3, 'text-anchor': 'end' }, 'newer'));
}
