// The main table: orders, one position, estimates, places in the queue, and actions on
// several rows.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { attributes, element, errors, reload, rows, tags } from '../lib/html.mjs';
import { endless } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());

const page = async (path = '/') => (await site.get(path, { headers: { accept: 'text/html' } }));
const ids = (answer) => rows(answer.text).map(({ id }) => id);
const told = (answer) => [...answer.text.matchAll(/<ul class="told"[^]*?<\/ul>/g)].map(([list]) =>
  [...list.matchAll(/<li>(.*?)<\/li>/g)].map(([, text]) => text)).flat();

for (const position of [700, 500, 900, 300]) {
  await site.waitDone((await site.ask(position, { algorithm: 'chudnovsky' })).id);
}
await site.waitDone((await site.ask(500, { radix: 16, algorithm: 'bbp' })).id);

test('sorted by position, by time taken, and of one position', async () => {
  const stored = await site.sql(`SELECT id, position, CAST(coalesce(wall_s, 0) * 1000000 AS INTEGER) AS t
    FROM computation`);
  const by = (order) => [...stored].sort(order).map(({ id }) => id);
  assert.deepEqual(ids(await page('/?sort=position')), by((a, b) => a.position - b.position || a.id - b.id));
  assert.deepEqual(ids(await page('/?sort=time')), by((a, b) => b.t - a.t || b.id - a.id));
  assert.deepEqual(ids(await page('/?sort=newest')), by((a, b) => b.id - a.id));
  assert.deepEqual(ids(await page('/?position=500')), by((a, b) => b.id - a.id)
    .filter((id) => stored.find((row) => row.id === id).position === 500));
  assert.deepEqual(ids(await page('/?position=500&radix=16')).length, 1);
  assert.match((await page('/?position=12345')).text, /No computation is like that/);
});

test('every choice is kept in the links of the others', async () => {
  const { text } = await page('/?status=done&radix=10&algorithm=chudnovsky&position=500&sort=time');
  const links = [...text.matchAll(/href="(\/\?[^"]*)"/g)].map(([, url]) => url.replaceAll('&amp;', '&'));
  assert.ok(links.includes('/?status=failed&radix=10&algorithm=chudnovsky&position=500&sort=time'));
  assert.ok(links.includes('/?status=done&radix=16&algorithm=chudnovsky&position=500&sort=time'));
  assert.ok(links.includes('/?status=done&radix=10&algorithm=chudnovsky&position=500&sort=position'));
  assert.ok(links.includes('/?status=done&radix=10&algorithm=chudnovsky&sort=time'), 'any position');
  assert.match(text, /data-live="\/updates\?status=done&amp;radix=10&amp;algorithm=chudnovsky&amp;position=500&amp;sort=time"/);
});

test('counts beside a status are those of what a click shows', async () => {
  const counts = (answer) => Object.fromEntries([...answer.text.matchAll(/data-count="(\w+)">(\d+)</g)].map(([, name, n]) => [name, Number(n)]));
  const [{ n: all }] = await site.sql('SELECT count(*) AS n FROM computation');
  for (const [query, n] of [['', all], ['sort=time', all], ['radix=10', all - 1], ['algorithm=bbp', 1], ['radix=16', 1],
    ['position=500', 2], ['radix=10&position=500', 1], ['algorithm=spigot&sort=position', 0]]) {
    const shown = counts(await page(`/?${query}`));
    assert.deepEqual(shown, { queued: 0, running: 0, done: n, failed: 0, cancelled: 0 }, query);
    for (const status of Object.keys(shown)) {
      const choice = await page(`/?status=${status}${query && `&${query}`}`);
      assert.equal(ids(choice).length, shown[status], `${status} ${query}`);
      assert.deepEqual(counts(choice), shown, `${status} ${query}`);
    }
    if (n === 0) continue; // nothing has ever changed there
    assert.deepEqual((await site.get(`/updates?since=0&status=done${query && `&${query}`}`)).json().counts, shown, `an open page, ${query}`);
  }
});

test('a place in one order is none in another', async () => {
  for (const query of ['after=p5.1', 'sort=position&after=1', 'sort=time&after=p5.1', 'sort=age',
    'position=0', 'position=x', 'told=cancel.1', 'told=cancel.101.0.0.0.0.0.0.0', 'told=run.1.0.0.0.0.0.0.0']) {
    assert.equal((await page(`/?${query}`)).status, 400, query);
  }
});

test('an open page is told the rows in its order', async () => {
  const { order } = (await site.get('/updates?since=0&sort=position')).json();
  assert.deepEqual(order, ids(await page('/?sort=position')));
  // And by an answer that it had to wait for.
  const { revision } = (await site.get('/updates?since=0')).json();
  const waits = site.get(`/updates?since=${revision}&sort=position`, { headers: { prefer: 'wait=60' } });
  await until(async () => /^nthpi_waiters [1-9]/m.test((await site.get('/metrics')).text),
    'the poll waits');
  await site.waitDone((await site.ask(400, { algorithm: 'chudnovsky' })).id);
  const sorted = (await waits).json().order;
  const positions = await site.sql('SELECT id FROM computation ORDER BY position, id');
  assert.deepEqual(sorted, positions.map(({ id }) => id));
});

test('preview: the form comes back with what it would cost, and nothing is asked', async () => {
  await until(async () => /class="costs"/.test((await page()).text), 'the costs that the daemon tells');
  const before = (await site.summary()).length;
  const visitor = site.visitor();
  const ask = (fields) => visitor.post('/computations', { radix: 10, algorithm: 'auto', preview: 1, ...fields });
  const estimate = (answer) => element(answer.text, 'p', { id: 'estimate' }).inner;
  const large = await ask({ position: 50_000_000 });
  assert.equal(large.status, 200);
  assert.match(estimate(large), /^About [\d.]+ (s|min) and \d+ MiB of memory on this machine, once it starts\.$/);
  assert.equal(attributes(element(large.text, 'input', { id: 'position' })?.open
    ?? /<input id="position"[^>]*>/.exec(large.text)[0]).value, '50000000');
  assert.equal(estimate(await ask({ position: 600 })), 'Known already: the answer comes at once.');
  assert.equal(estimate(await ask({ position: 600, algorithm: 'spigot' })),
    'Less than a tenth of a second, once it starts.');
  const wrong = await ask({ position: 'x' });
  assert.equal(wrong.status, 422);
  assert.deepEqual(Object.keys(errors(wrong.text)), ['position']);
  assert.equal(estimate(wrong), '');
  const far = await ask({ position: 60_000_000_000, radix: 16, algorithm: 'bbp' });
  assert.equal(far.status, 422);
  assert.equal(estimate(far), '', 'nothing computes it');
  // What is refused is estimated for what would do it, as the message says, and after that.
  for (const [fields, field, expected] of [
    [{ position: 1000, algorithm: 'bbp' }, 'radix', /^By bbp in radix 16: less than a tenth of a second\.$/],
    [{ position: 1000, radix: 16, algorithm: 'spigot' }, 'radix', /^By spigot in radix 10: less than a tenth of a second\.$/],
    [{ position: 20_000_000, algorithm: 'spigot' }, 'position', /^By chudnovsky in radix 10: about [\d.]+ (s|min) and \d+ MiB of memory on this machine\.$/],
    [{ position: 2_000_000_000 }, 'position', /^By bbp in radix 16: about [\d.]+ (s|min) and [\d.]+ MiB of memory on this machine\.$/],
    [{ position: 20_000_000, algorithm: 'spigot', preview: null }, 'position', /^By chudnovsky in radix 10: about /],
  ]) {
    const answer = await ask(fields);
    assert.equal(answer.status, 422);
    assert.deepEqual(Object.keys(errors(answer.text)), [field]);
    assert.match(estimate(answer), expected);
    assert.ok(answer.text.indexOf('class="error"') < answer.text.indexOf('id="estimate"'), 'the error first');
  }
  assert.equal((await site.summary()).length, before);
});

test('a page of 50 rows is small', async () => {
  const answer = await page();
  const list = rows(answer.text);
  const size = ({ html }) => Buffer.byteLength(html) + 1;
  const longest = Math.max(...list.map(size));
  const whole = answer.body.length + 50 * longest - list.reduce((sum, row) => sum + size(row), 0);
  assert.ok(whole <= 30_000, `${whole} bytes`);
});

test('several rows at once: cancelled, tried again, deleted after a question', async () => {
  const visitor = site.visitor();
  const other = site.visitor();
  const mine = [];
  for (let i = 0; i < 6; i++) {
    mine.push(await visitor.submit(endless.position + 1000 + i, endless.question));
  }
  const foreign = await other.submit(endless.position + 2000, endless.question);
  await until(async () => rows((await page()).text).some(({ status }) => status === 'running'), 'one runs');
  // Some wait: they say where, and when their turn comes.
  const places = [...(await page()).text.matchAll(/<span class=place>(.*?)<\/span>/g)].map(([, text]) => text);
  assert.ok(places.some((text) => /^next/.test(text)), places.join('; '));
  assert.ok(places.some((text) => /^number [2-6], in about \d/.test(text)), places.join('; '));
  const { queue } = (await site.get('/updates?since=0')).json();
  assert.ok(Object.values(queue).some((text) => /^(next|number)/.test(text)));

  const send = (action, rowIds, more = {}, path = '/computations/bulk') => visitor.post(path,
    [['action', action], ...rowIds.map((id) => ['id', id]), ...Object.entries(more)]);
  const follow = async (answer) => {
    assert.equal(answer.status, 303, answer.text);
    return visitor.get(answer.headers.location);
  };
  const cancelled = await follow(await send('cancel', [...mine, foreign, ids(await page('/?status=done'))[0], 999_999],
    {}, '/computations/bulk?radix=10&sort=position'));
  assert.match(cancelled.text, /aria-current="true">by position/);
  const said = told(cancelled).join(' ');
  assert.match(said, /cancelled/);
  assert.match(said, /2 computations were refused: only someone who asked for them may do that/);
  assert.match(said, /1 computation is not there any more/);
  // A browser without JavaScript asks for the rows again, not for what became of them.
  assert.equal(reload(cancelled.text), '/?radix=10&sort=position');
  const done = told(cancelled).filter((text) => /^\d+ computations? (was|were|will be) cancelled/.test(text))
    .reduce((sum, text) => sum + Number.parseInt(text, 10), 0);
  assert.equal(done, 6);
  for (const id of mine) await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');

  assert.match(told(await follow(await send('retry', mine.slice(0, 2)))).join(' '), /^2 computations are queued again\.$/);
  assert.match(told(await follow(await send('cancel', mine.slice(2)))).join(' '),
    /^4 computations were refused: only queued and running ones/);

  const asks = await send('delete', mine.slice(2), {}, '/computations/bulk?radix=10&sort=position');
  assert.equal(asks.headers.location, `/computations/bulk?radix=10&sort=position&ids=${mine.slice(2).join('.')}`);
  const question = await follow(asks);
  assert.equal(question.status, 200);
  assert.match(question.text, /action="\/computations\/bulk\?radix=10&amp;sort=position"/);
  assert.match(question.text, /<h1>Delete 4 computations\?<\/h1>/);
  assert.equal(tags(question.text, 'input').filter(({ name }) => name === 'id').length, 4);
  assert.ok(ids(await page('/?status=cancelled')).includes(mine[3]), 'nothing is deleted yet');
  assert.match(told(await follow(await send('delete', mine.slice(2), { confirm: 1 }))).join(' '),
    /^4 computations were deleted\.$/);
  assert.deepEqual(ids(await page('/?status=cancelled')), []);
  await send('cancel', mine.slice(0, 2));
  await other.post('/computations/bulk', { action: 'cancel', id: foreign });
});

test('what became of rows is said just then, and by nobody else', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(701);
  await site.waitDone(id);
  const answer = await visitor.post('/computations/bulk', { action: 'delete', confirm: 1, id });
  const { location } = answer.headers;
  assert.match(location, /^\/\?told=delete\.1\.0\.0\.0\.0\.0\.0\.0&proof=[\w-]+$/);
  const says = await page(location);
  assert.deepEqual(told(says), ['1 computation was deleted.']);
  assert.equal(says.headers.etag, undefined, 'it is said anew or not at all');
  const own = new URL(location, site.url).searchParams.get('proof');
  for (const query of ['', '&proof=', `&proof=${own.slice(1)}`, `&proof=${'A'.repeat(27)}`, `&proof=${'x'.repeat(3000)}`]) {
    assert.deepEqual(told(await page(`/?told=delete.1.0.0.0.0.0.0.0${query}`)), [], query);
  }
  assert.deepEqual(told(await page(`/?told=delete.5.0.0.0.0.0.0.0&proof=${own}`)), [], 'other numbers');
});

test('the page that asks before rows are deleted can be loaded again, and changes nothing', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(702);
  await site.waitDone(id);
  for (let i = 0; i < 2; i++) {
    const question = await visitor.get(`/computations/bulk?ids=${id}`);
    assert.equal(question.status, 200);
    assert.match(question.text, /<h1>Delete 1 computation\?<\/h1>/);
    assert.equal((await site.get(`/api/v1/computations/${id}`)).status, 200);
  }
  for (const [queries, said] of [
    [['', '?ids='], 'Select the computations first.'],
    [['?ids=x', `?ids=${id}.${id}`, '?ids=0', `?ids=${id},1`],
      'ids must be the numbers of 1 to 100 computations, each once, with dots between them.'],
    [[`?ids=${id}&ids=${id}`], 'ids is given more than once.'],
  ]) {
    for (const query of queries) {
      const refused = await page(`/computations/bulk${query}`);
      assert.equal(refused.status, 400, query);
      assert.ok(refused.text.includes(said), query);
    }
  }
  // As many and as long as there can be.
  const most = Array.from({ length: 100 }, (_, i) => `${10n ** 18n - 1n - BigInt(i)}`);
  const gone = await visitor.get(`/computations/bulk?ids=${most.join('.')}`);
  assert.equal(gone.status, 303);
  assert.deepEqual(told(await visitor.get(gone.headers.location)), ['100 computations are not there any more.']);
  assert.equal((await page(`/computations/bulk?ids=${most.join('.')}.1`)).status, 400, 'one more');
});

test('bad selections', async () => {
  const visitor = site.visitor();
  const send = async (pairs) => (await visitor.post('/computations/bulk', pairs)).status;
  assert.equal(await send([['action', 'cancel']]), 422, 'none');
  assert.equal(await send([['id', 1]]), 422, 'no action');
  assert.equal(await send([['action', 'burn'], ['id', 1]]), 422);
  assert.equal(await send([['action', 'cancel'], ['action', 'delete'], ['id', 1]]), 400, 'two actions');
  assert.equal(await send([['action', 'delete'], ['confirm', 1], ['confirm', 1], ['id', 1]]), 400, 'confirmed twice');
  assert.equal(await send([['action', 'cancel'], ['id', 999_999], ['id', 999_999]]), 303, 'a row twice');
  for (const id of ['x', '0', '01', '-1', '1.5', '']) {
    assert.equal(await send([['action', 'cancel'], ['id', id]]), 422, id);
  }
  const many = Array.from({ length: 101 }, (_, i) => ['id', 1_000_000 + i]);
  assert.equal(await send([['action', 'cancel'], ...many]), 422, '101 rows');
  assert.equal(await send([['action', 'cancel'], ...many.slice(1)]), 303, '100 rows');
  const old = await visitor.post('/computations/bulk', [['action', 'retry'], ['id', 3], ['csrf', 'old']]);
  assert.equal(old.status, 403);
  assert.match(old.text, /<input type="hidden" name="id" value="3">/, 'it asks again');
  const foreign = await visitor.post('/computations/bulk', [['action', 'delete'], ['id', 3], ['confirm', 1]],
    { headers: { origin: 'http://elsewhere.example', 'sec-fetch-site': 'cross-site' } });
  assert.equal(foreign.status, 403);
  assert.ok((await site.sql('SELECT id FROM computation WHERE id = 3')).length === 1);
});
