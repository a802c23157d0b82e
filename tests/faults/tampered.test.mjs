// Published digits that were tampered with, cut off, or replaced: noticed before any
// of them is shown, by every way digits leave the site, and computed again.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from '../lib/exposition.mjs';
import { pi } from '../lib/pi.mjs';
import { Reader } from '../lib/reader.mjs';
import { build, Site, until } from '../lib/site.mjs';

const run = promisify(execFile);
const N = 1_100_000; // two blocks of checksums
const BLOCK = 1 << 20;
const site = await Site.start();
after(() => site.stop());

await site.waitDone((await site.ask(N)).id);
const known = await pi(N);
const file = path.join(site.state, 'digits', `pi-10-${N}.txt`);
const sidecar = file.replace(/txt$/, 'sum');
assert.equal(fs.readFileSync(file, 'latin1'), known);
// A row that was answered from the file.
const digest = (text) => createHash('sha256').update(text).digest('hex');
const relying = (await site.waitDone((await site.ask(777_777)).id)).id;

// Ways out for the byte AT of the file.
const html = { headers: { accept: 'text/html' } };
const position = (at) => Math.min(Math.max(at - 1, 1), N - 20);
const ways = {
  page: (at) => site.get(`/pi/${N}?from=${position(at)}`, html),
  'page by a script': (at) => site.get(`/pi/${N}?from=${position(at)}`, { headers: { accept: 'application/json' } }),
  'text by nginx': () => site.get(`/pi/${N}.txt`),
  'text by nthpi-fcgi': () => site.get(`/pi/${N - 1}.txt`, { headers: { 'if-match': '*' } }),
  'range of a text': (at) => site.get(`/pi/${N - 1}.txt`, {
    headers: { range: `bytes=${Math.min(at, N - 20)}-${Math.min(at, N - 20) + 9}` },
  }),
  'pi.delivery': (at) => site.get(`/v1/pi?start=${position(at)}&numberOfDigits=20`),
};

/** Another digit at byte AT of NAME, with the modification time it had. */
function poke(name, at) {
  const { atime, mtime } = fs.statSync(name);
  const handle = fs.openSync(name, 'r+');
  const byte = Buffer.alloc(1);
  fs.readSync(handle, byte, 0, 1, at);
  fs.writeSync(handle, byte.toString() === '7' ? '8' : '7', at);
  fs.closeSync(handle);
  fs.utimesSync(name, atime, mtime);
}

function replace(name, how) {
  fs.renameSync(name, `${name}.before`);
  how(name);
}

// What is done to the file, and the byte at which a visitor looks.
const deeds = [
  ['its first digit', 2, () => poke(file, 2)],
  ['its middle', N / 2, () => poke(file, N / 2)],
  ['its last byte', N + 1, () => poke(file, N + 1)],
  ['the 3', 0, () => poke(file, 0)],
  ['a byte less', N - 20, () => fs.truncateSync(file, N + 1)],
  ['a byte more', N - 20, () => fs.appendFileSync(file, '1')],
  ['no file', 100, () => fs.unlinkSync(file)],
  ['an empty file', 100, () => fs.truncateSync(file, 0)],
  ['a link', 100, () => replace(file, (name) => fs.symlinkSync(`${name}.before`, name))],
  ['a folder', 100, () => replace(file, (name) => fs.mkdirSync(name))],
  ['a pipe', 100, () => replace(file, (name) => execFileSync('mkfifo', [name]))],
];
const spoilt = ['first block', 'state', 'last block', 'whole', 'cut', 'missing'];
const sidecarDeed = {
  'first block': () => poke(sidecar, 60),
  state: () => poke(sidecar, 60 + 71), // of SHA-256, after the first block
  'last block': () => poke(sidecar, 60 + 2 * 71),
  whole: () => poke(sidecar, fs.statSync(sidecar).size - 3),
  cut: () => fs.truncateSync(sidecar, 100),
  missing: () => fs.unlinkSync(sidecar),
};

async function whole() {
  const answer = await site.get(`/pi/${N}.txt`);
  if (answer.status !== 200) return false;
  assert.equal(answer.text, known);
  return true;
}

/** While the daemon is suspended, nobody but the web program can notice. It must not
 * be in the middle of a commit then: another one gets through. */
async function suspend() {
  process.kill(site.pid('daemon'), 'SIGSTOP');
  for (;;) {
    try {
      await run('sqlite3', ['-cmd', '.timeout 100', site.database, 'BEGIN IMMEDIATE; ROLLBACK;']);
      return;
    } catch {
      process.kill(site.pid('daemon'), 'SIGCONT');
      await until(async () => true, 'a moment', { every: 10 });
      process.kill(site.pid('daemon'), 'SIGSTOP');
    }
  }
}

const resume = () => process.kill(site.pid('daemon'), 'SIGCONT');

function isRefusal(answer, way) {
  assert.equal(answer.status, 503, `${way}: ${answer.text.slice(0, 300)}`);
  assert.ok(Number(answer.headers['retry-after']) > 0);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.match(answer.text, /digits were damaged on disk.*computed again/s);
  const others = /\b[0-9a-f]{32}\b|\/static\/[\w.]+/g; // its own number, and names by content
  assert.doesNotMatch(answer.text.replace(others, ''), /\d{10}/, 'no digit is shown');
}

async function tamper(what, at, deed, names) {
  await suspend();
  try {
    deed();
    for (const name of names) isRefusal(await ways[name](at), `${what}, ${name}`);
    const health = (await site.get('/healthz')).json();
    assert.equal(health.digits === 'damaged' || health.digits === 'missing', true, health.digits);
    assert.equal(health.status, 'degraded');
  } finally {
    resume();
  }
  await until(whole, `${what}: the digits to come back`);
  const row = (await site.get(`/api/v1/computations/${relying}`)).json();
  assert.equal(row.status, 'done');
  assert.equal(row.digit, known[1 + 777_777]);
  assert.equal(row.attempts, 0, 'it was not computed');
  await until(async () => (await site.get('/healthz')).json().status === 'ok', 'all to be well');
}

// All of it in the long run.
const long = Boolean(process.env.NTHPI_LONG);
const all = Object.keys(ways);
for (const [i, [what, at, deed]] of deeds.filter((_, n) => long || n % 3 === 2).entries()) {
  test(`${what} in place of what was published`, async () => {
    // Each way is the first to notice, now and then.
    const order = [...all.slice(i % all.length), ...all.slice(0, i % all.length)];
    await tamper(what, at, deed, order);
  });
}

test('checksums that went bad: made anew, nothing is computed', async () => {
  const [{ id, attempts }] = await site.sql(`SELECT id, attempts FROM computation WHERE position = ${N}`);
  const events = async () => (await site.sql(`SELECT count(*) AS n FROM event WHERE computation_id = ${id}`))[0].n;
  const before = await events();
  for (const what of long ? spoilt : ['state', 'last block', 'missing']) {
    await suspend();
    sidecarDeed[what]();
    // What nthpi-fcgi has in mind of the file is true; a new process has nothing.
    await site.restart('fcgi');
    await until(async () => (await site.get('/robots.txt')).status === 200 &&
      (await site.get('/')).status === 200, 'nthpi-fcgi');
    // What no digit depends on is noticed by who is told a digest made with it.
    const answer = what === 'state' ? await site.get(`/pi/${N - 1}`, html) : await ways['text by nginx']();
    resume();
    isRefusal(answer, what);
    await until(whole, `checksums (${what}): the digits to come back`);
    await until(async () => (await site.get(`/pi/${N - 1}`, html)).text.includes(digest(known.slice(0, -1))),
      `checksums (${what}): the digest`);
  }
  assert.equal(await events(), before);
  assert.equal((await site.sql(`SELECT attempts FROM computation WHERE id = ${id}`))[0].attempts, attempts);
});

test('a damaged block keeps no other from being shown', async () => {
  await suspend();
  poke(file, BLOCK + 5000);
  try {
    const page = await site.get('/pi/900000?from=1000', html);
    assert.equal(page.status, 200, page.text.slice(0, 300));
    isRefusal(await ways['text by nginx'](), 'the whole');
    isRefusal(await ways.page(BLOCK + 40_000), 'the same block');
  } finally {
    resume();
  }
  await until(whole, 'the digits to come back');
});

test('the page of digits comes back by itself', async () => {
  await suspend();
  poke(file, 5000);
  isRefusal(await ways.page(5000), 'page');
  resume();
  await until(async () => {
    const page = await site.get(`/pi/${N}?from=5000`, html);
    // Damaged, being computed with what is known, or there: never a wrong digit.
    assert.ok([200, 503].includes(page.status), page.text.slice(0, 300));
    if (page.status === 503) return false;
    const shown = /<pre id="digits".*?<\/pre>/s.exec(page.text)?.[0].replace(/<[^>]+>|\s/g, '');
    if (!shown) return false;
    assert.equal(shown, known.slice(1 + 5000, 1 + 6000));
    return true;
  }, 'the page');
  await until(whole, 'the digits to come back');
  const [{ id }] = await site.sql(`SELECT id FROM computation WHERE position = ${N}`);
  const detail = await site.get(`/computations/${id}`, html);
  assert.match(detail.text, /the published digits were damaged/);
});

test('the daemon answers no row from damaged digits', async () => {
  await site.kill('daemon');
  poke(file, 654_321 + 1);
  const { id } = await site.ask(654_321);
  site.start('daemon');
  const row = await site.waitDone(id);
  assert.equal(row.digit, known[1 + 654_321]);
  assert.ok(row.window.startsWith(known.slice(1 + 654_321, 1 + 654_321 + 16)));
  await until(whole, 'the digits to come back');
});

test('what the daemon reads again it finds by itself', async () => {
  await site.kill('daemon');
  poke(file, N - 5);
  site.start('daemon');
  await until(() => site.logs.filter((line) => line.includes('computes pi-10-')).length > 0 && whole(),
    'the digits to come back');
  assert.equal((await site.sql("SELECT count(*) AS n FROM meta WHERE key LIKE 'damaged:%'"))[0].n, 0);
  assert.ok(parse((await site.get('/metrics')).text), 'metrics are well');
});

test('a file that is written to while it is sent: the answer ends early', async () => {
  const size = 20_000_000;
  const other = await Site.start({ options: { accel: '' }, processes: ['nginx', 'fcgi'] });
  try {
    await run(path.join(build, 'tests', 'unit', 'make_digits'), [other.state, '10', String(size)]);
    const name = path.join(other.state, 'digits', `pi-10-${size}.txt`);
    const right = fs.readFileSync(name);
    const reader = new Reader(other.port, `/pi/${size - 1}.txt`);
    await reader.begun;
    const handle = fs.openSync(name, 'r+');
    fs.writeSync(handle, 'x', size - 1000);
    fs.closeSync(handle);
    await until(() => {
      reader.take(1 << 20);
      return reader.closed;
    }, 'the end', { every: 1 });
    const { head, body } = reader.answer;
    assert.match(head, /^HTTP\/1\.1 200/);
    assert.ok(body.length < size - 1000, `${body.length} bytes`);
    assert.ok(body.equals(right.subarray(0, body.length)));
  } finally {
    await other.stop();
  }
});
