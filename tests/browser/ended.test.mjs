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

/** In the page: notes what is announced, and how many rows it begins with that have
 * ended. */
function listen() {
  window.said = [];
  addEventListener('DOMContentLoaded', () => {
    window.ended = document.querySelectorAll('tr[data-status=done]').length;
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
  const ended = await page.evaluate(() => window.ended);
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

test('the same position in both radices is told apart', async () => {
  const page = await open(browser, { locale: 'en-US' });
  await page.addInitScript(listen);
  const visitor = site.visitor();
  // These hold the others back until the page is there.
  const first = [];
  for (let i = 0; i < 4; i++) first.push(await visitor.submit(slow.position * 2 + 1 + i, slow.question));
  const ids = [];
  for (const radix of [10, 16]) ids.push(await visitor.submit(2_000_000, { radix, algorithm: 'chudnovsky' }));
  await page.goto(`${site.url}/?sort=position`);
  for (const id of ids) await page.waitForSelector(`#c-${id}:not([data-status=done])`);
  await visitor.post('/computations/bulk', { action: 'cancel', id: first });
  const wanted = [];
  for (const id of ids) wanted.push(await site.waitDone(id));
  const told = async () => (await said(page)).join(' ');
  const [ten, sixteen] = wanted;
  assert.ok([ten.radix, sixteen.radix].join() === '10,16');
  await until(async () => {
    const text = await told();
    return text.includes(`Digit 2000000 of π is ${ten.digit}.`) &&
      (text.includes(`Digit 2000000 of π in radix 16 is ${sixteen.digit}.`) || text.includes('And 1 more.'));
  }, 'both');
  await page.context().close();
});
