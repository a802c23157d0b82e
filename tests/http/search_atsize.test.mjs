// Searching more digits than are scanned without an index: what is said until there is
// one, and what a search costs with it. NTHPI_LONG: a hundred million digits, and more
// measurements (contrib/bench/search). (The digits are made up by tests/unit/make_digits;
// search.test.mjs searches those of pi.)
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { text } from '../lib/html.mjs';
import { Site, build, children, until } from '../lib/site.mjs';

const N = process.env.NTHPI_LONG ? 100_000_000 : 21_000_000;
const ROUNDS = process.env.NTHPI_LONG ? 20 : 1;
const SCANNED = 20_000_000;
const run = promisify(execFile);

const site = await Site.start({ options: { 'index-wait-s': 0, index: 'no' } });
after(() => site.stop());
await run(path.join(build, 'tests', 'unit', 'make_digits'), [site.state, '10', String(N)]);
const file = (kind) => path.join(site.state, 'digits', `pi-10-${N}.${kind}`);
const digits = fs.readFileSync(file('txt')).subarray(2);

const ask = async (query) =>
  (await site.get(`/search?${query}`, { headers: { accept: 'application/json' } })).json();
const page = async () => text((await site.get('/search', { headers: { accept: 'text/html' } })).text);
const noted = async () => (await site.sql(`SELECT value FROM meta WHERE key = 'index:10'`))[0]?.value ?? 0;

function expected(string) {
  let count = 0;
  let first = null;
  for (let at = digits.indexOf(string); at >= 0; at = digits.indexOf(string, at + 1)) {
    first ??= at + 1;
    count += 1;
  }
  return { count, first };
}

/** The strings of LENGTH digits at places all over the file. */
const strings = (length, count) => Array.from({ length: count }, (_, i) =>
  digits.subarray(Math.floor((i + 0.5) * (N / count)), Math.floor((i + 0.5) * (N / count)) + length).toString('latin1'));

/** Takes what the kernel has of a file out of its memory, as far as it lets go. */
const forget = (name) => run('dd', [`of=${name}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);

/** Bytes that nthpi-fcgi has read from files. */
const read = () => Number(/^rchar: (\d+)/m.exec(fs.readFileSync(`/proc/${site.pid('fcgi')}/io`, 'latin1'))[1]);

async function time(doIt) {
  const begun = performance.now();
  await doIt();
  return performance.now() - begun;
}

const quantile = (times, q) => [...times].sort((a, b) => a - b)[Math.floor(q * times.length)];
const figures = (times) => (times.length === 1 ? `${times[0].toFixed(1)} ms` :
  `median ${quantile(times, 0.5).toFixed(1)} ms, 99 % within ${quantile(times, 0.99).toFixed(1)} ms`);

test('without an index the first 20,000,000 digits are searched, and that is said', async () => {
  const late = digits.subarray(N - 12).toString('latin1');
  const answer = await ask(`q=${late}`);
  assert.deepEqual([answer.position, answer.searched, answer.known, answer.indexed], [null, SCANNED, N, false]);
  const early = digits.subarray(SCANNED - 12, SCANNED).toString('latin1');
  assert.equal((await ask(`q=${early}`)).position, SCANNED - 11);
  assert.match(await page(), new RegExp(`Of ${N.toLocaleString('en')} known digits the first 20,000,000 are searched`));
});

test('a date in six ways and a string beside it are looked for in one go', async (t) => {
  const birthday = '/search?q=20488162&day=14&month=3&year=1879';
  const html = { headers: { accept: 'text/html' } };
  const before = read();
  assert.equal((await site.get(birthday, html)).status, 200);
  assert.ok(read() - before < 1.5 * SCANNED, `${read() - before} bytes were read`);
  const single = [];
  const seven = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    single.push(await time(() => site.get(`/search?q=2048816${i % 10}`, html)));
    seven.push(await time(() => site.get(birthday, html)));
  }
  t.diagnostic(`figure: without an index 8 digits ${figures(single)}; a date in six ways and a string beside it ` +
    figures(seven));
});

test('while it is made, the page says how far it is, and the site goes on', async () => {
  site.options.index = 'yes';
  await site.restart('daemon');
  const worker = await until(() => children(site.pid('daemon'))[0], 'its worker');
  process.kill(worker, 'SIGSTOP');
  try {
    // A moment of work at a time: all of it may take less than a second, and nthpid
    // looks once a second.
    const worked = () => fs.readFileSync(`/proc/${worker}/stat`, 'latin1').split(') ')[1].split(' ')
      .slice(11, 13).reduce((sum, ticks) => sum + Number(ticks), 0); // user and system time, 10 ms
    const percent = await until(async () => {
      const before = worked();
      process.kill(worker, 'SIGCONT');
      await until(() => worked() > before + 4, 'its work', { every: 5 });
      process.kill(worker, 'SIGSTOP');
      return until(async () => (await noted()) % 128, 'a word', { timeout: 2000 }).catch(() => 0);
    }, 'its progress', { timeout: 300_000 });
    assert.ok(percent < 100, `${percent} %`);
    assert.match(await page(), /The index is being made, \d+ % is done\. Until then the first 20,000,000/);
    const share = /^nthpi_index_ready\{radix="10"\} (\S+)$/m.exec((await site.get('/metrics')).text)[1];
    assert.ok(share > 0 && share < 1, share);
    assert.equal((await site.get('/healthz')).json().status, 'ok');
    assert.equal((await site.waitDone((await site.ask(1000, { algorithm: 'spigot' })).id)).digit, '9');
  } finally {
    process.kill(worker, 'SIGCONT');
  }
  await until(() => fs.existsSync(file('idx')), 'the index', { timeout: 300_000 });
});

test('with it all of them are, exactly', async (t) => {
  const [, seconds] = /has its index, after ([\d.]+) s/.exec(await until(
    () => site.logs.find((line) => line.includes('has its index')), 'the end of it'));
  t.diagnostic(`figure: the index of ${N.toLocaleString('en')} digits was made in ${seconds} s, ` +
    `${(fs.statSync(file('idx')).size / N).toFixed(2)} bytes a digit`);
  for (const length of [5, 6, 7, 9, 15]) {
    for (const string of strings(length, 5)) {
      const answer = await ask(`q=${string}`);
      const { count, first } = expected(string);
      assert.deepEqual([answer.position, answer.count, answer.searched], [first, count, N], string);
    }
  }
  assert.match(await page(), new RegExp(`The first ${N.toLocaleString('en')} digits after the point are searched`));
});

test('an 8-digit search reads some megabytes the first time, and then next to nothing', async (t) => {
  const [first, ...rest] = strings(8, 201);
  const cold = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    await site.restart('fcgi');
    await site.waitReady();
    await forget(file('idx'));
    await forget(file('txt'));
    const before = read();
    cold.push(await time(async () => assert.ok((await ask(`q=${first}`)).position)));
    assert.ok(read() - before < 8 << 20, `${read() - before} bytes were read`);
  }
  const afresh = [];
  const again = [];
  for (const times of [afresh, again]) {
    for (const string of rest) times.push(await time(async () => assert.ok((await ask(`q=${string}`)).position)));
  }
  t.diagnostic(`figure: 8 digits among ${N.toLocaleString('en')}: the first search after a start, nothing ` +
    `in memory, ${figures(cold)}; 200 others ${figures(afresh)}; the same again ${figures(again)}`);
});
