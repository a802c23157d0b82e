// What ends is said to those who do not see the table: every row, and many at once in
// one sentence.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: slow.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

/** In the page: notes what is announced. */
function listen() {
  window.said = [];
  addEventListener('DOMContentLoaded', () => {
    const announcer = document.getElementById('announce');
    new MutationObserver(() => window.said.push(announcer.textContent)).observe(announcer, { childList: true });
  });
}

const said = (page) => page.evaluate(() => window.said);

test('all rows that end are said, in few sentences', async () => {
  const page = await open(browser, { locale: 'en-US' });
  await page.addInitScript(listen);
  const visitor = site.visitor();
  const ids = [];
  // The first ones hold the others back until the page is there.
  for (let i = 0; i < 2; i++) ids.push(await visitor.submit(slow.position / 2 + i, slow.question));
  for (let i = 0; i < 10; i++) ids.push(await visitor.submit(20_000 + i, slow.question));
  await page.goto(`${site.url}/`);
  const ended = await page.locator('tr[data-status=done]').count();
  const told = async () => (await said(page)).reduce((sum, text) => {
    const [, more] = /^Digit \d+ of π is \d\.(?: And (\d+) more\.)?$/.exec(text);
    return sum + 1 + Number(more ?? 0);
  }, 0);
  await until(async () => await told() === ids.length - ended, 'all of them');
  for (const id of ids) assert.equal(await page.locator(`#c-${id}`).getAttribute('data-status'), 'done');
  assert.ok(ended < 6, `${ended} rows had ended before`);
  assert.ok((await said(page)).length <= 8, `${await said(page)}`);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('a row that leaves the view because it ended is said, one that is deleted is not', async () => {
  const page = await open(browser, { locale: 'en-US' });
  await page.addInitScript(listen);
  const visitor = site.visitor();
  const gone = await visitor.submit(slow.position * 2, slow.question);
  const id = await visitor.submit(slow.position / 2 + 10, slow.question);
  await page.goto(`${site.url}/?status=running`);
  await page.waitForSelector(`#c-${id}`);
  await page.waitForSelector(`#c-${gone}`);
  await visitor.post(`/computations/${gone}/delete`);
  await page.waitForSelector(`#c-${id}`, { state: 'detached' });
  await page.waitForSelector(`#c-${gone}`, { state: 'detached' });
  const { position, digit } = await site.waitDone(id);
  await until(async () => (await said(page)).length > 0, 'its end');
  assert.deepEqual(await said(page), [`Digit ${position} of π is ${digit}.`]);
  await page.context().close();
});
