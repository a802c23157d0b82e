// conf/nthpi-microcache.nginx. What it keeps for a moment is kept for an hour here
// where a test must not depend on time: then nothing but the rules can let a visitor
// see what is new.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { rows } from '../lib/html.mjs';
import { Site, source, until } from '../lib/site.mjs';

const file = path.join(source, 'conf', 'nthpi-microcache.nginx');

/** nginx.conf with the micro-cache, which keeps pages for TIME. */
const withCache = (time) => function change(text) {
  const copy = path.join(this.state, 'microcache.nginx');
  const rules = fs.readFileSync(file, 'utf8');
  assert.match(rules, /fastcgi_cache_valid 200 1s;/);
  fs.writeFileSync(copy, rules.replace('fastcgi_cache_valid 200 1s;', `fastcgi_cache_valid 200 ${time};`));
  const zone = `fastcgi_cache_path ${this.state}/nginx/kept keys_zone=nthpi_pages:1m inactive=1h use_temp_path=off;`;
  const changed = text.replace('upstream nthpi {', `${zone}\n    upstream nthpi {`)
    .replace(/(include .*nthpi\.nginx;)/, `$1\n        include ${copy};`);
  assert.equal(changed.split('\n').length, text.split('\n').length + 2);
  return changed;
};

const site = await Site.start({ nginx: withCache('1h') });
after(() => site.stop());

const html = { accept: 'text/html' };
const get = (where, headers = {}) => site.get(where, { headers: { ...html, ...headers } });
const how = (answer) => answer.headers['x-nthpi-cache'];
const ids = (answer) => rows(answer.text).map(({ id }) => id);

test('the second visitor gets what the first one got', async () => {
  for (const where of ['/?radix=10', '/?status=done']) {
    const first = await get(where);
    const second = await get(where);
    assert.equal(how(first), 'MISS', where);
    assert.equal(how(second), 'HIT', where);
    assert.equal(second.text, first.text);
    assert.equal(second.headers.etag, first.headers.etag);
    const again = await get(where, { 'if-none-match': first.headers.etag });
    assert.equal(again.status, 304);
    assert.equal(how(again), 'HIT');
  }
  const head = await site.get('/?radix=10', { method: 'HEAD', headers: html });
  assert.equal(how(head), 'MISS', 'HEAD has a place of its own');
  assert.ok(Number(head.headers['content-length']) > 0);
  assert.equal(how(await get('/?radix=10')), 'HIT');
  assert.ok((await get('/?radix=10')).body.length > 0);
});

test('each language is kept for those who read it', async () => {
  const where = '/?radix=10&algorithm=auto';
  const russian = { 'accept-language': 'ru' };
  const read = async (headers) => {
    const answer = await get(where, headers);
    return [how(answer), /<html lang="(\w+)">/.exec(answer.text)[1]];
  };
  assert.deepEqual(await read(), ['MISS', 'en']);
  assert.deepEqual(await read(russian), ['MISS', 'ru']);
  assert.deepEqual(await read(), ['HIT', 'en']);
  assert.deepEqual(await read(russian), ['HIT', 'ru']);
  // Who has chosen one gets it from nthpi-fcgi.
  const [kept, lang] = await read({ cookie: 'nthpi_lang=ru' });
  assert.equal(lang, 'ru');
  assert.notEqual(kept, 'HIT');
  assert.deepEqual(await read(), ['HIT', 'en']);
});

test('each form is kept for those who take it', async () => {
  const where = '/?radix=16';
  const gzip = { 'accept-encoding': 'gzip, deflate, br' };
  const plain = await get(where);
  const short = await get(where, gzip);
  assert.deepEqual([plain, short].map(how), ['MISS', 'MISS']);
  const [plainAgain, shortAgain] = [await get(where), await get(where, gzip)];
  assert.deepEqual([plainAgain, shortAgain].map(how), ['HIT', 'HIT']);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plainAgain.headers['content-encoding'], undefined);
  for (const answer of [short, shortAgain]) {
    assert.equal(answer.headers['content-encoding'], 'gzip');
    assert.equal(answer.headers.etag, `W/${plain.headers.etag}`);
    assert.equal(gunzipSync(answer.body).toString('utf8'), plain.text);
  }
  assert.equal(plainAgain.text, plain.text);
  const refused = await get(where, { 'accept-encoding': 'gzip;q=0' });
  assert.equal(refused.headers['content-encoding'], undefined);
  assert.equal(refused.text, plain.text);
  // Either tag is good for either form.
  for (const { headers: { etag } } of [plain, short]) {
    for (const coding of [{}, gzip]) {
      const again = await get(where, { ...coding, 'if-none-match': etag });
      assert.equal(again.status, 304);
      assert.equal(how(again), 'HIT');
    }
  }
});

test('kept pages have the headers of every answer, once', async () => {
  const file_ = await site.get('/robots.txt');
  assert.equal(how(file_), undefined);
  for (const where of ['/?radix=16', '/pi/5?radix=10']) {
    await get(where);
    const kept = await get(where);
    for (const name of ['content-security-policy', 'cross-origin-opener-policy',
      'cross-origin-resource-policy', 'permissions-policy', 'referrer-policy',
      'x-content-type-options', 'x-frame-options']) {
      assert.ok(file_.headers[name], name);
      assert.equal(kept.headers[name], file_.headers[name], `${where}: ${name}`);
    }
  }
});

test('who asks for a digit sees it at once; others see what is kept', async () => {
  await get('/');
  const visitor = site.visitor();
  const id = await visitor.submit(1000);
  const followed = await visitor.get(`/?highlight=${id}`);
  assert.equal(how(followed), 'BYPASS');
  assert.ok(ids(followed).includes(id));
  const own = await visitor.get('/');
  assert.equal(how(own), 'BYPASS', 'by the cookie');
  assert.ok(ids(own).includes(id));
  // A browser that keeps no cookie follows the redirection, too.
  assert.ok(ids(await get(`/?highlight=${id}`)).includes(id));
  const other = await get('/');
  assert.equal(how(other), 'HIT');
  assert.ok(!ids(other).includes(id), 'the page of an hour ago');
});

test('nothing with a cookie is kept, and nothing kept is sent to a cookie', async () => {
  const where = '/?algorithm=bbp';
  for (const cookie of ['nthpi_owner=mine', 'nthpi_owner=yours', 'other=1']) {
    assert.equal(how(await get(where, { cookie })), 'BYPASS');
  }
  assert.equal(how(await get(where)), 'MISS', 'what they got was not kept');
  assert.equal(how(await get(where)), 'HIT');
  assert.equal(how(await get(where, { cookie: 'nthpi_owner=mine' })), 'BYPASS');
});

test('polls, forms and programs are answered by nthpi-fcgi', async () => {
  const { id } = await site.ask(100);
  await site.waitDone(id);
  const json = { accept: 'application/json' };
  assert.equal((await get('/pi/100')).status, 200);
  assert.equal(how(await get('/pi/100')), 'HIT');
  for (let i = 0; i < 2; i++) {
    const live = await get('/pi/100', json);
    assert.equal(how(live), 'MISS', 'not kept');
    assert.match(live.headers['content-type'], /^application\/json/);
    assert.equal(live.headers['x-accel-expires'], undefined, 'for nginx only');
  }
  assert.match((await get('/pi/100')).headers['content-type'], /^text\/html/);
  for (const where of ['/updates?since=0', `/computations/${id}`, '/api/v1/computations', '/healthz',
    '/pi/100.txt', '/v1/pi']) {
    const answer = await get(where, json);
    assert.equal(answer.status, 200, where);
    assert.equal(how(answer), undefined, where);
  }
  // A page that is behind catches up by its first poll.
  const kept = await get('/');
  const shown = Number(/data-revision="(\d+)"/.exec(kept.text)[1]);
  const delta = (await get(`/updates?since=${shown}`, json)).json();
  assert.ok(delta.order.includes(id));
  assert.ok(delta.changed.some((change) => change.id === id));
});

test('what is not there is not kept', async () => {
  assert.equal((await get('/pi/777777')).status, 404);
  assert.equal(how(await get('/pi/777777')) === 'HIT', false);
});

test('after a moment everybody sees what is new', async () => {
  const quick = await Site.start({ nginx: withCache('1s') });
  try {
    await quick.get('/', { headers: html });
    const { id } = await quick.ask(50);
    await until(async () => ids(await quick.get('/', { headers: html })).includes(id),
      'the page to be fetched anew');
    assert.match(fs.readFileSync(file, 'utf8'), /fastcgi_cache_use_stale updating;/);
  } finally {
    await quick.stop();
  }
});
