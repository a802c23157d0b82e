// Says what a question would cost while it is typed: the sentence that the server says
// to the button "preview", from the same table (common/cost.h).
'use strict';

(() => {
  const form = document.getElementById('new');
  const place = document.getElementById('estimate');
  const { text, short, above, knownText, known, auto, units } = place.dataset;
  const absent = document.getElementById('absent');
  const language = document.documentElement.lang;
  const [ms, s, min, h, d, mib, gib] = units.split('|');
  const published = { 10: Number(known.split(' ')[0]), 16: Number(known.split(' ')[1]) };
  const lines = new Map(); // of each algorithm and radix: how far it goes, and what it costs
  for (const { value } of form.querySelectorAll('.costs')) {
    const [algorithm, radix, limit, first, ...points] = value.split(' ');
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
    if (seconds < 1) return withUnit(ms, seconds * 1000);
    if (seconds < 90) return withUnit(s, seconds);
    if (seconds < 90 * 60) return withUnit(min, seconds / 60);
    return seconds < 48 * 3600 ? withUnit(h, seconds / 3600) : withUnit(d, seconds / 86400);
  }

  const memory = (amount) => (amount < 1024 ? withUnit(mib, amount) : withUnit(gib, amount / 1024));

  /** What position N costs by POINTS, which are those of the powers of ten from 10^FIRST
   * on; before that it is next to nothing. */
  function costAt({ points, first }, n) {
    const at = Math.log10(n) - first;
    if (at < 0) return [0, 0];
    const i = Math.min(Math.floor(at), points.length - 2);
    return [0, 1].map((k) => points[i][k] * (points[i + 1][k] / points[i][k]) ** (at - i));
  }

  /** The digits of the position that TEXT is, read as the server does (common/position.c):
   * plain digits, groups of three, powers of ten; or null. */
  function readPosition(text) {
    const typed = text.trim();
    const power = /^(\d+)[eE]\+?(\d{1,2})$/.exec(typed) ?? /^(1)0\^(\d{1,2})$/.exec(typed);
    if (power) return power[1] + '0'.repeat(Number(power[2]));
    if (/^[1-9]\d{0,2}([, '_\u00a0\u202f\u2009\u2019])\d{3}(\1\d{3})*$/.test(typed)) {
      return typed.replace(/\D/g, '');
    }
    return /^\d+$/.test(typed) ? typed : null;
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

  function sentence() {
    const { position, radix, algorithm } = form.elements;
    const n = Number(readPosition(position.value));
    if (!(n >= 1)) return '';
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
    timer = setTimeout(() => { place.textContent = sentence(); }, 150);
  });
  // The browser kept what was typed; or the server says what is wrong with it.
  if (!place.textContent && !form.querySelector('.error')) place.textContent = sentence();
})();
