// No daemon is there: pages with work that waits say so, polls bring the news of it,
// and it is gone when a daemon is back. Time passes by setting its heartbeat back.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { element, elements, text } from '../lib/html.mjs';
import { endless } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const run = promisify(execFile);
const site = await Site.start({ options: endless.options });
after(() => site.stop());

const age = (seconds) => run('sqlite3', ['-cmd', '.timeout 5000', site.database,
  `UPDATE meta SET value = value - ${seconds * 1e6} WHERE key GLOB 'heartbeat:*'`]);
const json = { accept: 'application/json' };

// What the page at PATH says of the daemon: [number, text], '' when it is hidden.
function notice(html) {
  const found = element(html, 'p', { id: 'absent' });
  assert.equal(found.attributes.role, 'status');
  const hidden = 'hidden' in found.attributes;
  assert.equal(hidden, text(found.inner) === '');
  return [Number(found.attributes['data-absent']), text(found.inner)];
}
const noticeAt = async (path) => notice((await site.get(path)).text);

const stopDaemon = async () => {
  await site.kill('daemon');
  site.processes.delete('daemon');
};
const startDaemon = async () => {
  site.start('daemon');
  await site.waitReady();
};

test('nothing is said while a daemon is there', async () => {
  await site.waitDone((await site.ask(100)).id);
  const { links: { self, pi } } = await site.ask(endless.position + 1, endless.question).then(({ id }) =>
    site.waitFor(id, ({ status }) => status === 'running', 'running'));
  for (const path of ['/', self.replace('/api/v1', ''), pi]) {
    assert.deepEqual(await noticeAt(path), [0, ''], path);
  }
});

test('without one the list and the pages of what waits say so, in the language of the visitor', async () => {
  await stopDaemon();
  const waits = await site.ask(7_000_001);
  const revision = (await site.get('/healthz')).json().revision;
  const before = await site.get('/');
  assert.deepEqual(notice(before.text), [0, ''], 'it may be starting again');
  await age(125);
  await until(async () => (await noticeAt('/'))[0] > 0, 'the notice');
  const page = await site.get('/');
  assert.deepEqual(notice(page.text), [2, 'Nothing is being computed at the moment: the daemon has not ' +
    'been heard of for 2 minutes. What you ask for is kept, and done when it is back.']);
  assert.notEqual(page.headers.etag, before.headers.etag);
  assert.equal((await site.get('/', { headers: { 'if-none-match': page.headers.etag } })).status, 304);
  assert.equal((await site.get('/', { headers: { 'if-none-match': before.headers.etag } })).status, 200);
  for (const path of [`/computations/${waits.id}`, waits.links.pi, `/computations/${waits.id}/compare`]) {
    assert.equal((await noticeAt(path))[0], 2, path);
  }
  const russian = await site.get('/', { headers: { 'accept-language': 'ru' } });
  assert.match(notice(russian.text)[1], /^Сейчас ничего не вычисляется: .* 2 минут/);
  assert.equal((await site.get('/healthz')).json().revision, revision, 'it raises no revision');
});

test('what is done does not wait for a daemon, and starts are not foreseen', async () => {
  const [{ id }] = await site.sql("SELECT id FROM computation WHERE status = 'done' LIMIT 1");
  for (const path of [`/computations/${id}`, '/pi/100']) {
    assert.deepEqual(await noticeAt(path), [0, ''], path);
  }
  const places = elements((await site.get('/')).text, 'span').filter(({ attributes }) =>
    attributes.class === 'place').map(({ inner }) => text(inner));
  assert.ok(places.length > 0);
  for (const place of places) assert.doesNotMatch(place, /about/);
});

test('a poll is told when the state is another one than its page shows, and only then', async () => {
  const { revision } = (await site.get('/healthz')).json();
  const plain = await site.get(`/updates?since=${revision}`, { headers: json });
  assert.equal(plain.status, 304, 'who does not ask is not told');
  const [state] = await noticeAt('/');
  const same = await site.get(`/updates?since=${revision}&absent=${state}`, { headers: json });
  assert.equal(same.status, 304);
  const other = await site.get(`/updates?since=${revision}&absent=0`, { headers: json });
  assert.equal(other.status, 200);
  assert.equal(other.json().absent, state);
  assert.equal(other.json().revision, revision);
  assert.deepEqual(other.json().changed, []);
  assert.match(other.json().notice, /^Nothing is being computed/);
  for (const bad of ['x', '-1', '2147483648']) {
    assert.equal((await site.get(`/updates?since=${revision}&absent=${bad}`, { headers: json })).status, 400);
  }
});

test('parked polls of all pages are answered when it is back', async () => {
  const [{ id }] = await site.sql('SELECT id FROM computation WHERE position = 7000001');
  const { revision } = (await site.get('/healthz')).json();
  const [state] = await noticeAt('/');
  const row = (await site.api('GET', `/api/v1/computations/${id}`)).json();
  const headers = { ...json, prefer: 'wait=60' };
  const since = [revision, revisionOfPage(row, revision), row.revision];
  const polls = ['/updates', `/computations/${id}`, row.links.pi].map((path, i) =>
    site.get(`${path}?since=${since[i]}&absent=${state}`, { headers }));
  await until(async () => (await site.get('/healthz')).json().waiters === 3, 'the polls to be parked');
  await startDaemon();
  for (const [i, answer] of (await Promise.all(polls)).entries()) {
    assert.equal(answer.status, 200);
    assert.ok(answer.json().absent === 0 || answer.json().revision !== since[i]);
  }
  await until(async () => (await noticeAt('/'))[0] === 0, 'the notice to go');
});

// The page of one that waits for its turn tells its place, which every revision may change.
function revisionOfPage(row, newest) {
  return row.status === 'queued' ? newest : row.revision;
}

test('parked polls are answered when time passes without a daemon', async () => {
  await stopDaemon();
  const { id } = await site.ask(7_000_002);
  const { revision } = (await site.get('/healthz')).json();
  const row = (await site.api('GET', `/api/v1/computations/${id}`)).json();
  const headers = { ...json, prefer: 'wait=60' };
  const polls = [`/updates?since=${revision}`, `/computations/${id}?since=${revisionOfPage(row, revision)}`]
    .map((path) => site.get(`${path}&absent=0`, { headers }));
  await until(async () => (await site.get('/healthz')).json().waiters === 2, 'the polls to be parked');
  await age(3 * 3600 + 100);
  for (const answer of await Promise.all(polls)) {
    assert.equal(answer.status, 200);
    assert.equal(answer.json().absent, 180);
    assert.match(answer.json().notice, / for 3 hours\. /);
  }
});

test('what is known already is not promised at once without a daemon', async () => {
  await age(3 * 86400);
  await until(async () => (await noticeAt('/'))[0] === 3 * 1440, 'days');
  const preview = await site.visitor().post('/computations', { position: '5', radix: '10', algorithm: 'auto', preview: '1' });
  assert.match(text(element(preview.text, 'p', { id: 'estimate' }).inner), /when the daemon is back/);
});

test('a site whose daemon never was says that', async () => {
  const bare = await Site.start({ processes: ['nginx', 'fcgi'] });
  try {
    assert.match(notice((await bare.get('/')).text)[1], /no daemon has been heard of yet/);
  } finally {
    await bare.stop();
  }
});
