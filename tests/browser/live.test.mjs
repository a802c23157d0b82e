// The page in a browser: submit, watch the row change without a reload, recover
// after restarts.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { launch, navigations, open, picture } from '../lib/browser.mjs';
import { patient, withWorkersHeld, withoutDaemon } from '../lib/pause.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: { ...slow.options, ...patient, 'lease-s': 5 } });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const ANEW = Number.MAX_SAFE_INTEGER; // a revision that no site has

let asked = 0;
const nextSlow = () => 200_000 + 1000 * asked++; // its worker is held while one has to see it run
const row = (page, id) => page.locator(`tr#c-${id}`);
const status = (page, id) => row(page, id).getAttribute('data-status');
const becomes = (page, id, wanted, options) =>
  page.waitForSelector(`tr#c-${id}[data-status="${wanted}"]`, { timeout: 120_000, ...options });

const isRunning = (id) => site.waitFor(id, ({ status: now }) => now === 'running', 'running', { timeout: 120_000 });
const isDone = (id) => site.waitDone(id, { timeout: 120_000 });

/** Waits until the rows of PAGE are those of the database. */
const agrees = (page) => until(async () => {
  const wanted = await site.summary();
  const shown = await page.locator('table#computations tbody tr[data-id]').evaluateAll((list) =>
    list.map(({ dataset }) => `${dataset.id} ${dataset.status} ${dataset.revision}`));
  return shown.length > 0 && shown.every((line) => wanted.includes(line));
}, 'the page to show what the database has', { timeout: 120_000 });

async function submit(page, position, { radix = '10', algorithm = 'auto' } = {}) {
  await page.goto(`${site.url}/`);
  await choose(page, 'position', position);
  await choose(page, 'radix', radix);
  await choose(page, 'algorithm', algorithm);
  await Promise.all([page.waitForURL(/highlight=\d+/), page.locator('form#new button.primary').click()]);
  return Number(/highlight=(\d+)/.exec(page.url())[1]);
}

// Fills a field of the form, whether it is a select, radio buttons or a text.
async function choose(page, name, value) {
  const field = page.locator(`form#new [name="${name}"]`);
  const kind = await field.first().evaluate((own) => own.type);
  if (kind === 'radio') await page.locator(`form#new [name="${name}"][value="${value}"]`).check();
  else if (kind.startsWith('select')) await field.selectOption(String(value));
  else await field.fill(String(value));
}

test('submit through the form: the row goes from queued to done without a reload', async () => {
  const page = await open(browser);
  const { id, seen } = await withoutDaemon(site, async () => {
    const own = await submit(page, nextSlow(), slow.question);
    assert.equal(await status(page, own), 'queued');
    return { id: own, seen: navigations(page) };
  });
  await isRunning(id);
  await withWorkersHeld(site, async () => {
    await becomes(page, id, 'running');
    await row(page, id).locator('progress').waitFor();
    await picture(page, 'running-1280');
  });
  await becomes(page, id, 'done');
  const digit = (await row(page, id).locator('.digit').innerText()).trim();
  assert.equal(digit, (await isDone(id)).digit);
  assert.equal(seen.n, 0, 'no navigation');
  assert.deepEqual(page.problems(), []);
  await row(page, id).locator('.pi a').click();
  await page.locator('pre#digits').waitFor();
  await page.locator('#live-state a[href*="from="]').click();
  await page.locator('pre#digits mark').waitFor();
  assert.equal((await page.locator('pre#digits mark').innerText()).trim(), digit);
  await page.context().close();
});

test('what another client does appears on an open page', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/`);
  const seen = navigations(page);
  const visitor = site.visitor();
  const id = await visitor.submit(123);
  await becomes(page, id, 'done');
  const first = await page.locator('table#computations tbody tr[data-id]').first().getAttribute('data-id');
  assert.equal(Number(first), id, 'new rows come first');
  await visitor.post(`/computations/${id}/delete`);
  await row(page, id).waitFor({ state: 'detached' });
  assert.equal(seen.n, 0);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('an answer that does not fit the page makes it start anew', async () => {
  const page = await open(browser);
  const asked = [];
  let spoilt = false;
  await page.route('**/updates*', async (route) => {
    asked.push(route.request().headers()['if-none-match']);
    if (spoilt) return route.continue();
    spoilt = true;
    // One answer names a row that nobody has, as if something was missed.
    const { reset, ...body } = JSON.parse((await site.get(`/updates?since=${ANEW}`)).text);
    assert.equal(reset, true);
    return route.fulfill({ json: { ...body, changed: [], order: [...body.order, 999_999] } });
  });
  await page.goto(`${site.url}/`);
  await until(() => asked.includes(`"${ANEW}"`), 'a question from the start');
  const { id } = await site.ask(127);
  await becomes(page, id, 'done');
  assert.equal(asked.filter((tag) => tag === `"${ANEW}"`).length, 1);
  await agrees(page);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

for (const status of [304, 429]) {
  test(`a page that is told to ask later does: ${status}`, async () => {
    const page = await open(browser);
    const asked = [];
    await page.route('**/updates*', (route) => {
      asked.push(performance.now());
      return route.fulfill({ status, headers: { 'retry-after': '2', etag: '"1"' } });
    });
    await page.goto(`${site.url}/`);
    await until(() => asked.length > 1, 'the second poll');
    // No machine is so slow that this comes too early.
    assert.ok(asked[1] - asked[0] > 1900, `after ${asked[1] - asked[0]} ms`);
    await page.context().close();
  });
}

test('a filtered page shows only what belongs there', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/?radix=16`);
  const ten = await site.ask(124);
  const sixteen = await site.ask(124, { radix: 16 });
  await becomes(page, sixteen.id, 'done');
  assert.equal(await row(page, ten.id).count(), 0);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('a page with a message of the form goes on living', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/`);
  await page.locator('form#new').evaluate((form) => { form.noValidate = true; });
  await choose(page, 'position', '0');
  await page.locator('form#new button.primary').click();
  await page.locator('.error[data-field=position]').waitFor();
  assert.equal(await page.locator('form#new [name=position]').inputValue(), '0');
  const { id } = await site.ask(125);
  await becomes(page, id, 'done');
  await page.context().close();
});

for (const [name, program, signal] of [
  ['nthpi-fcgi', 'fcgi', 'SIGKILL'], ['nthpi-fcgi', 'fcgi', 'SIGTERM'], ['nthpid', 'daemon', 'SIGKILL']]) {
  test(`an open page recovers by itself after ${name} was restarted (${signal})`, async () => {
    const page = await open(browser);
    await page.goto(`${site.url}/`);
    const seen = navigations(page);
    page.tolerate(true);
    const { id } = await site.ask(nextSlow(), slow.question);
    await isRunning(id);
    await withWorkersHeld(site, async () => {
      await becomes(page, id, 'running');
      await site.kill(program, signal);
    });
    site.start(program);
    await site.waitReady();
    await becomes(page, id, 'done');
    await agrees(page);
    assert.equal(seen.n, 0, 'no navigation');
    await page.context().close();
  });
}

test('focus stays where it was when a row is replaced', async () => {
  const page = await open(browser);
  const { id } = await site.ask(nextSlow(), slow.question);
  const focused = () => page.evaluate(() => ({
    row: document.activeElement?.closest('tr')?.id,
    href: document.activeElement?.getAttribute('href'),
  }));
  await isRunning(id);
  const before = await withWorkersHeld(site, async () => {
    await page.goto(`${site.url}/`);
    await becomes(page, id, 'running');
    await row(page, id).locator('a').first().focus();
    return focused();
  });
  assert.equal(before.row, `c-${id}`);
  await becomes(page, id, 'done');
  assert.deepEqual(await focused(), before);

  await page.locator('form#new [name=position]').focus();
  await page.keyboard.type('77');
  const other = await site.ask(126);
  await becomes(page, other.id, 'done');
  await page.keyboard.type('8');
  assert.equal(await page.locator('form#new [name=position]').inputValue(), '778');
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('the form works by keyboard alone', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/`);
  for (let i = 0; i < 30; i++) {
    if (await page.evaluate(() => document.activeElement?.name === 'position')) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('127');
  await Promise.all([page.waitForURL(/highlight=\d+/), page.keyboard.press('Enter')]);
  const id = Number(/highlight=(\d+)/.exec(page.url())[1]);
  await becomes(page, id, 'done');
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('a computation\'s page follows its computation', async () => {
  const page = await open(browser);
  const { id } = await site.ask(nextSlow(), slow.question);
  await isRunning(id);
  const seen = await withWorkersHeld(site, async () => {
    await page.goto(`${site.url}/computations/${id}`);
    await page.locator('#live-answer[data-status=running]').waitFor();
    return navigations(page);
  });
  const done = await isDone(id);
  await until(async () => (await page.locator('main').innerText()).replace(/\s/g, '').includes(done.window.slice(0, 10)),
    'its digits');
  assert.equal(seen.n, 0);
  assert.deepEqual(page.problems(), []);
  await picture(page, 'computation-1280');
  await page.context().close();
});

test('the page of pi follows the computation that extends it', async () => {
  const page = await open(browser);
  const position = nextSlow();
  const { id } = await site.ask(position, slow.question);
  await isRunning(id);
  const seen = await withWorkersHeld(site, async () => {
    await page.goto(`${site.url}/pi/${position}?from=${position}`);
    assert.equal(await page.locator('pre#digits mark').count(), 0);
    return navigations(page);
  });
  await page.locator('pre#digits mark').waitFor({ timeout: 120_000 });
  assert.equal((await page.locator('pre#digits mark').innerText()).trim(), (await isDone(id)).digit);
  assert.equal(seen.n, 0);
  assert.deepEqual(page.problems(), []);
  await picture(page, 'pi-1280');
  await page.context().close();
});

test('several tabs of one visitor all follow', async () => {
  const first = await open(browser);
  await first.goto(`${site.url}/`);
  const tabs = [first];
  for (let i = 0; i < 7; i++) {
    const tab = await first.context().newPage();
    await tab.goto(`${site.url}/`);
    tabs.push(tab);
  }
  const { id } = await site.ask(128);
  for (const tab of tabs) {
    await tab.bringToFront();
    await becomes(tab, id, 'done');
  }
  await first.context().close();
});

// The last one: afterwards no digit has to be computed any more for a page of pi.
test('ten million digits: progress is seen to rise, then they are done, verified and readable', async () => {
  const page = await open(browser);
  const position = 10_000_000;
  const { id, seen } = await withoutDaemon(site, async () => {
    const own = await submit(page, position);
    await page.evaluate((key) => {
      const look = () => {
        const value = document.getElementById(key)?.querySelector('progress')?.value;
        if (value > (globalThis.seen.at(-1) ?? 0)) globalThis.seen.push(value);
      };
      globalThis.seen = [];
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    }, `c-${own}`);
    return { id: own, seen: navigations(page) };
  });
  await becomes(page, id, 'done', { timeout: 400_000 });
  const values = await page.evaluate(() => globalThis.seen);
  // One a second, on a page that keeps up with them.
  const { wall_s: took } = await isDone(id);
  assert.ok(values.length >= Math.min(5, took / 3), `${values.length} rising values in ${took} s: ${values}`);
  assert.equal((await row(page, id).locator('.digit').innerText()).trim(), '7');
  assert.equal(seen.n, 0, 'no navigation');
  const { verified } = await isDone(id);
  assert.match(verified, /^all 10000015 decimal digits agree with .* are the same by bbp$/);
  const { body } = await site.get(`/pi/${position}.txt`);
  // The README of Chudnovsky-Pi gives the same.
  assert.equal(createHash('md5').update(body).digest('hex'), 'bc3234ae2e3f6ec7737f037b375eabec');
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});
