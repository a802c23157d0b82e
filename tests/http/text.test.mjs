// The text download: exact bytes, ranges, tags, HEAD; from the published file
// (nginx sends it) and from a part of it (the program does).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { element } from '../lib/html.mjs';
import { pi } from '../lib/pi.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const { id } = await site.ask(100_000);
await site.waitDone(id);
const known = await pi(100_000);
const hexId = (await site.ask(3000, { radix: 16 })).id;
await site.waitDone(hexId);

const get = (path, headers = {}, options = {}) => site.get(path, { headers, ...options });

test('π to 100,000 digits equals what Debian\'s pi prints', async () => {
  const answer = await get('/pi/100000.txt');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/plain/);
  assert.equal(answer.headers['content-length'], '100002');
  assert.equal(answer.headers['accept-ranges'], 'bytes');
  assert.equal(answer.headers['x-accel-redirect'], undefined);
  assert.ok(answer.text === known, 'byte for byte');
});

test('π to 100,000 digits on the pages says the same, all of it', async () => {
  let all = '';
  for (let from = 1; from < 100_000; from += 1000) {
    const { text } = await get(`/pi/100000?from=${from}`, { accept: 'text/html' });
    const shown = element(text, 'pre', { id: 'digits' }).inner.replace(/<[^>]*>|\s/g, '');
    all += from === 1 ? shown : shown.replace(/^3\./, '');
  }
  assert.ok(all === known);
});

test('shorter ones are the same, cut', async () => {
  for (const n of [1, 2, 9, 10, 768, 4096, 65_536, 99_999]) {
    const answer = await get(`/pi/${n}.txt`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-length'], String(n + 2));
    assert.ok(answer.text === known.slice(0, n + 2), `n = ${n}`);
  }
});

test('hex digits as text', async () => {
  const answer = await get('/pi/3000.txt?radix=16');
  assert.equal(answer.status, 200);
  assert.equal(answer.body.length, 3002);
  assert.match(answer.text, /^3\.243f6a8885a308d3[0-9a-f]+$/);
  assert.ok((await get('/pi/1500.txt?radix=16')).text === answer.text.slice(0, 1502));
});

for (const n of [100_000, 50_000]) {
  const size = n + 2;
  const path = `/pi/${n}.txt`;
  const kind = n === 100_000 ? 'whole file' : 'a part of it';

  test(`${kind}: single ranges`, async () => {
    for (const [range, first, last] of [
      ['bytes=0-0', 0, 0], ['bytes=0-9', 0, 9], ['bytes=100-199', 100, 199],
      [`bytes=${size - 1}-`, size - 1, size - 1], ['bytes=-5', size - 5, size - 1],
      [`bytes=${size - 10}-${size + 100}`, size - 10, size - 1],
      [`bytes=-${size * 2}`, 0, size - 1], ['bytes=0-', 0, size - 1],
      ['bytes= 5-7', 5, 7], ['bytes=00000000000000000005-7', 5, 7],
      ['bytes=0-99999999999999999999', 0, size - 1], ['bytes=-99999999999999999999', 0, size - 1],
    ]) {
      const answer = await get(path, { range });
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers['content-range'], `bytes ${first}-${last}/${size}`, range);
      assert.equal(answer.headers['content-length'], String(last - first + 1));
      assert.ok(answer.text === known.slice(first, last + 1), range);
    }
  });

  test(`${kind}: ranges out of bounds`, async () => {
    for (const range of [`bytes=${size}-`, `bytes=${size + 5}-${size + 9}`, 'bytes=-0', 'bytes=99999999999999999999-']) {
      const answer = await get(path, { range });
      assert.equal(answer.status, 416, range);
      assert.equal(answer.headers['content-range'], `bytes */${size}`, range);
      assert.equal(answer.headers['cache-control'], 'no-store', 'not to be kept for the digits');
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(answer.json().field, 'Range');
      const page = await get(path, { range, accept: 'text/html' });
      assert.match(page.text, /class="card failure"/, 'a page of this site');
    }
  });

  test(`${kind}: what is no range is ignored`, async () => {
    for (const range of ['bytes=x-y', 'lines=1-5', 'bytes=5-1', 'bytes=5-2', 'bytes=0-1,', 'bytes', 'bytes=', 'bytes=-']) {
      const answer = await get(path, { range });
      assert.equal(answer.status, 200, range);
      assert.equal(answer.body.length, size, range);
      assert.equal(answer.headers['content-range'], undefined, range);
    }
  });

  test(`${kind}: several ranges`, async () => {
    const answer = await get(path, { range: 'bytes=0-4,10-14' });
    assert.equal(answer.status, 200, 'the whole');
    assert.equal(answer.body.length, size);
  });

  test(`${kind}: tags, If-None-Match, If-Range`, async () => {
    const { etag } = (await get(path)).headers;
    assert.equal(etag, `"pi10-${n}"`);
    const same = await get(path, { 'if-none-match': etag });
    assert.equal(same.status, 304);
    assert.equal(same.body.length, 0);
    assert.equal((await get(path, { 'if-none-match': '"other"' })).status, 200);
    assert.equal((await get(path, { range: 'bytes=0-3', 'if-range': etag })).status, 206);
    const changed = await get(path, { range: 'bytes=0-3', 'if-range': '"other"' });
    assert.equal(changed.status, 200);
    assert.equal(changed.body.length, size);
  });

  test(`${kind}: If-Match and If-Unmodified-Since`, async () => {
    const { etag } = (await get(path)).headers;
    for (const tag of [etag, '*', `"other", ${etag}`]) {
      const answer = await get(path, { 'if-match': tag });
      assert.equal(answer.status, 200, tag);
      assert.equal(answer.body.length, size);
      assert.equal(answer.headers.etag, etag);
    }
    const part = await get(path, { 'if-match': etag, range: 'bytes=5-9' });
    assert.equal(part.status, 206);
    assert.equal(part.headers['content-range'], `bytes 5-9/${size}`);
    assert.ok(part.text === known.slice(5, 10));
    for (const tag of ['"other"', `W/${etag}`]) {
      const answer = await get(path, { 'if-match': tag });
      assert.equal(answer.status, 412, tag);
      assert.equal(answer.json().field, 'If-Match');
      const page = await get(path, { 'if-match': tag, accept: 'text/html' });
      assert.match(page.text, /class="card failure"/, 'a page of this site');
    }
    // Digits have no date: one in a condition counts for nothing.
    const old = new Date(0).toUTCString();
    assert.equal((await get(path, { 'if-unmodified-since': old })).status, 200);
  });

  test(`${kind}: HEAD`, async () => {
    for (const headers of [{}, { range: 'bytes=0-4' }]) { // RFC 9110, 14.2: a Range is GET's
      const answer = await site.get(path, { method: 'HEAD', headers });
      assert.equal(answer.status, 200);
      assert.equal(answer.body.length, 0);
      assert.equal(answer.headers['content-length'], String(size));
      assert.equal(answer.headers.etag, `"pi10-${n}"`);
    }
  });

  test(`${kind}: gzip does not take ranges away`, async () => {
    const answer = await get(path, { range: 'bytes=10-19', 'accept-encoding': 'gzip' });
    assert.equal(answer.status, 206);
    assert.equal(answer.headers['content-encoding'], undefined);
    assert.ok(answer.text === known.slice(10, 20));
  });
}

test('what nginx knows of the file counts for nothing', async () => {
  const { mtimeMs } = fs.statSync(path.join(site.state, 'digits', 'pi-10-100000.txt'));
  const seconds = Math.floor(mtimeMs / 1000);
  // The tag and the date that nginx would give the file.
  const tag = `"${seconds.toString(16)}-${(100_002).toString(16)}"`;
  const date = new Date(seconds * 1000).toUTCString();
  for (const condition of [{ 'if-none-match': tag }, { 'if-modified-since': date }]) {
    const answer = await get('/pi/100000.txt', condition);
    assert.equal(answer.status, 200, JSON.stringify(condition));
    assert.equal(answer.headers.etag, '"pi10-100000"');
    assert.equal(answer.headers['last-modified'], undefined);
  }
});

test('n beyond what is known is 404, and its page is named', async () => {
  const answer = await get('/pi/100001.txt');
  assert.equal(answer.status, 404);
  assert.equal((await get('/pi/3001.txt?radix=16')).status, 404);
});

test('the published folder itself is not served', async () => {
  for (const path of ['/digits/', '/digits/pi-10-100000.txt', '/digits/pi-10-100000.sum']) {
    assert.equal((await get(path)).status, 404, path);
  }
});

test('a hundred downloads at once, some of them left half-way', async () => {
  const abort = new AbortController();
  const left = Array.from({ length: 20 }, () =>
    site.get('/pi/99999.txt', { signal: abort.signal }).catch(() => null));
  const whole = Array.from({ length: 80 }, (_, i) => get(`/pi/${100_000 - (i % 2)}.txt`));
  abort.abort();
  for (const answer of await Promise.all(whole)) {
    assert.equal(answer.status, 200);
    assert.ok(known.startsWith(answer.text) && answer.body.length >= 100_001);
  }
  await Promise.all(left);
});
