// Where the focus is when the page changes under who walks by keys: what has it is
// replaced, moves, or goes. As in keyboard.test.mjs nothing is clicked.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { Walker } from '../lib/keyboard.mjs';
import { endless } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

await site.waitDone((await site.ask(10_000, { algorithm: 'chudnovsky' })).id);

let endlessOnes = 0;
const nextEndless = () => endless.position + endlessOnes++;

async function walk(options) {
  const page = await open(browser, { viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options });
  return { page, walker: await Walker.start(page) };
}

test('the focus stays in a row while it changes ten times', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(nextEndless(), endless.question);
  const { page, walker } = await walk();
  for (const [inside, times] of [['input', 10], ['.position a', 2], ['.pi a', 2]]) {
    await walker.goto(`${site.url}/?highlight=${id}`);
    await page.waitForSelector(`tr#c-${id}[data-status=running]`);
    await walker.to(`#c-${id} ${inside}`);
    await page.evaluate(() => {
      window.changes = 0;
      new MutationObserver((list) => {
        window.changes += list.length;
      }).observe(document.querySelector('tbody'), { subtree: true, attributeFilter: ['data-revision'] });
    });
    await until(() => page.evaluate((n) => window.changes >= n, times), `${times} changes`, { timeout: 120_000 });
    await walker.kept(`#c-${id} ${inside}`);
  }
  await visitor.post(`/computations/${id}/cancel`);
  await page.waitForSelector(`tr#c-${id}[data-status=cancelled]`);
  await walker.kept(`#c-${id} .pi a, #c-${id}`);
  await page.context().close();
});

test('the focus goes with a row that moves', async () => {
  const visitor = site.visitor();
  const ids = [];
  for (let i = 0; i < availableParallelism() + 3; i++) ids.push(await visitor.submit(nextEndless(), endless.question));
  const { page, walker } = await walk();
  await until(async () => (await site.sql("SELECT id FROM computation WHERE status = 'running'"))
    .length === availableParallelism(), 'as many to run as can');
  await walker.goto(`${site.url}/`);
  const next = page.locator('tr', { has: page.locator('.place', { hasText: /^next/ }) });
  await next.waitFor();
  const id = await next.getAttribute('data-id');
  const place = () => page.locator('tbody tr').evaluateAll((all, own) => all.findIndex(({ dataset }) => dataset.id === own), id);
  const before = await place();
  await walker.to(`#c-${id} .position a`);
  await visitor.post(`/computations/${await page.locator('tr[data-status=running]').first().getAttribute('data-id')}/cancel`);
  await page.waitForSelector(`#c-${id}[data-status=running]`);
  assert.equal(await place(), before, 'it stays where somebody looks');
  await walker.kept(`#c-${id} .position a`);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  assert.ok(await place() < before, 'further up');
  await walker.kept(`#c-${id} .position a`);
  for (const other of ids) await visitor.post(`/computations/${other}/cancel`);
  await page.context().close();
});

test('when a row goes, the next one has the focus', async () => {
  const visitor = site.visitor();
  const [older, newer] = [await visitor.submit(501), await visitor.submit(502)];
  for (const id of [older, newer]) await site.waitDone(id);
  const { page, walker } = await walk();
  await walker.goto(`${site.url}/`);
  await walker.to(`#c-${newer} .position a`);
  await visitor.post(`/computations/${newer}/delete`);
  await page.locator(`#c-${newer}`).waitFor({ state: 'detached' });
  await walker.kept(`#c-${older} .position a`);
  // The button that has the focus stays one while the last selected row goes.
  await walker.to(`#c-${older} input`, undefined, 'Shift+Tab');
  await walker.press('Space');
  await walker.to('button', 'Retry', 'Shift+Tab');
  await visitor.post(`/computations/${older}/delete`);
  await page.locator(`#c-${older}`).waitFor({ state: 'detached' });
  await walker.kept('button[value=retry]');
  await walker.tab();
  assert.ok(await page.locator('button[value=retry]').isDisabled(), 'left, it is one no more');
  await page.context().close();
});

test('when a button goes, no other one takes the key that was meant for it', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(nextEndless(), endless.question);
  const { page, walker } = await walk();
  await walker.goto(`${site.url}/computations/${id}`);
  await walker.to('#live-actions button', 'Cancel');
  await visitor.post(`/computations/${id}/cancel`);
  await page.waitForSelector('#live-answer[data-status=cancelled]');
  await walker.kept('#live-actions');
  assert.equal((await walker.tab()).name, 'Try again');
  await page.context().close();
});

test('a result that comes late leaves the focus in it', async () => {
  const { page, walker } = await walk();
  await walker.goto(`${site.url}/search?q=99`);
  let asked = false;
  let answer;
  const late = new Promise((resolve) => { answer = resolve; });
  await page.route(/search\?q=99&radix=16/, async (route) => { // perhaps more than once
    asked = true;
    await late;
    await route.continue();
  });
  await walker.to('#radix');
  await walker.press('ArrowDown');
  await until(() => asked, 'the question');
  await walker.to('a', 'Next occurrence');
  answer();
  await page.waitForURL(/radix=16/);
  await walker.kept('#q');
  await page.context().close();
});
