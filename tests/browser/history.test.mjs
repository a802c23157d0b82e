// The viewer of digits and the browser's history: the links that turn its screens lead back
// and forth, also while a screen is on its way, when it cannot come, and from the memory of
// the browser.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { pi } from '../lib/pi.mjs';
import { Site, until } from '../lib/site.mjs';
import { arrives as arrivesOf, search, visit as visitOf } from '../lib/viewer.mjs';

const N = 45_678;
const site = await Site.start();
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const { id } = await site.ask(N);
await site.waitDone(id);
const known = (await pi(N)).slice(2);

const visit = (path) => visitOf(browser, site, path);
const arrives = (page, from) => arrivesOf(page, known, from);

test('links turn the screen without a reload, and the history leads back', async () => {
  const page = await visit(`/pi/${N}`);
  const loads = await page.evaluate(() => { window.kept = true; return true; });
  assert.ok(loads);
  await page.locator('#live-top a[rel=next]').click();
  await arrives(page, 1001);
  assert.equal(await search(page), '?from=1001');
  await page.locator('#live-bottom a[rel=next]').click();
  await arrives(page, 2001);
  await page.locator('#live-top a[rel=last]').click();
  await arrives(page, 45_001);
  assert.equal(await page.locator('mark#n').textContent(), known.at(-1));
  await page.goBack();
  await arrives(page, 2001);
  await page.goBack();
  await arrives(page, 1001);
  await page.goForward();
  await arrives(page, 2001);
  assert.equal(await page.evaluate(() => window.kept), true, 'never loaded anew');
  assert.equal(await page.locator('#announce').textContent(), 'Digits 2,001 to 3,000');
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

/** Holds what PAGE asks for with QUERY; resolves to what lets it on. */
async function hold(page, query) {
  let answer;
  const held = new Promise((resolve) => { answer = resolve; });
  await page.route((url) => url.search === query, (route) => held.then(() => route.continue()));
  return answer;
}

test('the history is right while a screen is on its way, and when it cannot come', async () => {
  const page = await visit(`/pi/${N}?from=1`);
  await page.keyboard.press('ArrowRight');
  await arrives(page, 1001);
  let answer = await hold(page, '?from=1');
  // Back to a screen that was already asked for, and is again: it is not put in front of
  // others again.
  await page.keyboard.press('ArrowLeft');
  await until(() => page.fetched.includes('?from=1'), 'the question');
  await page.evaluate(() => history.back());
  await until(async () => await search(page) === '?from=1', 'the address');
  await page.locator('#live-top a[rel=prev]').click();
  answer();
  await arrives(page, 1);
  await page.evaluate(() => history.forward());
  await arrives(page, 1001);
  // Back to what is shown: the one on its way is not wanted any more.
  await page.locator('#digits a').nth(20).click();
  await page.waitForURL(/#p-1201$/);
  answer = await hold(page, '?from=45001');
  await page.keyboard.press('End');
  await until(() => page.fetched.includes('?from=45001'), 'the question for the last one');
  await page.evaluate(() => history.back());
  await until(() => page.evaluate(() => location.hash === ''), 'the address without a place');
  const came = page.waitForResponse(/from=45001$/);
  answer();
  await (await came).finished();
  await page.keyboard.press('ArrowRight');
  await arrives(page, 2001);
  await page.evaluate(() => history.back());
  await arrives(page, 1001);

  // What cannot be fetched is loaded, at a place in it, too.
  await page.goto(`${site.url}/pi/${N}?from=3001#p-3101`);
  await page.keyboard.press('ArrowRight');
  await arrives(page, 4001);
  await page.route(/from=3001$/, (route) => (route.request().isNavigationRequest() ? route.continue() : route.abort()));
  page.tolerate(true);
  await page.evaluate(() => history.back());
  await arrives(page, 3001);
  await page.context().close();
});

test('a page that the browser kept shows what its address says when somebody comes back', async () => {
  const page = await visit(`/pi/${N}?from=1`);
  await page.keyboard.press('ArrowRight');
  await arrives(page, 1001);
  const answer = await hold(page, '?from=1');
  await page.evaluate(() => history.back());
  await until(() => page.fetched.includes('?from=1'), 'the question');
  // It is left before the answer comes.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  const came = page.waitForResponse((response) => response.url().endsWith('?from=1'));
  answer();
  await (await came).finished();
  assert.equal(await search(page), '?from=1');
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await arrives(page, 1);
  await page.evaluate(() => history.forward());
  await arrives(page, 1001);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});
