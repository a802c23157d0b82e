// Says what a question would cost while it is typed: the sentence that the server says
// to the button "preview", from the same table (common/cost.h); and what is wrong with a
// question that it would refuse, in the server's words, too.
'use strict';

(() => {
  const form = document.getElementById('new');
  const place = document.getElementById('estimate');
  const { text, short, above, knownText, known, auto, units, wrong } = place.dataset;
  const absent = document.getElementById('absent');
  const language = document.documentElement.lang;
  const [ms, s, min, h, d, mib, gib] = units.split('|');
  const [strange, negative, notWhole, zero, only] = wrong.split('|');
  const needs = { spigot: '10', bbp: '16' };
  const published = { 10: Number(known.split(' ')[0]), 16: Number(known.split(' ')[1]) };
  const lines = new Map(); // of each algorithm and radix: how far it goes, and what it costs
  for (const line of form.querySelector('.costs')?.value.split('|') ?? []) {
    const [algorithm, radix, limit, first, ...points] = line.split(' ');
    lines.set(`${algorithm} ${radix}`, {
      algorithm, radix, limit: Number(limit), first: Number(first),
      points: points.map((point) => point.split('/').map(Number)),
    });
  }

  function withUnit(unit, value) {
    const number = value.toLocaleString(language, { maximumFractionDigits: value < 9.95 ? 1 : 0 });
    return unit.replace('{n}', number);
  }

  function span(seconds) {
    if (seconds * 1000 < 999.5) return withUnit(ms, seconds * 1000);
    if (seconds < 89.5) return withUnit(s, seconds);
    if (seconds < 89.5 * 60) return withUnit(min, seconds / 60);
    return seconds < 47.5 * 3600 ? withUnit(h, seconds / 3600) : withUnit(d, seconds / 86400);
  }

  const memory = (amount) => (amount < 1023.5 ? withUnit(mib, amount) : withUnit(gib, amount / 1024));

  /** What position N costs by POINTS, which are those of the powers of ten from 10^FIRST
   * on; before that it is next to nothing. */
  function costAt({ points, first }, n) {
    const at = Math.log10(n) - first;
    if (at < 0) return [0, 0];
    const i = Math.min(Math.floor(at), points.length - 2);
    return [0, 1].map((k) => points[i][k] * (points[i + 1][k] / points[i][k]) ** (at - i));
  }

  /** That ALGORITHM goes no further than LIMIT in RADIX, and which one does. */
  function beyond(algorithm, radix, limit) {
    const further = [...lines.values()].filter((line) => line.limit > limit &&
      (line.radix === radix || (line.algorithm === 'bbp' && line.radix === '16')));
    const own = further.filter((line) => line.radix === radix);
    const [best] = (own.length > 0 ? own : further).sort((a, b) => b.limit - a.limit);
    return [{ algorithm, radix, limit }, ...(best ? [best] : [])].map((line) =>
      above.replace('{algorithm}', line.algorithm).replace('{radix}', line.radix)
        .replace('{limit}', line.limit.toLocaleString(language))).join(' ');
  }

  /** What is wrong with TEXT, which is no position (common/computation.c). */
  function whatIsWrong(text) {
    const number = /^(-?)(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.exec(text.trim());
    if (!number) return strange;
    return number[1] ? negative : notWhole;
  }

  /** True when nothing is typed, or a position. */
  const isRead = (text) => text.trim() === '' || readPosition(text) !== null;

  function sentence() {
    const { position, radix, algorithm } = form.elements;
    const typed = readPosition(position.value);
    const n = Number(typed);
    const refused = [];
    if (!isRead(position.value)) refused.push(whatIsWrong(position.value));
    else if (typed !== null && n === 0) refused.push(zero);
    const needed = needs[algorithm.value] ?? radix.value;
    if (radix.value !== needed) {
      refused.push(only.replace('{algorithm}', algorithm.value).replace('{radix}', needed));
    }
    if (refused.length > 0) return refused.join(' ');
    if (typed === null) return '';
    let method = algorithm.value;
    if (method === 'auto') {
      if (n <= published[radix.value]) return absent?.hidden === false ? '' : knownText; // the notice says it
      method = radix.value === '16' && n > Number(auto) ? 'bbp' : 'chudnovsky';
    }
    const line = lines.get(`${method} ${radix.value}`);
    if (!line) return '';
    const most = algorithm.value === 'auto' && radix.value === '16' ?
      Math.max(line.limit, Number(auto)) : line.limit;
    if (n > most) return beyond(algorithm.value, radix.value, most);
    if (line.points.length < 2) return '';
    const [seconds, amount] = costAt(line, n);
    if (seconds < 0.05) return short;
    return text.replace('{time}', span(seconds)).replace('{memory}', memory(amount));
  }

  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    // What is half typed is not wrong yet: "1," may become "1,000".
    const pause = isRead(form.elements.position.value) ? 150 : 1000;
    timer = setTimeout(() => { place.textContent = sentence(); }, pause);
  });
  // The browser kept what was typed; or the server says what is wrong with it.
  if (!place.textContent && !form.querySelector('.error')) place.textContent = sentence();
})();
