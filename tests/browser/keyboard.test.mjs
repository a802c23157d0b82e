// The whole site without a mouse. No test here clicks, and none moves the focus by a
// script: what is pressed are keys, and at each stop lib/keyboard.mjs looks whether the
// focus is to be seen, in the window, under nothing, and in the order of reading.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { become, launch, open, picture } from '../lib/browser.mjs';
import { Walker } from '../lib/keyboard.mjs';
import { endless } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const { id: known } = await site.ask(10_000, { algorithm: 'chudnovsky' });
await site.waitDone(known);
const { id: compared } = await site.ask(1000, { algorithm: 'chudnovsky' });
await site.waitDone(compared);

let asked = 0;
const nextEndless = () => endless.position + asked++;

async function walk(options) {
  const page = await open(browser, { viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options });
  return { page, walker: await Walker.start(page) };
}

/** Fills in the form and presses Compute; resolves to the new row's id. */
async function submit(walker, position, algorithm) {
  await walker.to('#position');
  await walker.type(String(position));
  await walker.to('#algorithm');
  await walker.type(algorithm);
  await walker.to('button', 'Compute');
  await walker.follow(/highlight=\d+#c-\d+$/);
  return Number(/highlight=(\d+)/.exec(walker.page.url())[1]);
}

async function step(name, deeds) {
  try {
    await deeds();
  } catch (error) {
    throw new Error(`${name}: ${error.message}`, { cause: error });
  }
}

const range = (page, from) => page.locator('#live-top .range', { hasText: `Digits ${from} to` }).waitFor();

test('a walk through the whole site', async (t) => {
  const { page, walker } = await walk();
  await walker.goto(`${site.url}/`);

  await step('the first stop leads past the head of the page', async () => {
    assert.equal((await walker.tab()).name, 'Skip to the content');
    await picture(page, 'keyboard-skip');
    await walker.jump('#main');
    assert.equal((await walker.tab()).id, 'position');
  });

  let running;
  await step('the form: choices by arrows and letters, what it costs, and the new row', async () => {
    const position = nextEndless();
    await walker.type(String(position));
    assert.equal((await walker.tab()).id, 'radix');
    await walker.press('ArrowDown');
    assert.equal((await walker.look()).value, '16');
    await walker.press('ArrowUp');
    assert.equal((await walker.look()).value, '10');
    assert.equal((await walker.tab()).id, 'algorithm');
    await walker.type('sp');
    assert.equal((await walker.look()).value, 'spigot');
    await page.locator('#estimate', { hasText: 'About' }).waitFor();
    await walker.to('button', 'Estimate');
    await walker.follow(/^\/computations$/);
    assert.match(await page.locator('#estimate').innerText(), /^About/);
    await walker.kept('#position');
    assert.equal((await walker.look()).value, String(position));
    await walker.to('button', 'Compute');
    await walker.follow(/highlight=\d+#c-\d+$/);
    running = Number(/highlight=(\d+)/.exec(page.url())[1]);
    assert.equal((await walker.tab()).name, `Select ${position}`, 'Tab goes on at the new row');
  });

  await step('a field with a mistake has the focus', async () => {
    await walker.to('#position', undefined, 'Shift+Tab');
    await walker.type('what');
    await walker.follow(/^\/computations$/);
    await page.locator('.error[data-field=position]').waitFor();
    await walker.kept('#position[aria-invalid=true]');
    await walker.to('a', 'Computations', 'Shift+Tab');
    await walker.follow(/^\/$/);
  });

  await step('filters, order and finding', async () => {
    await walker.to('.filters a', /^running \d+$/);
    await walker.follow(/^\/\?status=running$/);
    await page.locator(`tr#c-${running}`).waitFor();
    await walker.to('.filters a', 'by position');
    await walker.follow(/sort=position/);
    assert.equal(await page.locator('.filters [aria-current]', { hasText: /^by position$/ }).count(), 1);
    await walker.to('.filters a', /^all/);
    await walker.follow(/^\/\?sort=position$/);
    await walker.to('#where');
    await walker.type('10000');
    await walker.follow(/position=10000/);
    assert.equal(await page.locator('tbody tr').count(), 1);
    await walker.to('a', 'any position');
    await walker.follow(/^\/\?sort=position$/);
    await walker.to('a', 'Computations');
    await walker.follow(/^\/$/);
  });

  await step('rows are chosen, cancelled and deleted', async () => {
    for (let i = 0; i < 3; i++) await submit(walker, nextEndless(), 'sp');
    await walker.to('a', 'Computations', 'Shift+Tab');
    await walker.follow(/^\/$/);
    // Those that wait are between the one that runs and those that are done.
    const rows = page.locator('tbody tr:not([data-status=done])');
    await until(async () => (await rows.count()) === 4, 'four rows');
    const names = await rows.locator('input').evaluateAll((all) => all.map((box) => box.getAttribute('aria-label')));
    const checked = () => page.locator('tbody input:checked').evaluateAll((all) => all.map((box) => box.getAttribute('aria-label')));
    await walker.to('tbody input', names[1]);
    await walker.press('Enter');
    assert.deepEqual(await checked(), [], 'Enter presses no button of the form');
    await walker.press('Space');
    assert.deepEqual(await checked(), [names[1]]);
    await walker.to('tbody input', names[3]);
    await walker.press('Shift+Space');
    assert.deepEqual(await checked(), names.slice(1), 'a range');
    await walker.to('tbody input', names[2], 'Shift+Tab');
    await walker.press('Space');
    assert.deepEqual(await checked(), [names[1], names[3]], 'two rows');
    await picture(page, 'keyboard-rows');
    await walker.to('button', 'Cancel', 'Shift+Tab');
    await walker.follow(/told=/);
    await walker.kept('.told');
    assert.match(await page.locator('.told').innerText(), /cancelled/);
    await until(async () => await page.locator('tr[data-status=cancelled]').count() === 2, 'cancelled rows');
    await walker.to('thead input', 'Select all');
    await walker.press('Space');
    await walker.to('button', 'Cancel', 'Shift+Tab');
    await walker.follow(/told=/);
    await until(async () => await page.locator('tr[data-status=cancelled]').count() === 4, 'cancelled rows');
    await walker.to('.filters a', /^cancelled/, 'Shift+Tab');
    await walker.follow(/status=cancelled/);
    await walker.to('thead input', 'Select all');
    await walker.press('Space');
    assert.equal((await checked()).length, 4);
    await walker.to('button', 'Delete', 'Shift+Tab');
    await walker.follow(/bulk/);
    assert.equal(await page.locator('h1').innerText(), 'Delete 4 computations?');
    await walker.to('button', 'Delete');
    await walker.follow(/told=/);
    await walker.kept('.told');
    assert.equal(await page.locator('.told').innerText(), '4 computations were deleted.');
    await walker.to('a', 'Computations', 'Shift+Tab');
    await walker.follow(/^\/$/);
  });

  await step('a computation, and the same digit by another algorithm', async () => {
    await walker.to('tbody .position a', '1000');
    await walker.follow(/^\/computations\/\d+$/);
    await walker.to('a', 'Compare with another algorithm');
    await walker.follow(/compare$/);
    await walker.to('button', /spigot$/);
    await walker.follow(/compare/);
    await page.locator('.verdict.agrees').waitFor();
    await walker.to('a', 'Back to the computation');
    await walker.follow(/^\/computations\/\d+$/);
    await walker.to('a', 'All computations');
    await walker.follow(/highlight=/);
    assert.equal((await walker.tab()).name, 'Select 1000', 'back at its row');
    await walker.to('a', 'π to 10000');
    await walker.follow(/^\/pi\/10000/);
  });

  await step('the digits: other screens, a jump, a copy', async () => {
    for (const [key, from] of [['ArrowRight', '1,001'], ['End', '9,001'], ['Home', '1'], ['ArrowRight', '1,001'], ['ArrowLeft', '1']]) {
      await walker.press(key);
      await range(page, from);
    }
    await walker.to('#live-top a', 'Next');
    await walker.press('Enter');
    await range(page, '1,001');
    await walker.kept('#live-top a[rel=next]');
    await walker.to('#from', undefined, 'Shift+Tab');
    await walker.type('5000');
    await walker.press('Enter');
    await range(page, '5,000');
    await walker.kept('#p-5000:target');
    await walker.to('button', 'Copy the digits');
    await walker.press('Enter');
    await page.locator('.outcome', { hasText: 'Copied.' }).waitFor();
    await walker.kept('[data-copy=digits]');
    await walker.to('a', 'Skip the digits');
    await picture(page, 'keyboard-pi');
    await walker.jump('#live-bottom');
    assert.equal((await walker.tab()).name, 'First');
    await walker.to('a', 'Pictures of the first 10,000 digits');
    await walker.follow(/^\/pictures/);
  });

  await step('the pictures and their numbers', async () => {
    await walker.to('#pictures-n');
    await walker.press('ArrowUp');
    await walker.to('button', 'Show');
    await walker.follow(/n=\d+/);
    await walker.to('summary', 'The numbers');
    await walker.press('Enter');
    await page.locator('#frequencies table').waitFor({ state: 'visible' });
    assert.match((await walker.tab()).html, /class="numbers"/, 'what can be scrolled can be reached');
    await walker.to('a', 'Search', 'Shift+Tab');
    await walker.follow(/^\/search$/);
  });

  await step('searching', async () => {
    await walker.to('#q');
    await walker.type('99');
    await page.waitForURL(/q=99$/); // not yet when only the first 9 is answered
    await page.locator('#headline', { hasText: '99' }).waitFor();
    await walker.kept('#q');
    await walker.to('a', 'Next occurrence');
    await walker.follow(/after=\d+/);
    await walker.to('#month'); // where the browser is from it comes first
    await walker.type('3');
    await walker.tab();
    await walker.type('14');
    await walker.tab();
    await walker.type('1879');
    await walker.follow(/month=3&day=14&year=1879/);
    assert.equal(await page.locator('.dates tbody tr').count(), 6);
    await walker.to('a', 'API', 'Shift+Tab');
    await walker.follow(/^\/api$/);
  });

  await step('the API, the other language, and home', async () => {
    await walker.to('a', 'openapi.json');
    await walker.to('button', 'Русский', 'Shift+Tab');
    await walker.follow(/^\/api$/);
    assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
    await walker.to('button', 'English');
    await walker.follow(/^\/api$/);
    await walker.to('a', 'Computations');
    await walker.follow(/^\/$/);
    await walker.kept();
  });

  t.diagnostic(`${walker.stops} stops`);
  assert.deepEqual(page.problems().filter((text) => !/422/.test(text)), []);
  await page.context().close();
});

test('every stop of every page, there and back', async () => {
  const visitor = site.visitor();
  assert.equal(await visitor.submit(10_000, { algorithm: 'chudnovsky' }), known);
  const paths = ['/', '/?position=x', '/computations/1', '/computations/1/compare', `/computations/${known}/delete`, '/pi/10000',
    '/pi/99999', '/search?q=999999', '/search?day=14&month=3&year=1879', '/pictures', '/api', '/nothing'];
  for (const width of [1280, 390]) {
    const { page, walker } = await walk({ viewport: { width, height: 800 }, colorScheme: width === 390 ? 'dark' : 'light' });
    await become(page, visitor);
    for (const path of paths) {
      if (width === 1280 && !['/', '/pi/10000', '/pictures'].includes(path)) continue;
      await walker.goto(site.url + path);
      // A page may begin in a field of its own.
      if (await page.evaluate(() => document.activeElement !== document.body)) await walker.all();
      const there = await walker.all();
      assert.ok(there.length >= 10, path);
      if (width === 1280) continue;
      const back = await walker.all('Shift+Tab');
      const names = (stops) => stops.map(({ html }) => html).sort();
      assert.deepEqual(names(back), names(there), `${path}: the same stops both ways`);
    }
    await page.context().close();
  }
});

test('what nobody could see, or find again, is noticed', async () => {
  const { page, walker } = await walk({ bypassCSP: true });
  for (const [style, why] of [
    [':focus-visible { outline: none }', /no ring/],
    [':focus-visible { outline-color: var(--line) }', /a ring of contrast 1\.\d/],
    ['.top { overflow: hidden }', /the ring is cut off/],
    ['.site { order: 1 }', /it is left of the one before/],
    ['.top { position: fixed; top: -200px }', /outside of the window/],
    ['.bottom { position: fixed; inset: 0 }', /under </],
  ]) {
    await walker.goto(`${site.url}/api`);
    await page.addStyleTag({ content: style });
    await assert.rejects(walker.all(), why, style);
  }
  await walker.goto(`${site.url}/api`);
  await walker.to('a', 'openapi.json');
  await page.evaluate(() => document.activeElement.remove());
  await assert.rejects(walker.kept(), /the focus was lost/);
  await page.context().close();
});
