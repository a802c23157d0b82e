// The page of pi: digits, the marked one, navigation, and what it says about
// digits nobody has asked for.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { decode, element, elements, filled, text } from '../lib/html.mjs';
import { endless } from '../lib/pause.mjs';
import { pi } from '../lib/pi.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());

const html = { headers: { accept: 'text/html' } };
const page = async (path) => {
  const answer = await site.get(path, html);
  assert.equal(answer.status, 200, path);
  return answer.text;
};

// The digits that pre#digits shows: without position labels, blanks and tags.
function digits(markup) {
  const pre = element(markup, 'pre', { id: 'digits' });
  assert.ok(pre, 'pre#digits');
  const bare = pre.inner.replace(/<(\w+)[^>]*class="[^"]*(?:position|label|offset)[^"]*"[^>]*>[^<]*<\/\1>/g, '');
  return decode(bare.replace(/<[^>]*>/g, '')).replace(/\s/g, '');
}

function mark(markup) {
  const found = elements(element(markup, 'pre', { id: 'digits' }).inner, 'mark');
  assert.ok(found.length <= 1, 'at most one mark');
  return found.length ? text(found[0].inner) : undefined;
}

const { id } = await site.ask(12_345);
await site.waitDone(id);
const known = await pi(12_345);

test('the first screen comes first, the n-th digit is on it or one link away', async () => {
  const markup = await page('/pi/12345');
  assert.equal(digits(markup).replace(/^3\./, ''), known.slice(2, 1002));
  assert.equal(mark(markup), undefined);
  const links = elements(markup, 'a').map(({ attributes }) => attributes.href).filter((href) => /^\/pi\/12345\?/.test(href));
  const marks = await Promise.all(links.map(async (href) => mark(await page(decode(href).replace(/#.*/, '')))));
  assert.ok(marks.includes(known.at(-1)), `${links} show ${marks}`);
  const short = await page('/pi/1000');
  assert.equal(mark(short), known[1 + 1000]);
  assert.equal(digits(short).replace(/^3\./, ''), known.slice(2, 1002));
});

test('every screen agrees with an independent program, and the links lead through all', async () => {
  let path = '/pi/12345?from=1';
  let all = '';
  const seen = new Set();
  while (path) {
    assert.ok(!seen.has(path), `${path} comes once`);
    seen.add(path);
    const markup = await page(path);
    const shown = digits(markup).replace(/^3\./, '');
    assert.ok(shown.length <= 1000, `${shown.length} digits on a screen`);
    all += shown;
    const next = elements(markup, 'a').find(({ attributes: { rel } }) => rel === 'next');
    path = next?.attributes.href;
  }
  assert.equal(all, known.slice(2));
  assert.equal(seen.size, 13);
});

test('ten thousand digits a screen', async () => {
  const first = await page('/pi/12345?per=10000');
  assert.equal(digits(first), `3.${known.slice(2, 10_002)}`);
  const next = elements(first, 'a').find(({ attributes: { rel } }) => rel === 'next').attributes.href;
  assert.equal(next, '/pi/12345?per=10000&from=10001');
  const last = await page(next);
  assert.equal(digits(last), known.slice(10_002));
  assert.equal(mark(last), known.at(-1));
  for (const bad of ['per=100', 'per=1000&per=1000', 'columns=7', 'columns=-5']) {
    assert.equal((await site.get(`/pi/12345?${bad}`, html)).status, 400, bad);
  }
});

test('the page tells the SHA-256 of the text, whole or a beginning of it', async () => {
  for (const n of [12_345, 12_344, 1000, 1]) {
    const file = await site.get(`/pi/${n}.txt`);
    const told = element(await page(`/pi/${n}`), 'code', { class: 'sum' });
    assert.equal(told.inner, createHash('sha256').update(file.body).digest('hex'), `${n} digits`);
    const link = elements(await page(`/pi/${n}`), 'a').find(({ attributes: { download } }) => download);
    assert.equal(link.attributes.href, `/pi/${n}.txt`);
    assert.ok(file.headers['content-disposition'].includes(`"${link.attributes.download}"`));
  }
});

test('a screen that a browser has is not sent again', async () => {
  for (const encoding of ['identity', 'gzip']) {
    const headers = { accept: 'text/html', 'accept-encoding': encoding };
    const { headers: { etag } } = await site.get('/pi/12345?per=10000&from=1001', { headers });
    const again = await site.get('/pi/12345?per=10000&from=1001', { headers: { ...headers, 'if-none-match': etag } });
    assert.equal(again.status, 304, encoding);
    assert.equal(again.body.length, 0);
  }
});

test('first, previous, next and last', async () => {
  const markup = await page('/pi/12345?from=5001');
  const nav = elements(markup, 'a');
  const href = (rel) => nav.find(({ attributes }) => attributes.rel === rel)?.attributes.href;
  const start = async (path) => digits(await page(path)).replace(/^3\./, '').slice(0, 30);
  assert.equal(await start(href('prev')), known.slice(2 + 4000, 2 + 4030));
  assert.equal(await start(href('next')), known.slice(2 + 6000, 2 + 6030));
  const first = await page('/pi/12345?from=1');
  assert.ok(!elements(first, 'a').some(({ attributes }) => attributes.rel === 'prev'));
  const last = await page('/pi/12345?from=12001');
  assert.ok(!elements(last, 'a').some(({ attributes }) => attributes.rel === 'next'));
  assert.equal(digits(last).replace(/^3\./, ''), known.slice(2 + 12_000));
});

test('jumping to a position shows its screen', async () => {
  for (const from of [0, 1, 999, 1000, 1001, 7777, 12_345]) {
    const markup = await page(`/pi/12345?from=${from}`);
    const shown = digits(markup).replace(/^3\./, '');
    const first = Number(element(markup, 'pre', { id: 'digits' }).attributes['data-from'].replace(/\D/g, '')) || 1;
    assert.equal(shown, known.slice(1 + first, 1 + first + 1000), `from=${from} shows ${first}`);
    assert.ok(first <= Math.max(from, 1) && Math.max(from, 1) < first + 1000, `from=${from} shows ${first}`);
  }
  const jump = elements(await page('/pi/12345'), 'form').find(({ inner }) => inner.includes('name="from"'));
  assert.ok(jump, 'a form to jump');
  assert.equal((jump.attributes.method ?? 'get').toLowerCase(), 'get');
});

test('a start beyond the end is refused', async () => {
  const answer = await site.get('/pi/12345?from=12346', html);
  assert.ok([400, 416].includes(answer.status), String(answer.status));
});

test('a shorter n is shown from the prefix and ends at n', async () => {
  for (const n of [1, 2, 10, 762, 768, 999, 1000, 1001, 12_344]) {
    const markup = await page(`/pi/${n}?from=${n}`);
    const shown = digits(markup).replace(/^3\./, '');
    assert.ok(shown.length > 0 || n === 0);
    assert.ok(known.slice(0, 2 + n).endsWith(shown), `π to ${n} digits is truncated, not rounded`);
    assert.equal(mark(markup), known[1 + n]);
  }
});

test('an n nobody asked for: 404 with the form filled in', async () => {
  const answer = await site.get('/pi/54321', html);
  assert.equal(answer.status, 404);
  const shown = filled(answer.text);
  assert.equal(shown.position, '54321');
  assert.equal(shown.radix, '10');
  const hex = await site.get('/pi/777?radix=16', html);
  assert.equal(hex.status, 404);
  assert.equal(filled(hex.text).radix, '16');
  // The form there works.
  const visitor = site.visitor();
  const sent = await visitor.post('/computations', { position: '777', radix: '16', algorithm: 'auto' },
    { from: '/pi/777?radix=16' });
  assert.equal(sent.status, 303);
});

test('hex digits have their own page', async () => {
  const { id: hex } = await site.ask(2000, { radix: 16 });
  await site.waitDone(hex);
  const shown = digits(await page('/pi/2000?radix=16&from=1')).replace(/^3\./, '');
  // The first hex digits of pi, known since the tables of Blowfish.
  assert.ok(shown.startsWith('243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89'), shown.slice(0, 70));
});

test('runs of nines and zeros at the cut', async () => {
  for (let n = 760; n <= 770; n++) {
    const { text: whole } = await site.get(`/pi/${n}.txt`);
    assert.equal(whole, known.slice(0, 2 + n));
  }
  // The digits 762 to 767 are nines.
  assert.equal(known.slice(2 + 761, 2 + 767), '999999');
});

test('while it is computed the known part and progress are shown', async () => {
  const visitor = site.visitor();
  const running = await visitor.submit(endless.position, endless.question);
  const whole = await pi(20_000);
  const part = await until(async () => {
    const answer = await site.get(`/pi/${endless.position}?from=13001`, html);
    if (answer.status !== 200) return false;
    const state = (await site.api('GET', `/api/v1/computations/${running}`)).json().status;
    if (state !== 'running') throw new Error(`it is ${state} already`);
    const pre = element(answer.text, 'pre', { id: 'digits' });
    return pre && digits(answer.text).replace(/^3\./, '').length > 0 ? answer.text : false;
  }, 'digits beyond the prefix while the spigot runs');
  const shown = digits(part).replace(/^3\./, '');
  assert.ok(whole.slice(2 + 13_000).startsWith(shown), 'they are right');
  assert.ok(elements(await page(`/pi/${endless.position}`), 'progress').length >= 1);
  await visitor.post(`/computations/${running}/cancel`);
  await site.waitFor(running, ({ status }) => status === 'cancelled', 'cancelled');
});
