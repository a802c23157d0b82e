// The short form of what many get: right for everybody, made once, and never mixed up
// with the form of those who did not ask for it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parse } from '../lib/exposition.mjs';
import { rows } from '../lib/html.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const html = { accept: 'text/html' };
const json = { accept: 'application/json' };
const gzip = { 'accept-encoding': 'gzip, deflate, br, zstd' };
const get = (path, headers, options) => site.get(path, { headers, ...options });
const metrics = async () => parse((await site.get('/metrics')).text);
const renders = async () => (await metrics()).value('nthpi_cache_renders_total');
const bare = (tag) => tag.replace(/^W\//, '');

/** ANSWER's body as it was before it was encoded, once and no more. */
function decoded(answer) {
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.equal(Number(answer.headers['content-length']), answer.body.length);
  return gunzipSync(answer.body).toString('utf8');
}

before(async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, (_, i) => site.ask(100 + i)));
  for (const { id } of ids) await site.waitDone(id);
});

test('both forms of an answer say the same under the same tag', async () => {
  for (const [path, headers] of [['/', html], ['/?status=done', html], ['/updates?since=0', json],
    ['/api/v1/computations', json]]) {
    const plain = await get(path, headers);
    const short = await get(path, { ...headers, ...gzip });
    assert.equal(plain.status, 200, path);
    assert.equal(short.status, 200, path);
    assert.equal(plain.headers['content-encoding'], undefined, path);
    assert.equal(decoded(short), plain.text, path);
    assert.ok(short.body.length < plain.body.length / 3, `${path}: ${short.body.length} bytes`);
    // One names bytes, the other cannot (RFC 9110, 8.8.1).
    assert.match(plain.headers.etag, /^"/, path);
    assert.equal(short.headers.etag, `W/${plain.headers.etag}`, path);
    for (const answer of [plain, short]) {
      const depends = answer.headers.vary.split(', ');
      assert.ok(depends.includes('Accept-Encoding'), path);
      assert.equal(new Set(depends).size, depends.length, `${path}: ${answer.headers.vary}`);
    }
  }
});

test('who has either form is told so', async () => {
  for (const [path, headers] of [['/', html], ['/updates', json], ['/api/v1/computations', json]]) {
    const first = path === '/updates' ? `${path}?since=0` : path;
    const tags = [(await get(first, headers)).headers.etag,
      (await get(first, { ...headers, ...gzip })).headers.etag];
    for (const tag of tags) {
      for (const coding of [{}, gzip]) {
        for (const method of ['GET', 'HEAD']) {
          const again = await get(path, { ...headers, ...coding, 'if-none-match': tag }, { method });
          assert.equal(again.status, 304, `${method} ${path} ${tag}`);
          assert.equal(again.body.length, 0);
          assert.equal(again.headers['content-encoding'], undefined);
          // The tag that a 200 would have had.
          assert.equal(again.headers.etag, coding === gzip ? `W/${bare(tag)}` : bare(tag));
          assert.ok(again.headers.vary.includes('Accept-Encoding'));
        }
      }
    }
  }
});

test('HEAD has the length of the form that GET has', async () => {
  for (const coding of [{}, gzip]) {
    const whole = await get('/', { ...html, ...coding });
    const head = await get('/', { ...html, ...coding }, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    for (const name of ['content-length', 'content-encoding', 'etag', 'vary']) {
      assert.equal(head.headers[name], whole.headers[name], name);
    }
  }
});

test('gzip is for those who take it', async () => {
  for (const [accepted, taken] of [['gzip', true], ['*', true], ['br;q=1, gzip;q=0.2', true],
    ['gzip;q=0', false], ['gzip;q=0, *', false], ['br, deflate', false], ['identity', false],
    ['', false]]) {
    for (const [path, headers] of [['/?radix=10', html], ['/updates?since=0', json]]) {
      const answer = await get(path, { ...headers, 'accept-encoding': accepted });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-encoding'], taken ? 'gzip' : undefined, `${path}: ${accepted}`);
      assert.match(taken ? decoded(answer) : answer.text, /c-1/);
    }
  }
});

test('it is made once for all who come', async () => {
  const { id } = await site.ask(500);
  await site.waitDone(id);
  await get('/', html);
  const start = await renders();
  const answers = await Promise.all(Array.from({ length: 30 }, () => get('/', { ...html, ...gzip })));
  for (const answer of answers) assert.deepEqual(answer.body, answers[0].body);
  assert.ok(rows(decoded(answers[0])).some((row) => row.id === id));
  assert.equal(await renders() - start, 1);
});

test('after the answer to a form its row is in both forms', async () => {
  const visitor = site.visitor();
  for (let position = 2000; position < 2010; position++) {
    await get('/', { ...html, ...gzip });
    const id = await visitor.submit(position);
    for (const answer of [await visitor.get('/', { headers: gzip }), await get('/', { ...html, ...gzip })]) {
      assert.ok(rows(decoded(answer)).some((row) => row.id === id), `after position ${position}`);
    }
  }
});

test('polls that wait get each the form they asked for', async () => {
  await until(async () =>
    (await site.sql("SELECT 1 FROM computation WHERE status <> 'done'")).length === 0, 'all to be done');
  const revision = (await site.get('/healthz')).json().revision;
  const poll = (coding) => get(`/updates?since=${revision}`,
    { ...json, ...coding, prefer: 'wait=60' });
  // Nothing else runs: what they get is this one change.
  const polls = [{}, gzip, {}, gzip, gzip, { 'accept-encoding': 'gzip;q=0' }].map(poll);
  await until(async () => (await metrics()).value('nthpi_waiters') === polls.length, 'all to wait');
  const { id } = await site.ask(777);
  const answers = await Promise.all(polls);
  const texts = answers.map((answer, i) => ([1, 3, 4].includes(i) ? decoded(answer) : answer.text));
  for (const [i, text] of texts.entries()) {
    assert.equal(answers[i].status, 200);
    assert.ok(JSON.parse(text).changed.some((change) => change.id === id));
    assert.equal(answers[i].headers['preference-applied'], 'wait');
    assert.equal(answers[i].headers['content-encoding'] === 'gzip', [1, 3, 4].includes(i));
    assert.ok(answers[i].headers['content-security-policy']);
    assert.equal(bare(answers[i].headers.etag), `"${JSON.parse(text).revision}"`);
  }
  await site.waitDone(id);
  // One that ends with nothing new.
  const now = (await site.get('/healthz')).json().revision;
  const over = await get(`/updates?since=${now}`, { ...json, ...gzip, prefer: 'wait=1' });
  assert.equal(over.status, 304);
  assert.equal(over.headers.etag, `W/"${now}"`);
});

test('what only one visitor gets, nginx encodes', async () => {
  for (const [path, status] of [['/?new=1', 200], ['/pi/100', 200], ['/nowhere', 404]]) {
    const plain = await get(path, html);
    const short = await get(path, { ...html, ...gzip });
    assert.equal(short.status, status);
    const token = /(name="csrf" value=")[^"]*|(request )[0-9a-f]{32}/g;
    assert.equal(gunzipSync(short.body).toString('utf8').replace(token, '$1$2')
      .replace(/[0-9a-f]{32}/g, ''), plain.text.replace(token, '$1$2').replace(/[0-9a-f]{32}/g, ''), path);
    assert.match(short.headers.vary, /Accept-Encoding/);
  }
});

test('digits stay as they are', async () => {
  const whole = await get('/pi/100.txt', gzip);
  assert.equal(whole.headers['content-encoding'], undefined);
  assert.match(whole.headers.etag, /^"/);
  assert.equal(whole.body.length, 102);
  const part = await get('/pi/100.txt', { ...gzip, range: 'bytes=2-11', 'if-range': whole.headers.etag });
  assert.equal(part.status, 206);
  assert.equal(part.text, whole.text.slice(2, 12));
  const again = await get('/pi/100.txt', { ...gzip, 'if-none-match': whole.headers.etag });
  assert.equal(again.status, 304);
  assert.equal(again.headers.etag, whole.headers.etag, 'a strong one: If-Range needs it');
});
