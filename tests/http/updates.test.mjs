// The contract of GET /updates.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { row, rows } from '../lib/html.mjs';
import { PollClient } from '../lib/poll.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const updates = (query = '', headers = {}) =>
  site.get(`/updates${query}`, { headers: { accept: 'application/json', ...headers } });

async function quiet() {
  await until(async () => {
    const [{ n }] = await site.sql("SELECT count(*) AS n FROM computation WHERE status IN ('queued', 'running')");
    return n === 0;
  }, 'all computations to end');
  return (await updates('?since=0')).json().revision;
}

test('without Prefer the answer is immediate and whole', async () => {
  const { id } = await site.ask(100);
  await site.waitDone(id);
  const answer = await updates('?since=0');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.match(answer.headers.vary, /prefer/i);
  const delta = answer.json();
  assert.match(answer.headers.etag, new RegExp(`^(W/)?"${delta.revision}"$`));
  assert.deepEqual(delta.changed.map((change) => change.id), [id]);
  assert.deepEqual(delta.order, [id]);
  assert.deepEqual(delta.removed, []);
  const found = row(delta.changed[0].html);
  assert.equal(found.id, id);
  assert.equal(found.status, 'done');
  assert.ok(found.revision <= delta.revision);
});

test('rows are rendered as the page renders them', async () => {
  await site.ask(101);
  await quiet();
  const page = rows((await site.get('/', { headers: { accept: 'text/html' } })).text);
  const { changed } = (await updates('?since=0')).json();
  for (const { id, html } of changed) {
    assert.equal(html.trim(), page.find((own) => own.id === id).html.trim());
  }
});

test('nothing new: 304 at once without Prefer, weak and strong tags alike', async () => {
  const revision = await quiet();
  assert.equal((await updates(`?since=${revision}`)).status, 304);
  for (const tag of [`"${revision}"`, `W/"${revision}"`, `"1", W/"${revision}"`]) {
    const answer = await updates('', { 'if-none-match': tag });
    if (tag.includes(',')) assert.ok([200, 304, 400].includes(answer.status));
    else assert.equal(answer.status, 304, tag);
    if (answer.status === 304) assert.equal(answer.body.length, 0);
  }
});

test('If-None-Match works without since, and with gzip', async () => {
  const before = await quiet();
  const { id } = await site.ask(102);
  await site.waitDone(id);
  const answer = await updates('', { 'if-none-match': `W/"${before}"`, 'accept-encoding': 'identity' });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json().changed.map((change) => change.id), [id]);
});

test('Prefer: wait answers when something changes', async () => {
  const revision = await quiet();
  const waiting = updates(`?since=${revision}`, { prefer: 'wait=60' });
  const { id } = await site.ask(103);
  const answer = await waiting;
  assert.equal(answer.status, 200);
  assert.match(answer.headers['preference-applied'], /wait/);
  const delta = answer.json();
  assert.ok(delta.revision > revision);
  assert.deepEqual(delta.changed.map((change) => change.id), [id]);
  await site.waitDone(id);
});

test('a wait that ends with nothing new answers 304', async () => {
  const revision = await quiet();
  const answer = await updates(`?since=${revision}`, { prefer: 'wait=1' });
  assert.equal(answer.status, 304);
  assert.ok(answer.ms >= 900, `it waited ${answer.ms} ms`);
});

test('odd Prefer headers', async () => {
  const revision = await quiet();
  for (const prefer of ['wait=0', 'wait', 'wait=x', 'wait=-1', 'return=minimal', '']) {
    assert.equal((await updates(`?since=${revision}`, { prefer })).status, 304, prefer);
  }
  const waiting = updates(`?since=${revision}`, { prefer: 'respond-async, Wait=99999' });
  const { id } = await site.ask(104);
  assert.equal((await waiting).status, 200);
  await site.waitDone(id);
});

test('many polls wait at once and all are answered', async () => {
  const revision = await quiet();
  const waiting = Array.from({ length: 200 }, () => updates(`?since=${revision}`, { prefer: 'wait=60' }));
  // Others are served meanwhile: waiting takes no thread.
  for (let i = 0; i < 10; i++) assert.equal((await site.get('/')).status, 200);
  const { id } = await site.ask(105);
  const answers = await Promise.all(waiting);
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.ok(answer.json().changed.some((change) => change.id === id));
  }
  await site.waitDone(id);
});

test('clients that leave are forgotten', async () => {
  const revision = await quiet();
  const abort = new AbortController();
  const gone = Array.from({ length: 50 }, () => site.get(`/updates?since=${revision}`, {
    headers: { prefer: 'wait=60' }, signal: abort.signal,
  }).catch(() => 'left'));
  const stays = updates(`?since=${revision}`, { prefer: 'wait=60' });
  await site.get('/');
  abort.abort();
  assert.deepEqual(new Set(await Promise.all(gone)), new Set(['left']));
  const { id } = await site.ask(106);
  assert.equal((await stays).status, 200);
  await site.waitDone(id);
});

test('a revision from the future or another history resets', async () => {
  const revision = await quiet();
  for (const since of [revision + 1000, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    const answer = await updates(`?since=${since}`, { prefer: 'wait=60' });
    assert.equal(answer.status, 200);
    const delta = answer.json();
    assert.equal(delta.reset, true);
    assert.equal(delta.revision, revision);
    const page = rows((await site.get('/')).text).map(({ id }) => id);
    assert.deepEqual(delta.order, page);
    assert.deepEqual(delta.changed.map(({ id }) => id).sort(), [...page].sort());
  }
});

test('deleted rows are told as removed', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(107);
  await site.waitDone(id);
  const revision = await quiet();
  const waiting = updates(`?since=${revision}`, { prefer: 'wait=60' });
  assert.equal((await visitor.post(`/computations/${id}/delete`)).status, 303);
  const delta = (await waiting).json();
  assert.deepEqual(delta.removed, [id]);
  assert.ok(!delta.order.includes(id));
});

test('filters: only rows that match, and those that left are removed', async () => {
  const hex = (await site.ask(108, { radix: 16 })).id;
  await site.waitDone(hex);
  const delta = (await updates('?since=0&radix=16')).json();
  assert.deepEqual(delta.changed.map(({ id }) => id), [hex]);
  assert.deepEqual(delta.order, [hex]);

  const revision = await quiet();
  const client = new PollClient(site, { query: 'status=queued' });
  await client.ask({ wait: 0 });
  assert.equal(client.rows.size, 0);
  const { id } = await site.ask(109);
  await site.waitDone(id);
  await quiet();
  await client.ask({ wait: 0 });
  assert.equal(client.rows.size, 0, 'it came and went');
  assert.ok(client.revision > revision);
  // What became of a row that left is told with it.
  const { removed, left } = (await updates(`?since=${revision}&status=queued`)).json();
  assert.deepEqual([removed, left.map((one) => [one.id, row(one.html).status])], [[id], [[id, 'done']]]);
});

test('a poll client ends with what the database has', async () => {
  const client = new PollClient(site).start();
  try {
    for (let position = 200; position < 215; position++) await site.ask(position);
    await site.ask(120_000, { algorithm: 'chudnovsky' });
    await quiet();
    const wanted = await site.summary();
    await until(() => client.summary().join() === wanted.join(), 'the client to follow');
    assert.equal(client.failures, 0);
  } finally {
    await client.stop();
  }
});

test('the live part of a computation waits in the same way', async () => {
  const { id } = await site.ask(110);
  await site.waitDone(id);
  const headers = { accept: 'application/json' };
  const first = await site.get(`/computations/${id}`, { headers });
  assert.equal(first.status, 200);
  const { revision, html } = first.json();
  assert.match(html, /</);
  assert.ok(Number.isSafeInteger(revision));
  const same = await site.get(`/computations/${id}?since=${revision}`, { headers });
  assert.equal(same.status, 304);
});

test('the live part of pi waits in the same way', async () => {
  const { id } = await site.ask(1500);
  await site.waitDone(id);
  const headers = { accept: 'application/json' };
  const first = await site.get('/pi/1500', { headers });
  assert.equal(first.status, 200);
  const { revision, html } = first.json();
  assert.match(html, /</);
  assert.equal((await site.get(`/pi/1500?since=${revision}`, { headers })).status, 304);
});
