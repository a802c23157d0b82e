// Many at once: one row for one question, and a queue that is full.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { element, elements, filled, text } from '../lib/html.mjs';
import { idOfRedirect } from '../lib/http.mjs';
import { Site } from '../lib/site.mjs';

// Without a daemon, what is asked for stays in the queue.
const site = await Site.start({ options: { 'queue-limit': 3 }, processes: ['nginx', 'fcgi'] });
after(() => site.stop());

test('20 parallel submissions of one question create one row', async () => {
  const visitors = Array.from({ length: 20 }, () => site.visitor());
  const tokens = await Promise.all(visitors.map(async (visitor) =>
    filled((await visitor.get('/')).text).csrf));
  const answers = await Promise.all(visitors.map((visitor, i) =>
    visitor.post('/computations', { position: '1000', radix: '10', algorithm: 'auto', csrf: tokens[i] })));
  for (const answer of answers) assert.equal(answer.status, 303);
  const ids = new Set(answers.map(idOfRedirect));
  assert.equal(ids.size, 1);
  assert.equal((await site.sql('SELECT count(*) AS n FROM computation'))[0].n, 1);
  assert.equal((await site.sql('SELECT count(*) AS n FROM asker'))[0].n, 20);
  const cookies = new Set(answers.map((answer) => answer.headers['set-cookie'][0].split(';')[0]));
  assert.equal(cookies.size, 20);
});

test('20 parallel API requests: one 201, the others 200 with the same row', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () =>
    site.api('POST', '/api/v1/computations', { position: 2000 })));
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [...Array(19).fill(200), 201]);
  assert.equal(new Set(answers.map((answer) => answer.json().id)).size, 1);
});

test('who cancels what others asked for, too, is told that it stays', async () => {
  const [one, other] = [site.visitor(), site.visitor()];
  const id = await one.submit(2500);
  assert.equal(await other.submit(2500), id);
  const answer = await one.post(`/computations/${id}/cancel`);
  assert.equal(answer.status, 303);
  assert.match(answer.headers.location, new RegExp(`^/computations/${id}\\?told=`));
  const page = await one.get(answer.headers.location);
  assert.equal(page.headers.etag, undefined, 'it is no page for everybody');
  const [item] = elements(element(page.text, 'ul', { class: 'told' }).inner, 'li');
  assert.equal(text(item.inner), '1 computation stays, because others asked for it, too; only your part in it has ended.');
  assert.equal((await site.api('GET', `/api/v1/computations/${id}`)).json().status, 'queued');
  // Nothing is said to others, nor what somebody made up.
  for (const path of [`/computations/${id}`, answer.headers.location.replace('cancel.0', 'cancel.1')]) {
    const without = await other.get(path);
    assert.equal(without.status, 200);
    assert.equal(element(without.text, 'ul', { class: 'told' }), undefined, path);
  }
  // The last one cancels it, and the page shows that.
  const last = await other.post(`/computations/${id}/cancel`);
  assert.equal(last.headers.location, `/computations/${id}`);
  assert.equal((await site.api('GET', `/api/v1/computations/${id}`)).json().status, 'cancelled');
  assert.equal((await other.post(`/computations/${id}/delete`)).status, 303);
});

test('a full queue answers 503 with Retry-After; existing rows are still found', async () => {
  await site.ask(3000);
  const form = await site.visitor().post('/computations', { position: '3001', radix: '10', algorithm: 'auto' });
  assert.equal(form.status, 503);
  assert.match(form.headers['retry-after'], /^[1-9]\d*$/);
  assert.match(form.headers['content-type'], /^text\/html/);
  const json = await site.api('POST', '/api/v1/computations', { position: 3001 });
  assert.equal(json.status, 503);
  assert.match(json.headers['retry-after'], /^[1-9]\d*$/);
  assert.match(json.headers['content-type'], /^application\/problem\+json/);
  assert.equal(json.json().status, 503);
  assert.equal((await site.api('POST', '/api/v1/computations', { position: 3000 })).status, 200);
  assert.equal((await site.sql('SELECT count(*) AS n FROM computation'))[0].n, 3);
});

test('a row that left the queue makes room', async () => {
  const visitor = site.visitor();
  const [{ id }] = await site.sql('SELECT id FROM computation WHERE position = 3000');
  assert.equal(await visitor.submit(3000), id);
  // Two asked for it: the first wish withdraws one, the row stays.
  assert.equal((await visitor.post(`/computations/${id}/cancel`)).status, 303);
  assert.equal((await site.waitFor(id, () => true, 'there')).status, 'queued');
  const mine = await site.api('POST', '/api/v1/computations', { position: 3002 });
  assert.equal(mine.status, 503);
});

test('without a daemon /healthz says so', async () => {
  const health = await site.get('/healthz');
  assert.equal(health.status, 200, 'pages work');
  assert.equal(health.json().status, 'degraded');
  assert.equal(health.json().database, 'ok');
  assert.equal(health.json().daemon, 'missing');
});
