// @ts-check

/** @typedef {{ text: string, changed: boolean }} Word */

/**
 * Finds which words of a draft and of its final differ, by their longest common subsequence.
 * @param {string} draft
 * @param {string} final
 * @returns {{ draft: Word[], final: Word[] }}
 */
export function compare(draft, final) {
  const a = split(draft);
  const b = split(final);
  // common[i][j]: length of the longest common subsequence of a from i on and b from j on
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  }

  const result = { draft: /** @type {Word[]} */ ([]), final: /** @type {Word[]} */ ([]) };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      result.draft.push({ text: a[i++], changed: false });
      result.final.push({ text: b[j++], changed: false });
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      result.draft.push({ text: a[i++], changed: true });
    } else {
      result.final.push({ text: b[j++], changed: true });
    }
  }

  return result;
}

/** @param {string} text */
export const split = (text) => text.split(/\s+/).filter(Boolean);
