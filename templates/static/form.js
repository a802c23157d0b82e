// Says what a question would cost while it is typed: the sentence that the server says
// to the button "preview", from the same table (common/cost.h).
'use strict';

(() => {
  const form = document.getElementById('new');
  const place = document.getElementById('estimate');
  const { text, knownText, laterText, known, auto, units } = place.dataset;
  const absent = document.getElementById('absent');
  const language = document.documentElement.lang;
  const [ms, s, min, h, d, mib, gib] = units.split('|');
  const published = { 10: Number(known.split(' ')[0]), 16: Number(known.split(' ')[1]) };
  const lines = new Map();
  for (const { dataset: { algorithm, radix }, value } of form.querySelectorAll('.costs')) {
    lines.set(`${algorithm} ${radix}`, value.split(' ').map((point) => point.split('/').map(Number)));
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

  /** What position N costs by POINTS, which are those of the powers of ten. */
  function costAt(points, n) {
    const at = Math.log10(n);
    const i = Math.min(Math.floor(at), points.length - 2);
    return [0, 1].map((k) => points[i][k] * (points[i + 1][k] / points[i][k]) ** (at - i));
  }

  function sentence() {
    const { position, radix, algorithm } = form.elements;
    const n = Number(position.value.trim());
    if (!/^\d{1,14}$/.test(position.value.trim()) || n < 1) return '';
    let method = algorithm.value;
    if (method === 'auto') {
      if (n <= published[radix.value]) return absent?.hidden === false ? laterText : knownText;
      method = radix.value === '16' && n > Number(auto) ? 'bbp' : 'chudnovsky';
    }
    const points = lines.get(`${method} ${radix.value}`);
    if (!points || points.length < 2) return '';
    const [seconds, amount] = costAt(points, n);
    return text.replace('{time}', span(seconds)).replace('{memory}', memory(amount));
  }

  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => { place.textContent = sentence(); }, 150);
  });
  if (!place.textContent) place.textContent = sentence(); // the browser kept what was typed
})();
