// A computation's page and the comparison in a browser: digits as they come, by the
// keyboard alone, in both widths and themes.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, navigations, open, overflow, picture } from '../lib/browser.mjs';
import { endless, patient, withWorkersHeld, withoutDaemon } from '../lib/pause.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: { ...endless.options, ...patient } });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

/** Presses Tab until what has the focus fits SELECTOR. */
async function tabTo(page, selector) {
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(outline, 'none', `${selector}: the focus is to be seen`);
      return;
    }
  }
  throw new Error(`no way to ${selector} with Tab`);
}

test('a spigot shows its digits while it computes them, marked as not verified', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(endless.position, endless.question);
  const page = await open(browser);
  await page.goto(`${site.url}/computations/${id}`);
  const seen = navigations(page);
  const known = async () => Number((await page.locator('#live-stream p').first().innerText())
    .split(' of ')[0].replaceAll(',', ''));
  await page.locator('.stream').waitFor();
  const first = await known();
  assert.equal(await page.locator('.unverified').innerText(), 'They are not verified yet.');
  assert.equal(await page.locator('.phases .current').count(), 1);
  await picture(page, 'detail-running-1280-light');
  await until(async () => (await known()) > first, 'more digits');
  assert.equal(seen.n, 0, 'without a reload');
  const shown = (await page.locator('.stream').innerText()).replace(/\D/g, '');
  assert.ok(shown.length > 280 && shown.length <= 300, `${shown.length} digits`);
  assert.equal((await visitor.post(`/computations/${id}/cancel`)).status, 303);
  await page.waitForSelector('#live-answer[data-status=cancelled]');
  assert.equal(await page.locator('.stream').count(), 0);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('the comparison is made with the keyboard alone, and comes by itself', async () => {
  const position = slow.position + 7;
  const { id } = await site.ask(position, { algorithm: 'chudnovsky' });
  await site.waitDone(id);
  const page = await open(browser);
  await page.goto(`${site.url}/computations/${id}`);
  await tabTo(page, 'a[href$="/compare"]');
  await Promise.all([page.waitForURL(/compare$/), page.keyboard.press('Enter')]);
  await tabTo(page, 'button[name=algorithm][value=spigot]');
  const seen = await withoutDaemon(site, async () => {
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    await page.locator('#live-results td[data-status=queued]').waitFor();
    return navigations(page);
  });
  await withWorkersHeld(site, () => page.locator('#live-results td[data-status=running]').waitFor());
  await page.locator('.verdict.agrees').waitFor({ timeout: 120_000 });
  assert.equal(seen.n, 0, 'without a reload');
  assert.match(await page.locator('#announce').innerText(), /^They agree/);
  const [one, other] = await page.locator('.compared .digits').allInnerTexts();
  assert.equal(one, other);
  assert.deepEqual(page.problems(), []);

  for (const [name, path] of [['compare', `/computations/${id}/compare`], ['detail', `/computations/${id}`]]) {
    await page.goto(site.url + path);
    for (const width of [2560, 1280, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      assert.equal(await overflow(page), 0, `${path} at ${width} overflows`);
      for (const colorScheme of ['dark', 'light']) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `${name}-${width}-${colorScheme}`);
      }
    }
  }
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('the history stands beside the explanation, where there is room', async () => {
  const { id } = await site.ask(slow.position + 11, { algorithm: 'chudnovsky' });
  await site.waitDone(id);
  const page = await open(browser, { viewport: { width: 1280, height: 900 } });
  await page.goto(`${site.url}/computations/${id}`);
  const boxes = () => page.evaluate(() => Object.fromEntries(['check', 'offer', 'events'].map((name) => {
    const { left, right, top, bottom } = document.getElementById(`live-${name}`).getBoundingClientRect();
    return [name, { left, right, top, bottom }];
  })));
  // With something offered, and with nothing.
  for (const offered of [true, false]) {
    if (!offered) await page.evaluate(() => document.getElementById('live-offer').replaceChildren());
    const { check, offer, events } = await boxes();
    assert.equal(events.top, check.top);
    assert.ok(events.left > check.right, 'beside it');
    assert.ok(offer.top >= check.bottom && offer.top - check.bottom < 1, 'what is offered follows it');
    assert.ok(offered ? offer.bottom > offer.top && offer.right < events.left : true);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await until(() => page.evaluate(() => innerWidth === 390), 'the narrow window');
  const { offer, events } = await boxes();
  assert.ok(events.top >= offer.bottom, 'one below the other');
  await page.context().close();
});

test('deleting says so, where the visitor is led', async () => {
  const page = await open(browser, {});
  await page.goto(`${site.url}/`);
  await page.locator('#position').fill('31');
  await page.locator('#new button.primary').click();
  await page.waitForURL(/highlight=/);
  const id = Number(/highlight=(\d+)/.exec(page.url())[1]);
  await site.waitDone(id);
  await page.goto(`${site.url}/computations/${id}/delete`);
  await page.locator('button.danger').click();
  await page.locator('.told').waitFor();
  assert.equal(await page.locator('.told').innerText(), '1 computation was deleted.');
  await until(() => page.evaluate(() => document.activeElement.className === 'told'), 'the focus');
  await page.context().close();
});

test('cancelling what others wait for as well says so, once', async () => {
  const position = endless.position + 13;
  const first = site.visitor();
  const id = await first.submit(position, endless.question);
  const page = await open(browser);
  await page.goto(`${site.url}/?new=1&position=${position}&algorithm=${endless.question.algorithm}`);
  await Promise.all([page.waitForURL(/highlight=/), page.locator('#new button.primary').click()]);
  await page.goto(`${site.url}/computations/${id}`);
  await Promise.all([page.waitForEvent('load'), page.locator('#live-actions button', { hasText: 'Cancel' }).click()]);
  assert.match(await page.locator('.told').innerText(), /^1 computation stays, because others asked for it/);
  await until(() => page.evaluate(() => document.activeElement.className === 'told'), 'the focus');
  assert.equal(page.url(), `${site.url}/computations/${id}`, 'the address does not say it');
  await page.reload();
  assert.equal(await page.locator('.told').count(), 0);
  assert.notEqual((await site.api('GET', `/api/v1/computations/${id}`)).json().status, 'cancelled');
  assert.deepEqual(page.problems(), []);
  await page.context().close();
  await first.post(`/computations/${id}/cancel`);
});
