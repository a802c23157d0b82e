// What ends is said to those who do not see the table: every row, and many at once in
// one sentence.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { endless, patient, withWorkersHeld, withoutDaemon } from '../lib/pause.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: { ...endless.options, ...patient } });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

/** In the page: notes what is announced, and when. */
function listen() {
  window.said = [];
  new MutationObserver((list) => {
    const announcer = list.find(({ target }) => target.id === 'announce')?.target;
    if (announcer) window.said.push({ text: announcer.textContent, at: performance.now() });
  }).observe(document, { childList: true, subtree: true });
}

const said = (page) => page.evaluate(() => window.said.map(({ text }) => text));

/** Opens a list that says what ends. */
async function listening() {
  const page = await open(browser, { locale: 'en-US' });
  await page.addInitScript(listen);
  return page;
}

test('all rows that end are said, in few sentences', async () => {
  const page = await listening();
  const visitor = site.visitor();
  const ids = await withoutDaemon(site, async () => {
    const asked = [];
    for (let i = 0; i < 2; i++) asked.push(await visitor.submit(slow.position / 2 + i, slow.question));
    for (let i = 0; i < 10; i++) asked.push(await visitor.submit(20_000 + i, slow.question));
    await page.goto(`${site.url}/`);
    assert.equal(await page.locator('tr[data-status=queued]').count(), asked.length);
    return asked;
  });
  const told = async () => (await said(page)).reduce((sum, text) => {
    const [, more] = /^Digit \d+ of π is \d\.(?: And (\d+) more\.)?$/.exec(text);
    return sum + 1 + Number(more ?? 0);
  }, 0);
  await until(async () => await told() === ids.length, 'all of them', { timeout: 120_000 });
  for (const id of ids) assert.equal(await page.locator(`#c-${id}`).getAttribute('data-status'), 'done');
  // No sentence takes the place of one that has just been begun.
  const times = await page.evaluate(() => window.said.map(({ at }) => at));
  const pauses = times.slice(1).map((at, i) => at - times[i]);
  assert.ok(pauses.every((pause) => pause > 950), `${pauses}`);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('rows that end at once are said in one sentence', async () => {
  const page = await listening();
  const visitor = site.visitor();
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  const ids = await withoutDaemon(site, async () => {
    const asked = [];
    for (let i = 0; i < 5; i++) asked.push(await visitor.submit(21_000 + i, slow.question));
    await page.route('**/updates*', async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${site.url}/`);
    return asked;
  });
  for (const id of ids) await site.waitDone(id);
  release();
  await until(async () => (await said(page)).length > 0, 'a sentence');
  for (const text of await said(page)) assert.match(text, /^Digit 2100\d of π is \d\. And 4 more\.$/);
  await page.context().close();
});

test('a row that leaves the view because it ended is said, one that is deleted is not', async () => {
  const page = await listening();
  const visitor = site.visitor();
  const gone = await visitor.submit(endless.position, endless.question);
  const id = await visitor.submit(slow.position + 10, slow.question);
  for (const own of [gone, id]) await site.waitFor(own, ({ status }) => status === 'running', 'running');
  await withWorkersHeld(site, async () => {
    await page.goto(`${site.url}/?status=running`);
    for (const own of [gone, id]) await page.waitForSelector(`#c-${own}`);
    await visitor.post(`/computations/${gone}/delete`);
    await page.waitForSelector(`#c-${gone}`, { state: 'detached' });
  });
  await page.waitForSelector(`#c-${id}`, { state: 'detached' });
  const { position, digit } = await site.waitDone(id);
  await until(async () => (await said(page)).length > 0, 'its end');
  assert.deepEqual(await said(page), [`Digit ${position} of π is ${digit}.`]);
  await page.context().close();
});

test('the same position in both radices is told apart', async () => {
  const page = await listening();
  const visitor = site.visitor();
  await page.goto(`${site.url}/?sort=position`);
  const wanted = [];
  for (const [radix, words] of [[10, 'of π is'], [16, 'of π in radix 16 is']]) {
    const id = await withoutDaemon(site, async () => {
      const asked = await visitor.submit(2_000_000, { radix, algorithm: 'chudnovsky' });
      await page.waitForSelector(`#c-${asked}[data-status=queued]`);
      return asked;
    });
    const { digit } = await site.waitDone(id, { timeout: 120_000 });
    wanted.push(`Digit 2000000 ${words} ${digit}.`);
    await until(async () => (await said(page)).length === wanted.length, `radix ${radix}`);
  }
  assert.deepEqual(await said(page), wanted);
  await page.context().close();
});
