// The table in a browser: an estimate while one types, rows selected by mouse and by
// keyboard, kept when rows change, and what a row that ends says.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, navigations, open, picture } from '../lib/browser.mjs';
import { endless, holdWorkers, patient } from '../lib/pause.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: { ...endless.options, ...patient, cpus: 2 } });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const ANEW = Number.MAX_SAFE_INTEGER; // a revision that no site has
const row = (page, id) => page.locator(`tr#c-${id}`);
const box = (page, id) => row(page, id).locator('input');
const selected = (page) => page.locator('tbody input:checked').evaluateAll((list) =>
  list.map(({ value }) => Number(value)));

test('the estimate comes while one types, and is the one of the button', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/`);
  await until(async () => {
    await page.reload();
    return (await page.locator('.costs').count()) > 0;
  }, 'the costs that the daemon tells');
  for (const [position, radix, algorithm] of [['50000000', '10', 'auto'], ['5000000000', '16', 'auto']]) {
    await page.goto(`${site.url}/`);
    await page.locator('#radix').selectOption(radix);
    await page.locator('#algorithm').selectOption(algorithm);
    await page.locator('#position').fill(position);
    await until(async () => /^About/.test(await page.locator('#estimate').innerText()), 'the estimate');
    const typed = await page.locator('#estimate').innerText();
    await page.locator('button[name=preview]').click();
    await page.waitForSelector('#position[autofocus]');
    await page.waitForLoadState();
    assert.equal(await page.locator('#estimate').innerText(), typed);
    assert.equal(await page.locator('#position').inputValue(), position);
  }
  await page.locator('#position').fill('');
  await until(async () => await page.locator('#estimate').innerText() === '', 'no estimate');
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('rows are selected, stay so when they change, and are cancelled together', async () => {
  const page = await open(browser, { viewport: { width: 1280, height: 800 } });
  await page.goto(`${site.url}/`);
  const ids = [];
  for (let i = 0; i < 5; i++) {
    await page.locator('#position').fill(String(endless.position + i));
    await page.locator('#algorithm').selectOption('spigot');
    const before = page.url();
    await page.locator('form#new button.primary').click();
    await page.waitForURL(({ href }) => href !== before && /highlight=\d+/.test(href));
    ids.push(Number(/highlight=(\d+)/.exec(page.url())[1]));
  }
  await page.goto(`${site.url}/`);
  const cancel = page.locator('.bulk button[value=cancel]');
  assert.ok(await cancel.isDisabled(), 'nothing is selected');
  await page.waitForSelector('tr[data-status=running] progress');
  await page.locator('tr[data-status=running] small', { hasText: /streaming · [\d,]+ digits\/s$/ }).first().waitFor();
  assert.match(await page.locator('.place').first().innerText(), /^(next|number)/);
  await until(async () => /^\(\d\) [^(]/.test(await page.title()), 'a title that counts');

  // By keyboard, and Enter is no button.
  await box(page, ids[0]).focus();
  await page.keyboard.press('Enter');
  assert.deepEqual(await selected(page), []);
  await page.keyboard.press('Space');
  assert.deepEqual(await selected(page), [ids[0]]);
  assert.equal(await page.locator('#picked').innerText(), 'Selected: 1');
  // The row is replaced by its next revision.
  const revision = await row(page, ids[0]).getAttribute('data-revision');
  await until(async () => await row(page, ids[0]).getAttribute('data-revision') !== revision, 'a newer row');
  assert.deepEqual(await selected(page), [ids[0]]);
  assert.equal(await page.evaluate(() => document.activeElement.outerHTML), await box(page, ids[0]).evaluate((own) => own.outerHTML), 'the focus stays');
  await picture(page, 'table-selected-1280');

  // A press goes on while the row changes: it is the same box.
  await box(page, ids[0]).hover();
  const pressed = await row(page, ids[0]).getAttribute('data-revision');
  await page.mouse.down();
  await until(async () => await row(page, ids[0]).getAttribute('data-revision') !== pressed, 'a newer row');
  await page.mouse.up();
  assert.deepEqual(await selected(page), []);

  // A range with the shift key: all rows from the first to the last in order.
  const order = await page.locator('tbody input').evaluateAll((list) => list.map(({ value }) => Number(value)));
  await box(page, order[0]).click();
  await box(page, order[3]).click({ modifiers: ['Shift'] });
  assert.equal((await selected(page)).length, 4);
  const all = page.locator('thead input');
  assert.ok(await all.evaluate((own) => own.indeterminate));
  await all.check();
  assert.equal((await selected(page)).length, order.length);
  await cancel.click();
  await page.locator('.told').waitFor();
  await page.waitForLoadState(); // its address is changed by then
  assert.match(await page.locator('.told').innerText(), /cancelled/);
  await picture(page, 'table-told-1280');
  for (const id of ids) await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');

  const seen = navigations(page);
  await page.waitForSelector(`tr#c-${ids[0]}[data-status=cancelled]`);
  assert.equal(seen.n, 0);
  await page.goto(`${site.url}/?status=cancelled`);
  await page.locator('thead input').check();
  await page.locator('.bulk button[value=delete]').click();
  await page.locator('h1', { hasText: /^Delete 5 computations\?$/ }).waitFor();
  await picture(page, 'table-delete-1280');
  await page.reload(); // it is no answer to a form
  await page.locator('button.danger').click();
  assert.match(await page.locator('.told').innerText(), /^5 computations were deleted\.$/);
  await page.waitForURL(/\/\?status=cancelled$/); // the view is kept, and does not say it again
  await page.reload();
  assert.equal(await page.locator('.told').count(), 0);
  await page.goBack();
  assert.match(await page.locator('.told').innerText(), /^5 computations are not there any more\.$/);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('a row that ends says so, and a sorted list stays sorted', async (t) => {
  const page = await open(browser);
  const visitor = site.visitor();
  const running = await visitor.submit(300_000, slow.question);
  await site.waitFor(running, ({ status }) => status === 'running', 'running');
  const release = await holdWorkers(site); // it does not end before others came
  t.after(release);
  await page.goto(`${site.url}/?sort=position`);
  await page.waitForSelector(`tr#c-${running}:not([data-status=done])`);
  await visitor.submit(1000);
  await visitor.submit(500);
  // In order while one of them still runs, which is on top in the usual one.
  const inOrder = async () => {
    const list = await page.locator('tbody .position a').evaluateAll((links) =>
      links.map((link) => Number(link.textContent)));
    assert.ok(list.length >= 3);
    assert.deepEqual(list, [...list].sort((x, y) => x - y));
    return true;
  };
  await until(inOrder, 'the rows in order');
  release();
  await page.waitForSelector(`tr#c-${running}[data-status=done]`);
  await until(async () => /Digit .* of π is \d/.test(await page.locator('#announce').textContent()), 'the end is said');
  assert.equal(await page.locator('#announce').getAttribute('aria-live'), 'polite');
  await inOrder();
  await page.locator('#where').fill('500');
  await page.keyboard.press('Enter');
  await page.waitForURL(/position=500/);
  assert.match(page.url(), /sort=position/, 'the order is kept');
  assert.equal(await page.locator('tbody tr').count(), 1);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('without JavaScript a page that reloads itself leads to one with boxes', async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  const visitor = site.visitor();
  const id = await visitor.submit(endless.position + 9000, endless.question);
  await page.goto(`${site.url}/`);
  assert.ok(!(await box(page, id).isVisible()));
  await page.locator('.several a').click();
  await page.waitForURL(/select=1/);
  assert.ok(await box(page, id).isVisible());
  assert.equal(await page.locator('meta[http-equiv=refresh]').count(), 0);
  await box(page, id).check();
  await page.locator('.bulk button[value=cancel]').click();
  assert.match(await page.locator('.told').innerText(), /1 computation was refused: only someone who asked/);
  await page.locator('#bulk').waitFor();
  await visitor.post('/computations/bulk', { action: 'cancel', id });
  await page.context().close();
});

test('places in the queue are right on every page, and of the row on top', async () => {
  const queue = await Site.start({ processes: ['nginx', 'fcgi'] }); // nothing begins
  try {
    const visitor = queue.visitor();
    const ids = [];
    for (let i = 0; i < 55; i++) ids.push(await visitor.submit(2000 + i));
    const [top, second] = await Promise.all([open(browser), open(browser)]);
    await top.goto(`${queue.url}/?highlight=${ids[4]}`);
    await second.goto(`${queue.url}/`);
    await Promise.all([second.waitForURL(/after=/), second.locator('a[rel=next]').click()]);
    const below = second.url();
    const place = (page, id) => row(page, id).locator('.place').innerText();
    assert.deepEqual([await place(top, ids[4]), await place(second, ids[4]), await place(second, ids[1])],
      ['number 5 in the queue', 'number 5 in the queue', 'number 2 in the queue']);
    for (const n of [4, 3]) {
      await visitor.post(`/computations/${ids[4 - n]}/cancel`);
      for (const page of [top, second]) {
        await until(async () => (await place(page, ids[4])) === `number ${n} in the queue`, `number ${n}`);
      }
    }
    // A row that changes itself keeps its place.
    await visitor.post(`/computations/${ids[4]}/cancel`);
    for (const page of [top, second]) await page.waitForSelector(`tr#c-${ids[4]}[data-status=cancelled]`);
    await visitor.post(`/computations/${ids[4]}/retry`);
    for (const page of [top, second]) {
      await page.waitForSelector(`tr#c-${ids[4]}[data-status=queued]`);
      await until(async () => /^number \d+ in the queue$/.test(await place(page, ids[4])), 'its new place');
      assert.deepEqual(page.problems(), []);
    }
    // Rows that end together are all said. (The page before may still poll.)
    await second.route(/\/updates\?sort=position/, async (route) => {
      const { reset, ...screen } = (await queue.get(`/updates?sort=position&since=${ANEW}`)).json();
      assert.ok(reset);
      const changed = screen.changed.filter(({ id }) => [ids[7], ids[8]].includes(id))
        .map((one) => ({ ...one, html: one.html.replace('data-status="queued"', 'data-status="failed"') }));
      return route.fulfill({ json: { ...screen, changed } });
    }, { times: 1 });
    await second.goto(`${queue.url}/?sort=position`);
    await until(async () => (await second.locator('#announce').textContent())
      === 'The computation of digit 2007 has failed. And 1 more.', 'both');
    // The row on top is pushed off the screen by others while the page is open.
    await top.goto(`${queue.url}/?highlight=${ids.at(-1)}`);
    for (let i = 0; i < 51; i++) await visitor.submit(3000 + i);
    await visitor.post(`/computations/${ids[5]}/cancel`);
    await until(async () => (await place(top, ids.at(-1))) === 'number 51 in the queue', 'its place there');
    // It stays on top, with what is checked, when all is shown anew.
    await box(top, ids.at(-1)).check();
    await top.route(/\/updates\?/, (route) => route.continue({
      headers: { ...route.request().headers(), 'if-none-match': `"${ANEW}"` },
    }), { times: 1 });
    const anew = top.waitForResponse(async (one) => /updates\?/.test(one.url()) && one.status() === 200 && (await one.json()).reset);
    await visitor.post(`/computations/${ids[6]}/cancel`); // ends the poll under way
    assert.equal((await (await anew).json()).changed.length, 51);
    await visitor.post(`/computations/${ids[7]}/cancel`);
    await until(async () => (await place(top, ids.at(-1))) === 'number 49 in the queue', 'its place after that');
    assert.equal(await top.locator('tbody tr').first().getAttribute('id'), `c-${ids.at(-1)}`);
    assert.deepEqual(await selected(top), [ids.at(-1)]);
    // What cannot be followed is shown anew: the rows of this page, not of the first.
    await second.route(/\/updates\?.*after=/, (route) => route.continue({
      headers: { ...route.request().headers(), 'if-none-match': `"${ANEW}"` },
    }), { times: 1 });
    const [answer] = await Promise.all([second.waitForResponse((one) => /updates\?.*after=/.test(one.url()) && one.status() === 200), second.goto(below)]);
    const { reset, order } = await answer.json();
    assert.equal(reset, true);
    const shown = () => second.locator('tbody tr').evaluateAll((list) => list.map(({ dataset }) => Number(dataset.id)));
    assert.ok(order.includes(ids[1]));
    await until(async () => assert.deepEqual(await shown(), order) ?? true, 'these rows');
    // One of them goes, and then nobody looks.
    await visitor.post(`/computations/${ids[1]}/delete`);
    await row(second, ids[1]).waitFor({ state: 'detached' });
    await second.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    assert.deepEqual(await shown(), order.filter((id) => id !== ids[1]));
    assert.deepEqual(second.problems(), []);
    await Promise.all([top.context().close(), second.context().close()]);
  } finally {
    await queue.stop();
  }
});
