// The page about the API in a browser: it fits with all of its examples, and a page of
// another site can read what it promises.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { launch, open, overflow, picture } from '../lib/browser.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
const browser = await launch();
// A page of another origin.
const elsewhere = http.createServer((request, answer) => {
  answer.writeHead(200, { 'content-type': 'text/html' });
  answer.end('<!doctype html><title>elsewhere</title><p>elsewhere');
});
await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
after(async () => {
  await browser.close();
  elsewhere.closeAllConnections();
  elsewhere.close();
  await site.stop();
});
await site.waitDone((await site.ask(1000)).id);

test('it fits, narrow and wide, light and dark, and no example is cut off', async () => {
  for (const [width, colorScheme] of [[320, 'light'], [1280, 'dark']]) {
    const page = await open(browser, { viewport: { width, height: 800 }, colorScheme });
    await page.goto(`${site.url}/api`);
    assert.equal(await overflow(page), 0, `${width} pixels`);
    const cut = await page.locator('.example').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length);
    assert.equal(cut, 0);
    await picture(page, `api-${width}-${colorScheme}`);
    assert.deepEqual(page.problems(), []);
    await page.context().close();
  }
});

test('a page of another site reads, waits for news, and can change nothing', async () => {
  const page = await open(browser);
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  const found = await page.evaluate(async (url) => {
    const digits = await (await fetch(`${url}/v1/pi?start=0&numberOfDigits=10`)).json();
    const list = await fetch(`${url}/api/v1/computations`);
    const { revision } = await list.json();
    const text = await fetch(`${url}/pi/1000.txt`, { headers: { Range: 'bytes=0-9' } });
    const search = await fetch(`${url}/search?q=999999`, { headers: { Accept: 'application/json' } });
    const health = await fetch(`${url}/healthz`);
    const wait = await fetch(`${url}/api/v1/computations?since=${revision - 1}`, { headers: { Prefer: 'wait=30' } });
    return { content: digits.content, etag: list.headers.get('etag'), status: wait.status,
      text: await text.text(), range: text.headers.get('content-range'), position: (await search.json()).position,
      health: (await health.json()).status };
  }, site.url);
  assert.equal(found.content, '3141592653');
  assert.match(found.etag, /"\d+"/);
  assert.equal(found.status, 200);
  assert.deepEqual([found.text, found.range, found.position, found.health], ['3.14159265', 'bytes 0-9/1002', 762, 'ok']);
  assert.deepEqual(page.problems(), []);
  const changes = await page.evaluate(async (url) => {
    const attempts = [['POST', '/api/v1/computations', '{"position":99}'], ['DELETE', '/api/v1/computations/1'],
      ['POST', '/api/v1/computations/1/cancel']];
    const results = [];
    for (const [method, path, body] of attempts) {
      const headers = body ? { 'Content-Type': 'application/json' } : {};
      results.push(await fetch(url + path, { method, body, headers }).then(() => 'read', () => 'refused'));
    }
    return results;
  }, site.url);
  assert.deepEqual(changes, ['refused', 'refused', 'refused']);
  assert.deepEqual((await site.get('/api/v1/computations?position=99')).json().computations, []);
  assert.equal((await site.get('/api/v1/computations/1')).status, 200);
  await page.context().close();
});
