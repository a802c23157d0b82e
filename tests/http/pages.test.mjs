// The main page and a computation's page: hooks, filters, pages of the list,
// caching.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { element, elements, filled, rows, tags, text } from '../lib/html.mjs';
import { endless } from '../lib/pause.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());

const html = { headers: { accept: 'text/html' } };
const page = async (path) => {
  const answer = await site.get(path, html);
  assert.equal(answer.status, 200, path);
  return answer.text;
};

test('the empty page has the form and the table', async () => {
  const answer = await site.get('/', html);
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/i);
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.match(answer.text, /^<!doctype html>/i);
  assert.match(answer.text, /<html[^>]* lang="en"/);
  assert.match(answer.text, /<meta[^>]+viewport/);
  assert.match(answer.text, /<title>[^<]+<\/title>/);
  const form = element(answer.text, 'form', { id: 'new' });
  assert.equal(form.attributes.method.toLowerCase(), 'post');
  assert.equal(form.attributes.action, '/computations');
  const names = new Set(tags(form.inner, 'input').map(({ name }) => name)
    .concat(elements(form.inner, 'select').map(({ attributes }) => attributes.name)));
  for (const name of ['position', 'radix', 'algorithm', 'csrf']) assert.ok(names.has(name), name);
  assert.equal(filled(answer.text).radix, '10');
  assert.equal(filled(answer.text).algorithm, 'auto');
  assert.deepEqual(rows(answer.text), []);
  // Every field has a label.
  const labelled = new Set(elements(answer.text, 'label').map(({ attributes }) => attributes.for));
  for (const input of tags(form.inner, 'input').concat(elements(form.inner, 'select').map((e) => e.attributes))) {
    if (input.type === 'hidden' || input.type === 'submit') continue;
    const wrapped = elements(form.inner, 'label').some(({ inner }) => inner.includes(`name="${input.name}"`));
    assert.ok(labelled.has(input.id) || wrapped, `a label for ${input.name}`);
  }
});

test('a row shows what was asked and what became of it', async () => {
  const { id } = await site.ask(1000);
  const done = await site.waitDone(id);
  const [row] = rows(await page('/'));
  assert.equal(row.id, id);
  assert.equal(row.domId, `c-${id}`);
  assert.equal(row.status, 'done');
  assert.equal(row.revision, done.revision);
  assert.equal(row.cells.position.text.replace(/\D/g, ''), '1000');
  assert.equal(row.cells.radix.text, '10');
  assert.match(row.cells.algorithm.text, /auto/);
  assert.match(row.cells.status.text, /done/i);
  assert.equal(row.cells.digit.text, '9');
  const link = elements(row.cells.pi.html, 'a')[0].attributes.href;
  assert.equal(link, '/pi/1000');
  assert.ok(element(row.html, 'a', { href: `/computations/${id}` }), 'a link to its page');
});

test('filters and pages of the list', async () => {
  for (let position = 1; position <= 60; position++) await site.ask(position);
  const hex = await site.ask(5, { radix: 16, algorithm: 'bbp' });
  for (let id = hex.id - 60; id <= hex.id; id++) await site.waitDone(id);

  const first = await page('/');
  assert.equal(rows(first).length, 50);
  const next = elements(first, 'a').find(({ attributes: { href } }) => href?.includes('after='));
  assert.ok(next, 'a link to the next page');
  const second = rows(await page(next.attributes.href));
  assert.equal(second.length, 12);
  const ids = [...rows(first), ...second].map(({ id }) => id);
  assert.deepEqual(ids, [...ids].sort((a, b) => b - a));
  assert.equal(new Set(ids).size, 62);

  assert.deepEqual(rows(await page('/?radix=16')).map(({ id }) => id), [hex.id]);
  assert.deepEqual(rows(await page('/?algorithm=bbp')).map(({ id }) => id), [hex.id]);
  assert.deepEqual(rows(await page('/?status=failed')), []);
  assert.equal(rows(await page('/?status=done&radix=10')).length, 50);
  assert.equal((await site.get('/?status=', html)).status, 200);
});

test('running rows stand on top', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(endless.position, endless.question);
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  const quick = await site.ask(61);
  const order = rows(await page('/')).map(({ id }) => id);
  const now = (await site.api('GET', `/api/v1/computations/${id}`)).json().status;
  assert.equal(now, 'running', 'it is still running');
  assert.equal(order[0], id);
  assert.ok(order.includes(quick.id));
  const running = rows(await page('/')).find((own) => own.id === id);
  assert.ok(elements(running.html, 'progress').length === 1, 'a progress element');
  assert.equal((await visitor.post(`/computations/${id}/cancel`)).status, 303);
  await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
});

test('pages are 304 for those who have them, until something changes', async () => {
  const first = await site.get('/', html);
  assert.ok(first.headers.etag);
  assert.match(first.headers['cache-control'], /no-cache|max-age=0/);
  for (const tag of [first.headers.etag, `W/${first.headers.etag.replace(/^W\//, '')}`, '*']) {
    const again = await site.get('/', { headers: { accept: 'text/html', 'if-none-match': tag } });
    if (tag !== '*') assert.equal(again.status, 304, tag);
    if (again.status === 304) assert.equal(again.body.length, 0);
  }
  const { id } = await site.ask(77);
  await site.waitDone(id);
  const changed = await site.get('/', { headers: { accept: 'text/html', 'if-none-match': first.headers.etag } });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.etag, first.headers.etag);
});

test('a computation\'s page: digit, window, stages with times, method, text', async () => {
  const { id } = await site.ask(1000, { algorithm: 'chudnovsky' });
  const done = await site.waitDone(id);
  const content = text(await page(`/computations/${id}`));
  assert.ok(content.replace(/(?<=\d)[\s,.](?=\d{3})/g, '').includes('1000'));
  assert.match(content, /chudnovsky/);
  for (const stage of ['registered', 'scheduled', 'taken', 'calculated', 'stored']) {
    assert.match(content, new RegExp(stage, 'i'));
  }
  const markup = await page(`/computations/${id}`);
  assert.ok(elements(markup, 'time').length >= 5, 'times are marked up');
  assert.ok(content.replace(/\s/g, '').includes(done.window.slice(0, 10)), 'the window');
  assert.ok(element(markup, 'a', { href: '/pi/1000' }), 'a link to all digits');
});

test('bbp\'s page shows the window, and offers all digits up to n', async () => {
  const { id } = await site.ask(200_000, { radix: 16, algorithm: 'bbp' });
  const done = await site.waitDone(id);
  const markup = await page(`/computations/${id}`);
  assert.ok(text(markup).replace(/\s/g, '').includes(done.window.slice(0, 14)));
  const row = rows(await page('/')).find((own) => own.id === id);
  const link = elements(row.cells.pi.html, 'a')[0].attributes.href;
  const answer = await site.get(link, html);
  assert.ok(answer.status === 200 || answer.status === 404, String(answer.status));
  assert.ok(text(answer.text).replace(/\s/g, '').includes(done.window.slice(0, 10)), 'the window at n is shown there');
  const form = element(answer.text, 'form', { action: '/computations' });
  assert.ok(form, 'one click asks for all digits');
});
