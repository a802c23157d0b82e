// Nothing on the page moves while its rows change: what Chromium counts as layout shift
// is 0, also of what follows a key that somebody pressed.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, picture } from '../lib/browser.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: slow.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

/** In the page: notes each shift from the first paint on, with what it moved, and the
 * statuses that rows come with. */
function watch() {
  window.shifts = [];
  window.rows = [];
  window.counts = new Set();
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      const moved = sources.map(({ node, previousRect: from, currentRect: to }) =>
        `${node?.outerHTML?.slice(0, 80) ?? node?.textContent}: ${[from.x, from.y]} to ${[to.x, to.y]}`);
      window.shifts.push(`${value}: ${moved.join('; ')}`);
    }
  }).observe({ type: 'layout-shift', buffered: true });
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
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(window.shifts))));
}));

const ANEW = Number.MAX_SAFE_INTEGER; // a revision that no site has

let asked = 0;
const usual = '/'; // running rows are on top in this order
const sorted = '/?sort=position';
for (const [width, locale, address] of [[1280, 'en-US', usual], [1024, 'ru-RU', sorted], [1280, 'en-US', sorted],
  [390, 'en-US', usual], [320, 'ru-RU', sorted]]) {
  test(`${width} pixels, ${locale}, ${address}: rows wait, run and are done, and nothing moves`, async () => {
    const visitor = site.visitor();
    const ids = [];
    for (let i = 0; i < 6; i++) ids.push(await visitor.submit(80_000 + asked++, slow.question));
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
    for (const id of ids) await page.waitForSelector(`tr#c-${id}[data-status=done]`, { timeout: 60_000 });
    const order = () => page.locator('tbody tr').evaluateAll((list) => list.map(({ dataset }) => Number(dataset.id)));
    const shown = await order();
    const { rows, counts } = await page.evaluate(() => ({ rows: window.rows, counts: [...window.counts] }));
    assert.ok(rows.length >= 20, `${rows.length} changes of rows: ${rows}`);
    for (const status of ['running', 'done']) assert.ok(rows.includes(`${ids.at(-1)} ${status}`), `${status}: ${rows}`);
    assert.ok(counts.length >= 3, `counts: ${counts}`);
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

test('a computation that runs moves nothing on its page', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(4 * slow.position, slow.question);
  for (const width of [1280, 390, 320]) {
    const page = await open(browser, { viewport: { width, height: 4000 } });
    await page.addInitScript(watch);
    await page.goto(`${site.url}/computations/${id}`);
    await page.waitForSelector('.stream');
    await page.evaluate(() => { window.shifts.length = 0; }); // the digits have come
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
