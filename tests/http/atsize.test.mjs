// A hundred million published digits: a page costs the same wherever it is in the
// file, downloads are right and need no memory, and those who read slowly hold up
// nobody. (The digits are made up by tests/unit/make_digits; that computed ones are
// right is digits.test.mjs's.)
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { element } from '../lib/html.mjs';
import { Reader } from '../lib/reader.mjs';
import { Site, build, source, until } from '../lib/site.mjs';

const N = 99_999_999; // "3." and these are a file of 100,000,001 characters
const SHORT = N - 1;

/** nginx.conf with another nthpi.nginx, in which those who stop reading are given up
 * after four seconds. Nothing else is different. */
const impatient = path.join(fs.mkdtempSync(path.join(build, 'atsize-')), 'nthpi.nginx');
const patience = /send_timeout 30m;/;
const rules = fs.readFileSync(path.join(source, 'conf', 'nthpi.nginx'), 'utf8');
fs.writeFileSync(impatient, rules.replace(new RegExp(patience, 'g'), 'send_timeout 4s;'));

const site = await Site.start({ processes: ['nginx', 'fcgi'], options: { threads: 2 } });
const hasty = await Site.start({
  processes: ['nginx', 'fcgi'],
  nginx: (text) => text.replace(/include \S+nthpi\.nginx;/, `include ${impatient};`),
});
after(async () => {
  fs.rmSync(path.dirname(impatient), { recursive: true });
  await Promise.all([site.stop(), hasty.stop()]);
});

const make = (where, n) =>
  promisify(execFile)(path.join(build, 'tests', 'unit', 'make_digits'), [where.state, '10', String(n)]);
await make(site, N);
await make(hasty, 30_000_001);

const file = fs.openSync(path.join(site.state, 'digits', `pi-10-${N}.txt`));
after(() => fs.closeSync(file));

/** LENGTH bytes of the published file from FIRST on. */
function bytes(first, length) {
  const buffer = Buffer.alloc(length);
  assert.equal(fs.readSync(file, buffer, 0, length, first), length);
  return buffer;
}

/** What a process has read so far: bytes and calls; and its memory in KiB. */
function cost(pid) {
  const io = fs.readFileSync(`/proc/${pid}/io`, 'latin1');
  return {
    bytes: Number(/^rchar: (\d+)/m.exec(io)[1]),
    calls: Number(/^syscr: (\d+)/m.exec(io)[1]),
  };
}
const memory = (pid) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))[1]);

/** Downloads a path; resolves to its length and digest, nothing of it is kept. */
function digest(path_) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: site.port, path: path_, agent: false }, (res) => {
      const hash = createHash('sha256');
      let length = 0;
      res.on('data', (chunk) => {
        hash.update(chunk);
        length += chunk.length;
      });
      res.on('error', reject);
      res.on('aborted', () => reject(new Error(`${path_} was cut off at ${length}`)));
      res.on('end', () => resolve({ status: res.statusCode, length, sha256: hash.digest('hex') }));
    }).on('error', reject);
  });
}

/** The digest of the first LENGTH bytes of the file. */
function expected(length) {
  const hash = createHash('sha256');
  for (let at = 0; at < length; at += 1 << 20) hash.update(bytes(at, Math.min(1 << 20, length - at)));
  return hash.digest('hex');
}

const shown = (page) =>
  element(page, 'pre', { id: 'digits' }).inner.replace(/<[^>]*>|\s/g, '').replace(/^3\./, '');

test('the file is of the size that this is about', () => {
  assert.equal(fs.fstatSync(file).size, 100_000_001);
});

for (const per of [1000, 10_000]) test(`a page of ${per} digits costs the same anywhere in the file`, async () => {
  const pid = site.pid('fcgi');
  const costs = [];
  for (const from of [1, 50_000_001, 99_980_001]) {
    const url = `/pi/${N}?per=${per}&from=${from}`;
    const answer = await site.get(url);
    assert.equal(answer.status, 200);
    assert.equal(shown(answer.text), bytes(from + 1, per).toString(), `from ${from}`);
    // The least of three: a heartbeat of the daemon makes SQLite read its pages anew.
    const least = { bytes: Infinity, calls: Infinity };
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = cost(pid);
      for (let i = 0; i < 20; i++) assert.equal((await site.get(url)).status, 200);
      const now = cost(pid);
      for (const what of ['bytes', 'calls']) {
        least[what] = Math.min(least[what], now[what] - before[what]);
      }
    }
    costs.push(least);
  }
  for (const one of costs) {
    for (const what of ['bytes', 'calls']) {
      assert.ok(one[what] <= costs[0][what] * 1.1, `${what}: ${JSON.stringify(costs)}`);
    }
  }
  assert.ok(costs[0].bytes < 20 * (per + 20_000), `a page reads little: ${JSON.stringify(costs)}`);
});

test('the last digit is on the last page, and marked', async () => {
  const { text } = await site.get(`/pi/${N}?from=99999001`);
  assert.equal(shown(text), bytes(99_999_002, 999).toString());
  assert.equal(element(text, 'mark', { id: 'n' }).inner, bytes(N + 1, 1).toString());
  assert.equal((await site.get(`/pi/${N}?from=100000000`)).status, 416);
});

test('the page tells the digest of the text for any N, and hashes one block for it', async () => {
  const { text } = await site.get(`/pi/${N}?from=70000001`);
  assert.equal(element(text, 'code', { class: 'sum' }).inner, expected(N + 2));
  const shorter = await site.get(`/pi/${SHORT}`);
  assert.equal(element(shorter.text, 'code', { class: 'sum' }).inner, expected(SHORT + 2));
  for (const n of [1_000_001, 54_321_000]) {
    const before = cost(site.pid('fcgi'));
    const page = await site.get(`/pi/${n}`);
    assert.equal(element(page.text, 'code', { class: 'sum' }).inner, expected(n + 2));
    assert.ok(cost(site.pid('fcgi')).bytes - before.bytes < 4 << 20, 'bytes read');
  }
  assert.match(shorter.text, /download="pi-99999998\.txt"/);
});

for (const n of [N, SHORT]) {
  const url = `/pi/${n}.txt`;
  const size = n + 2;
  const kind = n === N ? 'all that is published' : 'less than is published';

  test(`${kind}: every byte of a download`, async () => {
    assert.deepEqual(await digest(url), { status: 200, length: size, sha256: expected(size) });
  });

  test(`${kind}: parts, conditions, HEAD`, async () => {
    for (const [range, first, last] of [
      ['bytes=0-9', 0, 9], [`bytes=${size - 1}-`, size - 1, size - 1],
      ['bytes=-1000', size - 1000, size - 1], ['bytes=65530-131080', 65_530, 131_080],
      ['bytes=50000000-50999999', 50_000_000, 50_999_999],
    ]) {
      const answer = await site.get(url, { headers: { range } });
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers['content-range'], `bytes ${first}-${last}/${size}`);
      assert.equal(answer.headers['content-length'], String(last - first + 1));
      assert.ok(answer.body.equals(bytes(first, last - first + 1)), range);
    }
    const head = await site.get(url, { method: 'HEAD' });
    assert.equal(head.headers['content-length'], String(size));
    const { etag } = head.headers;
    assert.equal(etag, `"pi10-${n}"`);
    const range = 'bytes=0-3';
    assert.equal((await site.get(url, { headers: { 'if-none-match': etag } })).status, 304);
    assert.equal((await site.get(url, { headers: { range, 'if-range': etag } })).status, 206);
    assert.equal((await site.get(url, { headers: { range: `bytes=${size}-` } })).status, 416);
  });
}

test('a download of 100 MB takes no memory, nor do fifty at once', async () => {
  const pid = site.pid('fcgi');
  const before = memory(pid);
  let most = before;
  const watch = setInterval(() => { most = Math.max(most, memory(pid)); }, 20);
  const sha256 = { [N]: expected(N + 2), [SHORT]: expected(SHORT + 2) };
  try {
    // Fifty are open, most of them of the kind that the program sends; two are read
    // to the end, which takes long enough for all the others to fill their buffers.
    const open = Array.from({ length: 48 }, (_, i) =>
      new Reader(site.port, `/pi/${i % 4 ? SHORT : N}.txt`, { bytes: 1 << 10, every: 20 }));
    await Promise.all(open.map(({ begun }) => begun));
    for (const n of [N, SHORT]) assert.equal((await digest(`/pi/${n}.txt`)).sha256, sha256[n]);
    for (const reader of open) {
      assert.ok(!reader.closed);
      await reader.close();
    }
  } finally {
    clearInterval(watch);
  }
  assert.ok(most - before < 8 * 1024, `from ${before} to ${most} KiB`);
});

test('two hundred slow readers hold no thread', async () => {
  const readers = Array.from({ length: 200 }, (_, i) =>
    new Reader(site.port, `/pi/${i % 2 ? SHORT : N}.txt`, { bytes: 1024 }));
  await Promise.all(readers.map(({ begun }) => begun));
  // Two threads, two hundred downloads under way: pages are answered as ever.
  for (let i = 0; i < 100; i++) {
    const page = await site.get('/');
    assert.equal(page.status, 200);
    assert.match(page.text, /<form id="new"/);
    assert.match(page.text, /<\/html>\s*$/);
  }
  const pages = await Promise.all(Array.from({ length: 50 }, (_, i) =>
    site.get(`/pi/${N}?from=${1 + i * 1000}`)));
  pages.forEach((page, i) => assert.equal(shown(page.text), bytes(2 + i * 1000, 1000).toString()));
  const part = await site.get(`/pi/${SHORT}.txt`, { headers: { range: 'bytes=1000000-1999999' } });
  assert.ok(part.body.equals(bytes(1_000_000, 1_000_000)));
  // And everybody still gets what he takes.
  const had = readers.map(({ length }) => length);
  await until(() => readers.every(({ length, closed }, i) => !closed && length > had[i]),
    'every slow reader to get more');
  for (const [i, reader] of readers.entries()) {
    const { head, body } = reader.answer;
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(head, new RegExp(`\r\nContent-Length: ${(i % 2 ? SHORT : N) + 2}\r\n`));
    assert.ok(body.equals(bytes(0, body.length)), `reader ${i}`);
  }
  await Promise.all(readers.map((reader) => reader.close()));
});

test('the time that those have who do not read is what the configuration says', () => {
  assert.equal(rules.match(new RegExp(patience, 'g')).length, 2);
});

for (const n of [30_000_001, 30_000_000]) {
  const kind = n % 2 ? 'by nginx' : 'by the program';
  test(`who stops reading is cut off, who reads slowly is not: sent ${kind}`, async () => {
    const url = `/pi/${n}.txt`;
    const slow = new Reader(hasty.port, url, { bytes: 1 << 16, every: 50 });
    const stopped = new Reader(hasty.port, url);
    await Promise.all([slow.begun, stopped.begun]);
    await until(() => {
      stopped.socket.write('\r\n'); // meets a reset when the other end is gone
      return stopped.closed;
    }, 'the end of a download that nobody reads');
    const had = slow.length;
    await until(() => slow.length > had + (1 << 18), 'more for the slow reader');
    assert.ok(!slow.closed);
    const whole = fs.readFileSync(path.join(hasty.state, 'digits', 'pi-10-30000001.txt'));
    const { body } = slow.answer;
    assert.ok(body.equals(whole.subarray(0, body.length)));
    await slow.close();
    await until(() => fs.readdirSync(`/proc/${hasty.pid('fcgi')}/fd`).every((fd) => {
      try {
        return !fs.readlinkSync(`/proc/${hasty.pid('fcgi')}/fd/${fd}`).endsWith('.txt');
      } catch {
        return true;
      }
    }), 'the files to be closed');
  });
}
