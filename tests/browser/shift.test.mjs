// Nothing on the page moves while its rows change, nor while the page itself comes: what
// Chromium counts as layout shift is 0, also of what follows a key that somebody pressed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, test } from 'node:test';
import { launch, open, picture } from '../lib/browser.mjs';
import { endless, patient, withWorkersHeld } from '../lib/pause.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const LONG = 220_000; // a position whose spigot is no small job, which has a slot of its own
const SLOTS = 3;
const site = await Site.start({
  options: { ...endless.options, ...patient, cpus: SLOTS, 'index-wait-s': 3600 },
});
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

/** In the page: notes each shift from the first paint on, with what it moved, and the
 * statuses that rows come with. */
function watch() {
  window.shifts = [];
  window.rows = [];
  window.counts = new Set();
  const note = (entries) => {
    for (const { value, sources } of entries) {
      const moved = sources.map(({ node, previousRect: from, currentRect: to }) =>
        `${node?.outerHTML?.slice(0, 80) ?? node?.textContent}: ${[from.x, from.y]} to ${[to.x, to.y]}`);
      window.shifts.push(`${value}: ${moved.join('; ')}`);
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  window.allShifts = () => { note(observer.takeRecords()); return window.shifts; };
  addEventListener('DOMContentLoaded', () => {
    const body = document.querySelector('#computations tbody');
    if (!body) return;
    new MutationObserver((list) => {
      for (const { type, target, addedNodes } of list) {
        for (const row of type === 'attributes' ? [target] : target === body ? addedNodes : []) {
          window.rows.push(`${row.dataset.id} ${row.dataset.status}`);
        }
      }
      window.counts.add(document.querySelector('[data-count=done]').textContent);
    }).observe(body, { childList: true, subtree: true, attributeFilter: ['data-revision'] });
  });
}

/** All shifts so far; two frames later, so that none is still to come. */
const shifts = (page) => page.evaluate(() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(window.allShifts()))));
}));

const ANEW = Number.MAX_SAFE_INTEGER; // a revision that no site has

const usual = '/'; // running rows are on top in this order
const sorted = '/?sort=position';
const views = [[1280, 'en-US', usual], [1024, 'ru-RU', sorted], [1280, 'en-US', sorted], [390, 'en-US', usual],
  [320, 'ru-RU', sorted]];

/** A page where somebody types and selects a row. */
async function used([width, locale, address]) {
  // All of it is in the window: what is outside does not count.
  const page = await open(browser, { viewport: { width, height: 4000 }, locale });
  await page.addInitScript(watch);
  await page.goto(site.url + address);
  await page.locator('#position').focus();
  for (const key of '50000000') {
    await page.keyboard.press(key);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await until(async () => await page.locator('#estimate').innerText() !== '', 'the estimate');
  await page.locator('tbody input').first().check();
  return page;
}

/** Until CONDITION(ARGUMENT) is true in each of PAGES. */
async function everywhere(pages, condition, argument, what) {
  for (const page of pages) await until(() => page.evaluate(condition, argument), what);
}

test('rows wait, run and are done, and nothing moves', async (t) => {
  const visitor = site.visitor();
  // Some run, and the others wait until the pages have been seen and used.
  const before = [];
  for (let i = 0; i < SLOTS; i++) before.push(await visitor.submit(endless.position + 1 + i, endless.question));
  for (const id of before) await site.waitFor(id, ({ status }) => status === 'running', 'running');
  const ids = [];
  for (let i = 0; i < 2; i++) ids.push(await visitor.submit(LONG + i, slow.question));
  const pages = [];
  for (const view of views) pages.push(await used(view));
  await everywhere(pages, () => window.rows.length >= 15, null, 'changes of rows');
  // Nothing ends before it was seen to run.
  await withWorkersHeld(site, async () => {
    for (const id of before) await visitor.post(`/computations/${id}/cancel`);
    await everywhere(pages, (all) => all.some((id) => window.rows.includes(`${id} running`)), ids, 'a row that runs');
  });

  for (const [i, [width, locale, address]] of views.entries()) {
    await t.test(`${width} pixels, ${locale}, ${address}`, async () => {
      const page = pages[i];
      for (const id of ids) await page.waitForSelector(`tr#c-${id}[data-status=done]`);
      for (const id of before) await page.waitForSelector(`tr#c-${id}[data-status=cancelled]`);
      const order = () => page.locator('tbody tr').evaluateAll((list) => list.map(({ dataset }) => Number(dataset.id)));
      const shown = await order();
      const { rows, counts } = await page.evaluate(() => ({ rows: window.rows, counts: [...window.counts] }));
      assert.ok(rows.length >= 20, `${rows.length} changes of rows: ${rows}`);
      for (const id of ids) assert.ok(rows.includes(`${id} done`), `${id}: ${rows}`);
      assert.ok(counts.length >= 2, `counts: ${counts}`);
      assert.deepEqual(await shifts(page), []);
      await picture(page, `shift-${width}-${locale}`);
      assert.deepEqual(page.problems(), []);
      // What the site has in another order by now is in it as soon as nobody looks.
      const wanted = (await site.get(`/updates${address.slice(1)}${address === usual ? '?' : '&'}since=${ANEW}`)).json().order;
      assert.deepEqual([...shown].sort(), [...wanted].sort());
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { get: () => true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      assert.deepEqual(await order(), wanted);
      // And a shift would have been seen.
      await page.evaluate(() => document.getElementById('main').prepend(document.createElement('hr')));
      assert.notDeepEqual(await shifts(page), []);
      await page.context().close();
    });
  }
});

test('a computation that runs moves nothing on its page', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(endless.position, endless.question);
  for (const width of [1280, 390, 320]) {
    const page = await open(browser, { viewport: { width, height: 4000 } });
    await page.addInitScript(watch);
    await page.goto(`${site.url}/computations/${id}`);
    await page.waitForSelector('#live-stream .hint'); // as many digits as are shown at once
    await shifts(page);
    await page.evaluate(() => { window.shifts.length = 0; });
    const known = () => page.locator('#live-stream p').first().innerText();
    for (let i = 0, last = await known(); i < 4; i++) {
      await until(async () => (await known()) !== last, 'more digits');
      last = await known();
    }
    assert.deepEqual(await shifts(page), []);
    await page.context().close();
  }
  await visitor.post(`/computations/${id}/cancel`);
  await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
});

/** Passes on the site's answer to REQUEST, and a page in pieces: each when PAGE has had
 * time to draw those before it. */
async function passOn(page, { url, headers: { 'accept-encoding': encoding, ...headers } }, response) {
  const answer = await site.get(url, { headers });
  const { 'content-length': length, 'transfer-encoding': coding, ...rest } = answer.headers;
  response.writeHead(answer.status, rest);
  if (!rest['content-type']?.startsWith('text/html')) {
    response.end(answer.body);
    return;
  }
  const pieces = answer.text.split(/(?=<(?:p|h1|nav|form|button|table|th|footer|a)\b)/);
  for (let size = Math.ceil(pieces.length / 25); pieces.length > size;) {
    response.write(pieces.splice(0, size).join(''));
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 20))).catch(() => {});
  }
  response.end(pieces.join(''));
}

/** Runs CHECK(the address of PATH) while ANSWER(request, response) answers for the site. */
async function between(page, path, answer, check) {
  // (A poll is given up when the page is closed, or the site stopped.)
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    await check(`http://127.0.0.1:${server.address().port}${path}`);
  } finally {
    await page.context().close();
    server.closeAllConnections();
    server.close();
  }
}

for (const [name, width, locale] of [['/', 1024, 'ru-RU'], ['/computations/ID', 390, 'en-US'], ['/search?q=26535', 1280, 'ru-RU']]) {
  test(`${name}: a page that comes in pieces does not move`, async () => {
    const { id } = await site.ask(45_678);
    await site.waitDone(id);
    const page = await open(browser, { viewport: { width, height: 4000 }, locale });
    await page.addInitScript(watch);
    await between(page, name.replace('ID', id), (...all) => passOn(page, ...all), async (url) => {
      await page.goto(url);
      assert.deepEqual(await shifts(page), []);
      await page.evaluate(() => document.getElementById('main').prepend(document.createElement('hr')));
      assert.notDeepEqual(await shifts(page), []);
    });
  });
}

test('digits are drawn before all of their page has come', async () => {
  await site.waitDone((await site.ask(45_678)).id);
  const page = await open(browser, { viewport: { width: 1280, height: 800 } });
  let go;
  const drawn = new Promise((resolve) => { go = resolve; });
  await between(page, '/pi/45678?per=10000', async ({ url, headers: { 'accept-encoding': encoding, ...headers } }, response) => {
    const { status, headers: { 'content-length': length, 'transfer-encoding': coding, ...rest }, body } = await site.get(url, { headers });
    response.writeHead(status, rest);
    if (url.startsWith('/pi/')) {
      response.write(body.subarray(0, body.length / 2));
      await drawn;
      response.write(body.subarray(body.length / 2));
    } else {
      response.write(body);
    }
    response.end();
  }, async (url) => {
    await page.goto(url, { waitUntil: 'commit' });
    await until(() => page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length > 0), 'something drawn');
    assert.equal(await page.locator('#live-bottom').count(), 0, 'the end is still to come');
    assert.match(await page.locator('#digits').innerText(), /^3\.\s+1415926535/);
    go();
    await page.locator('#live-bottom').waitFor();
  });
});
