// The pictures of digits show pi: what their tables say, and what is drawn, is counted
// here again from the digits of an independent program.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { decode, elements, text } from '../lib/html.mjs';
import { pi } from '../lib/pi.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());
for (const [position, question] of [[1_000_000, { algorithm: 'chudnovsky' }], [500, { algorithm: 'spigot' }],
  [10_000, { radix: 16, algorithm: 'chudnovsky' }], [700, { radix: 16, algorithm: 'bbp' }]]) {
  const { id } = await site.ask(position, question);
  await site.waitDone(id);
}
const decimal = (await pi(1_000_000)).slice(2);
const hexadecimal = (await site.get('/pi/10000.txt?radix=16')).text.slice(2);

const numbers = (words) => words.replace(/,/g, '').replace(/\u2212/g, '-');

// The table of figure NAME: its caption and its rows, all cells as texts.
async function table(name, query) {
  const answer = await site.get(`/pictures?${query}`, { headers: { accept: 'text/html' } });
  assert.equal(answer.status, 200, query);
  const figure = elements(answer.text, 'figure').find(({ attributes }) => attributes.id === name);
  assert.ok(figure, `a figure ${name}`);
  const rows = elements(figure.inner, 'tr').map(({ inner }) => {
    const cells = [...inner.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)];
    return cells.map(([, cell]) => numbers(text(cell)));
  });
  return { figure: figure.inner, head: rows[0], rows: rows.slice(1) };
}

async function svg(name, query) {
  const answer = await site.get(`/pictures/${name}.svg?${query}`);
  assert.equal(answer.status, 200, `${name} ${query}`);
  assert.equal(answer.headers['content-type'], 'image/svg+xml; charset=utf-8');
  return answer.text;
}

function count(digits, radix) {
  const single = Array(radix).fill(0);
  const pairs = Array.from({ length: radix }, () => Array(radix).fill(0));
  let last = -1;
  for (const character of digits) {
    const digit = parseInt(character, radix);
    single[digit]++;
    if (last >= 0) pairs[last][digit]++;
    last = digit;
  }
  return { single, pairs };
}

const cases = [[decimal, 10, 100], [decimal, 10, 10_000], [decimal, 10, 1_000_000], [hexadecimal, 16, 1000],
  [hexadecimal, 16, 10_000]];

for (const [digits, radix, n] of cases) {
  const query = `radix=${radix}&n=${n}`;
  const counted = count(digits.slice(0, n), radix);

  test(`frequencies of ${n} digits in radix ${radix}`, async () => {
    const { rows, figure } = await table('frequencies', query);
    const deviation = Math.sqrt(n / radix * (1 - 1 / radix));
    assert.equal(rows.length, radix);
    rows.forEach(([digit, times, more, deviations], i) => {
      assert.equal(digit, i.toString(radix));
      assert.equal(Number(times), counted.single[i]);
      assert.ok(Math.abs(Number(more) - (counted.single[i] - n / radix)) <= 0.05 + 1e-9, more);
      assert.ok(Math.abs(Number(deviations) - (counted.single[i] - n / radix) / deviation) <= 0.005 + 1e-9);
    });
    const chi = counted.single.reduce((sum, times) => sum + (times - n / radix) ** 2 / (n / radix), 0);
    assert.match(numbers(text(figure)), new RegExp(`Chi-squared is ${chi.toFixed(2).replace('.', '\\.')} with ${radix - 1} degrees`));
    const outside = counted.single.filter((times) => Math.abs(times - n / radix) > 1.96 * deviation).length;
    assert.equal((await svg('frequencies', query)).match(/class="bar outside"/g)?.length ?? 0, outside);
  });

  test(`transitions of ${n} digits in radix ${radix}`, async () => {
    const { head, rows } = await table('transitions', query);
    assert.deepEqual(head.slice(1), counted.single.map((_, i) => i.toString(radix)));
    assert.deepEqual(rows.map(([, ...cells]) => cells.map(Number)), counted.pairs);
    const drawn = (await svg('transitions', query)).match(/class="ribbon /g).length;
    let joined = 0;
    for (let a = 0; a < radix; a++) for (let b = a; b < radix; b++) joined += counted.pairs[a][b] + counted.pairs[b][a] > 0;
    assert.equal(drawn, joined);
  });

  test(`a walk of ${n} digits in radix ${radix}`, async () => {
    const at = [];
    let [x, y] = [0, 0];
    for (const character of digits.slice(0, n)) {
      const angle = 2 * Math.PI * parseInt(character, radix) / radix;
      x += Math.sin(angle);
      y += Math.cos(angle);
      at.push([x, y]);
    }
    const { rows } = await table('walk', query);
    assert.equal(rows.length, 20);
    for (const [steps, ...cells] of rows) {
      const [right, up] = at[Number(steps) - 1];
      const expected = [right, up, Math.hypot(right, up)];
      cells.forEach((cell, i) => assert.ok(Math.abs(Number(cell) - expected[i]) < 0.0501, `${cell} at ${steps}`));
    }
    assert.equal(Number(rows.at(-1)[0]), n);
    // The line is one piece, and its longest extent fills the picture or the circle does.
    const pieces = [...(await svg('walk', query)).matchAll(/class="piece p\d" d="M([^"]*)"/g)].map(([, path]) =>
      path.split(' ').map(Number));
    assert.equal(pieces.length, 10);
    pieces.forEach((piece, i) => {
      assert.ok(piece.every((value) => value >= 0 && value <= 720));
      if (i > 0) assert.deepEqual(piece.slice(0, 2), pieces[i - 1].slice(-2));
    });
  });

  test(`the matrix of ${n} digits in radix ${radix}`, async () => {
    const shown = digits.slice(0, Math.min(n, 10_000));
    const { rows } = await table('matrix', query);
    assert.equal(rows.map(([, line]) => line).join(''), shown);
    rows.forEach(([position], i) => assert.equal(Number(position), 50 * i + 1));
    // Walk along the paths with a pen, as a browser does.
    const columns = shown.length === 100 ? 10 : shown.length === 1000 ? 40 : 100;
    const seen = Array(shown.length);
    for (const [, digit, path] of (await svg('matrix', query)).matchAll(/class="squares d(.)" d="([^"]*)"/g)) {
      let [column, row] = [0, 0];
      for (const [, move, dx, dy] of path.matchAll(/([Mm])(-?[\d.]+) (-?[\d.]+)h1/g)) {
        [column, row] = move === 'M' ? [Number(dx), Number(dy)] : [column + Number(dx), row + Number(dy)];
        assert.equal(row % 1, 0.5);
        seen[(row - 0.5) * columns + column] = digit;
        column += 1;
      }
    }
    assert.equal(seen.join(''), shown);
  });
}

// 100 is a well-known example; a million digits were counted by many (for example
// https://oeis.org/A099291 to A099300).
test('counts that others have published', async () => {
  const of = async (n) => (await table('frequencies', `n=${n}`)).rows.map(([, times]) => Number(times));
  assert.deepEqual(await of(100), [8, 8, 12, 11, 10, 8, 9, 8, 12, 14]);
  assert.deepEqual(await of(1_000_000),
    [99959, 99758, 100026, 100229, 100230, 100359, 99548, 99800, 99985, 100106]);
});

test('speeds are those of the site\'s own computations', async () => {
  const { rows } = await table('speed', '');
  const done = await site.sql(`SELECT id, radix, position, method, wall_s FROM computation
    WHERE status = 'done' AND wall_s > 0`);
  assert.equal(rows.length, done.length);
  for (const { radix, position, method } of done) {
    assert.ok(rows.some((row) => Number(row[0]) === position && row[1] === method && Number(row[2]) === radix),
      `${method} of ${position} in radix ${radix}`);
  }
  const drawn = (await svg('speed', '')).match(/class="series s\d" d="M[^"]*"(?! transform)/g);
  assert.equal(drawn.length, new Set(done.map(({ radix, method }) => `${method} ${radix}`)).size);
});

test('what the daemon counts is counted right', async () => {
  const { id } = await site.ask(10_000_000, { algorithm: 'chudnovsky' });
  await site.waitDone(id, { timeout: 300_000 });
  const html = { headers: { accept: 'text/html' } };
  await until(async () => (await site.get('/pictures?n=10000000', html)).status === 200, 'the counts', { timeout: 300_000 });
  const { rows } = await table('frequencies', 'n=10000000');
  assert.deepEqual(rows.map(([, times]) => Number(times)),
    [999440, 999333, 1000306, 999964, 1001093, 1000466, 999337, 1000207, 999814, 1000040]);
  const pairs = await table('transitions', 'n=10000000');
  const all = (await site.get('/pi/10000000.txt')).text.slice(2);
  assert.deepEqual(pairs.rows.map(([, ...cells]) => cells.map(Number)), count(all, 10).pairs);
  assert.match(decode(pairs.figure), /src="\/pictures\/transitions\.svg\?radix=10&n=10000000&v=/);
});
