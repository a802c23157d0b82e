// Places in the queue: right on every view of the list, whatever moves them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { attributes, rows } from '../lib/html.mjs';
import { Site } from '../lib/site.mjs';

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
  const wait = updates(liveUrl(text), before, { prefer: 'wait=20' });
  const none = updates('/updates?status=done', before, { prefer: 'wait=1' });
  await visitor.post(`/computations/${asked.find((id) => !(id in shown))}/cancel`);
  const { changed, removed, queue } = await wait;
  assert.deepEqual([changed, removed], [[], []]);
  assert.deepEqual(queue, places(await page('/?radix=16')));
  assert.notDeepEqual(queue, shown);
  assert.equal(await none, 304, 'where nobody waits');
});
