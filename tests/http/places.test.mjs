// Places in the queue: right on every view of the list, whatever moves them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { attributes, rows } from '../lib/html.mjs';
import { Site, until } from '../lib/site.mjs';

// Without a daemon, what is asked for stays in the queue.
const site = await Site.start({ processes: ['nginx', 'fcgi'] });
after(() => site.stop());

const ANEW = Number.MAX_SAFE_INTEGER; // a revision that no site has: the answer is the screen
const visitor = site.visitor();
const asked = []; // in the order of the queue
for (let i = 0; i < 70; i++) {
  asked.push(await visitor.submit(1000 + i, i % 10 === 9 ? { radix: 16 } : {}));
}

const page = async (path) => (await site.get(path, { headers: { accept: 'text/html' } })).text;
const places = (text) => Object.fromEntries(rows(text)
  .filter(({ status }) => status === 'queued')
  .map(({ id, cells: { status } }) => [id, /<span class=place>(.*?)<\/span>/.exec(status.html)[1]]));
const liveUrl = (text) => attributes(/<table id="computations"[^>]*>/.exec(text)[0])['data-live'];
const updates = async (url, since, headers = {}) => {
  const answer = await site.get(`${url}${url.includes('?') ? '&' : '?'}since=${since}`, { headers });
  return answer.status === 200 ? answer.json() : answer.status;
};
const revision = async () => (await updates('/updates', ANEW)).revision;
const older = (text) => /<a href="([^"]*)" rel="next">/.exec(text)[1].replaceAll('&amp;', '&');

for (const [name, first] of [['newest', '/'], ['by position', '/?sort=position'], ['by time', '/?sort=time']]) {
  test(`the second page is told the places of its own rows: ${name}`, async () => {
    const path = older(await page(first));
    const text = await page(path);
    const shown = places(text);
    assert.ok(Object.keys(shown).length >= 10);
    for (const place of Object.values(shown)) assert.match(place, /^(next|number \d+) in the queue$/);
    const whole = await updates(liveUrl(text), ANEW);
    assert.deepEqual(whole.queue, shown);
    assert.deepEqual(whole.order, rows(text).map(({ id }) => id));
    // What is ahead of them goes: all move up.
    const before = await revision();
    const gone = asked.shift();
    assert.equal((await visitor.post(`/computations/${gone}/cancel`)).status, 303);
    const { queue } = await updates(liveUrl(text), before);
    const now = places(await page(path));
    for (const id of Object.keys(shown)) {
      if (Number(id) === gone) continue;
      assert.equal(queue[id], now[id], id);
      assert.notEqual(queue[id], shown[id], id);
    }
  });
}

test('the row on top is told its place when it is not on the first screen', async () => {
  const id = asked[3];
  const text = await page(`/?highlight=${id}`);
  assert.match(places(text)[id], /^number 4/);
  const before = await revision();
  assert.ok(!(id in (await updates('/updates', ANEW)).queue));
  await visitor.post(`/computations/${asked.shift()}/cancel`);
  const { queue, order } = await updates(`/updates?highlight=${id}`, before);
  assert.ok(!order.includes(id));
  assert.match(queue[id], /^number 3/);
  assert.equal((await updates('/updates?highlight=999999', before)).queue[999999], undefined);
  assert.equal(await updates('/updates?highlight=x', before), 400);
});

test('a row that changes is told its place wherever it is shown', async () => {
  const id = asked[1];
  await visitor.post(`/computations/${id}/cancel`);
  const before = await revision();
  await visitor.post(`/computations/${id}/retry`);
  const { changed, order, queue } = await updates('/updates', before);
  assert.ok(changed.some((row) => row.id === id) && !order.includes(id));
  assert.match(queue[id], /^number \d+/);
});

test('rows of a filter move when others do, and only then is there news', async () => {
  const text = await page('/?radix=16');
  const shown = places(text);
  const before = await revision();
  const wait = updates(liveUrl(text), before, { prefer: 'wait=60' });
  const none = updates('/updates?status=done&algorithm=spigot', before, { prefer: 'wait=1' });
  await visitor.post(`/computations/${asked.find((id) => !(id in shown))}/cancel`);
  const { changed, removed, queue } = await wait;
  assert.deepEqual([changed, removed], [[], []]);
  assert.deepEqual(queue, places(await page('/?radix=16')));
  assert.notDeepEqual(queue, shown);
  assert.equal(await none, 304, 'where nobody waits');
});

test('the page of a row tells its place, and so does its poll', async () => {
  const id = asked.at(-1);
  const path = `/computations/${id}`;
  const placeOf = (text) => /<span class="badge">queued<\/span> <span class="work">([^<]*)</.exec(text)?.[1];
  const poll = async (since, headers = {}) => {
    const answer = await site.get(path, { headers: { accept: 'application/json', 'if-none-match': `"${since}"`, ...headers } });
    return answer.status === 200 ? answer.json() : answer.status;
  };
  const first = await site.get(path, { headers: { accept: 'text/html' } });
  const place = placeOf(first.text);
  assert.match(place, /^number \d+ in the queue$/);
  assert.equal(place, (await updates(`/updates?highlight=${id}`, ANEW)).queue[id]);
  const shown = Number(attributes(/<[^>]*id="live"[^>]*>/.exec(first.text)[0])['data-revision']);
  const again = () => site.get(path, { headers: { accept: 'text/html', 'if-none-match': first.headers.etag } });
  assert.equal(await poll(shown), 304);
  assert.equal(await poll(shown, { prefer: 'wait=1' }), 304, 'nothing has moved');
  assert.equal((await again()).status, 304);
  // Many wait; what is ahead of the row goes.
  const rendered = async () => Number(/^nthpi_cache_renders_total (\d+)$/m.exec((await site.get('/metrics')).text)[1]);
  const before = await rendered();
  const waiting = Array.from({ length: 10 }, () => poll(shown, { prefer: 'wait=60' }));
  await until(async () => (await site.get('/healthz')).json().waiters === 10, 'the polls to be parked');
  assert.equal((await visitor.post(`/computations/${asked[20]}/cancel`)).status, 303);
  const answers = await Promise.all(waiting);
  const n = Number(/\d+/.exec(place)[0]);
  // What waits was looked at once before, and once rendered.
  assert.ok(await rendered() - before <= 3, `${await rendered() - before} renderings`);
  for (const answer of answers) {
    assert.deepEqual(answer, answers[0], 'one for all');
    assert.equal(placeOf(answer.html), `number ${n - 1} in the queue`);
    assert.equal(answer.live, true);
  }
  assert.ok(answers[0].revision > shown);
  assert.equal(await poll(answers[0].revision), 304);
  assert.equal(placeOf((await again()).text), `number ${n - 1} in the queue`);
  // Itself it ends, and has no place any more.
  const end = poll(answers[0].revision, { prefer: 'wait=60' });
  await visitor.post(`${path}/cancel`);
  const { html, live, revision: last } = await end;
  assert.equal(live, false);
  assert.equal(placeOf(html), undefined);
  assert.match(html, /data-status="cancelled"/);
  await visitor.post(`/computations/${asked[21]}/cancel`);
  assert.equal(await poll(last), 304, 'others are no news now');
});
