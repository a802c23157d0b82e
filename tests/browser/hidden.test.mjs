// A tab that is not seen asks once a minute, whatever its rows are: its title says how
// many computations run.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { holdWorkers, patient } from '../lib/pause.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: { ...slow.options, ...patient } });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());
const visitor = site.visitor();

const MINUTE = 60_000;

/** The page at PATH, once it has had its first answer, and hidden; `asked` has what it
 * asked since. Its clock is the test's. */
async function hidden(path) {
  const page = await open(browser);
  await page.clock.install();
  await page.goto(site.url + path);
  await page.locator('#connection[data-state=live]').waitFor();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  const asked = [];
  page.on('request', (request) => {
    if (request.url().includes('/updates')) asked.push(request);
  });
  return { page, asked };
}

/** Lets a minute go by for PAGE, which has asked N times then; the status of the answer. */
async function minute(page, asked, n) {
  await page.clock.fastForward(MINUTE / 2);
  assert.equal(asked.length, n - 1, 'no sooner');
  // A page that has yet to take its last answer begins to wait later.
  await until(async () => {
    await page.clock.fastForward(MINUTE / 6);
    return asked.length === n;
  }, `question ${n}`);
  return (await asked[n - 1].response()).status();
}

test('a list where nothing runs hears of what others ask', async () => {
  const { page, asked } = await hidden('/');
  assert.equal(await minute(page, asked, 1), 304);
  const request = asked[0].headers();
  assert.ok(request['if-none-match'], 'it names what it has');
  assert.equal(request.prefer, undefined, 'and does not wait');
  const id = await visitor.submit(201);
  await site.waitDone(id);
  assert.equal(await minute(page, asked, 2), 200);
  await page.locator(`#c-${id}[data-status=done]`).waitFor();
  assert.equal(await minute(page, asked, 3), 304);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

for (const filter of ['status=done', 'radix=10&status=queued', 'status=failed']) {
  test(`the title of /?${filter} counts what runs elsewhere`, async () => {
    const id = await visitor.submit(slow.position, slow.question);
    await site.waitFor(id, ({ status }) => status === 'running', 'running');
    const release = await holdWorkers(site);
    try {
      const { page, asked } = await hidden(`/?${filter}`);
      assert.match(await page.title(), /^\(1\) /);
      await visitor.post(`/computations/${id}/cancel`);
      await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
      assert.equal(await minute(page, asked, 1), 200);
      await until(async () => !(await page.title()).startsWith('('), 'the title without a number');
      assert.deepEqual(page.problems(), []);
      await page.context().close();
    } finally {
      release();
    }
    await visitor.post(`/computations/${id}/delete`);
  });
}

test('a tab that is seen again asks at once, and waits for news', async () => {
  const { page, asked } = await hidden('/');
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await until(() => asked.length >= 2, 'two questions');
  assert.equal(asked[1].headers().prefer, 'wait=25');
  await page.context().close();
});
