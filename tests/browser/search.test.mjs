// The search page: as one types, without JavaScript, by keyboard, and its looks.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, overflow, picture } from '../lib/browser.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());
const browser = await launch();
after(() => browser.close());
await site.waitDone((await site.ask(20_000)).id);
await site.waitDone((await site.ask(5_000, { radix: 16, algorithm: 'chudnovsky' })).id);

test('the answer comes while one types, and the address has it', async () => {
  const page = await open(browser);
  const asked = [];
  let answerFirst;
  const first = new Promise((resolve) => { answerFirst = resolve; });
  await page.route(/\/search\?/, async (route) => {
    asked.push(new URL(route.request().url()).search);
    if (asked.length === 1) await first;
    return route.continue();
  });
  await page.goto(`${site.url}/search`);
  await page.locator('#q').press('9');
  await until(() => asked.length === 1, 'the first question');
  await page.locator('#q').pressSequentially('99999');
  answerFirst();
  await page.locator('#headline', { hasText: '999999 First at position 762.' }).waitFor();
  assert.equal(await page.locator('#announce').textContent(), '999999 First at position 762.');
  await page.waitForURL(/\/search\?q=999999$/);
  assert.deepEqual(asked, ['?q=9', '?q=999999'], 'one request in flight; what was typed meanwhile is the next');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q', 'the field keeps the focus');

  await page.locator('#q').pressSequentially('x');
  await page.locator('#q-error').waitFor();
  assert.equal(await page.locator('#q').getAttribute('aria-invalid'), 'true');
  await page.locator('#q').press('Backspace');
  await page.locator('#headline', { hasText: '762' }).waitFor();
  assert.equal(await page.locator('#q-error').count(), 0);
  assert.equal(await page.locator('#q').getAttribute('aria-invalid'), null);

  await page.locator('#q').fill('243f');
  await page.locator('#radix').selectOption('16');
  await page.locator('#headline', { hasText: '243f First at position 1.' }).waitFor();
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('a choice that the browser kept and nobody has answered is answered', async () => {
  const page = await open(browser);
  let left = false;
  let asked = false;
  await page.route(/radix=16/, (route) => {
    asked = true;
    return left ? route.continue() : undefined; // never
  });
  await page.goto(`${site.url}/search?q=243`);
  await page.locator('#radix').selectOption('16');
  await until(() => asked, 'the question');
  await page.goto(`${site.url}/api`);
  left = true;
  await page.goBack();
  await page.locator('#headline', { hasText: '243 First at position 1.' }).waitFor();
  assert.equal(await page.locator('#radix').inputValue(), '16');
  await page.waitForURL(/q=243&radix=16$/);
  await page.context().close();
});

test('what cannot be searched for is said as the site says it, without asking', async () => {
  for (const locale of ['en-US', 'ru-RU']) {
    const page = await open(browser, { locale });
    const plain = await open(browser, { locale });
    let asked = 0;
    page.on('request', (request) => { asked += request.url().includes('/search?') ? 1 : 0; });
    const look = (of) => of.evaluate(() => ({
      title: document.title,
      result: document.getElementById('result').textContent.trim(),
      complaint: document.getElementById('complaint').innerHTML,
      invalid: document.getElementById('q').getAttribute('aria-invalid'),
      by: document.getElementById('q').getAttribute('aria-describedby'),
    }));
    await page.goto(`${site.url}/search?q=999999`);
    asked = 0;
    for (const [typed, radix] of [['12x', '10'], ['12ab', '10'], ['12xy', '16'], ['...', '10'], ['é', '16'], ['12 привет', '10'], [`'"_`, '16'],
      [`${'1 '.repeat(120)}1`, '10'], ['a#', '10'], ['#a', '10']]) {
      // In this order each of these, with the radix before it too, cannot be searched for.
      await page.locator('#q').fill(typed);
      await page.locator('#radix').selectOption(radix);
      const answer = await plain.goto(`${site.url}/search?${new URLSearchParams({ q: typed, radix })}`);
      assert.equal(answer.status(), 400, typed);
      const wanted = await look(plain);
      assert.ok(wanted.complaint.includes('error'), typed);
      await until(async () => (await page.locator('#complaint').innerHTML()) === wanted.complaint, `${typed}: ${wanted.complaint}`);
      assert.deepEqual(await look(page), wanted, typed);
      assert.equal(await page.locator('#announce').textContent(), await plain.locator('#q-error').textContent());
    }
    assert.equal(asked, 0);
    assert.deepEqual(page.problems(), []);
    await page.context().close();
    await plain.context().close();
  }
});

test('while the site has no time the old result is grey, and it is asked again when it says', async () => {
  const page = await open(browser);
  page.tolerate(true);
  const asked = [];
  let busy = 1;
  let seen = Promise.resolve(); // until then nobody is answered who asks again
  await page.route(/\/search\?/, async (route) => {
    asked.push(performance.now());
    if (asked.length > busy) await seen;
    if (asked.length > busy) return route.continue();
    return route.fulfill({ status: busy === 1 ? 429 : 503, headers: { 'retry-after': busy === 1 ? '1' : '0' }, body: 'later' });
  });
  await page.goto(`${site.url}/search`);
  asked.length = 0;
  busy = 0;
  await page.locator('#q').fill('14159');
  await page.locator('#headline', { hasText: '14159' }).waitFor();
  await page.locator('#result:not([aria-busy])').waitFor();
  asked.length = 0;
  busy = 1;
  let look;
  seen = new Promise((resolve) => { look = resolve; });
  await page.locator('#q').fill('26535');
  await page.locator('#result[aria-busy=true]').waitFor();
  assert.match(await page.locator('#headline').textContent(), /^14159/);
  look();
  await page.locator('#headline', { hasText: '26535 First at position 6.' }).waitFor();
  await page.locator('#result:not([aria-busy])').waitFor();
  assert.equal(asked.length, 2);
  assert.ok(asked[1] - asked[0] > 950, `after ${asked[1] - asked[0]} ms`);

  // And when it never has, the page says so, until something else is typed.
  asked.length = 0;
  busy = 4;
  await page.locator('#q').fill('5');
  await page.locator('#complaint', { hasText: 'no time for this search' }).waitFor();
  assert.equal(asked.length, 4);
  assert.equal(await page.locator('#headline').count(), 0, 'no result of another question');
  assert.match(await page.locator('#announce').textContent(), /no time for this search/);
  assert.equal(await page.locator('#q').getAttribute('aria-invalid'), null);
  await page.locator('#q').press('9');
  await page.locator('#headline', { hasText: '59 First at position 4.' }).waitFor();
  assert.equal(await page.locator('#complaint').textContent(), '');
  await page.context().close();
});

test('the order of day and month is the visitor\'s', async () => {
  for (const [locale, order] of [['en-US', 'mdy'], ['de-DE', 'dmy'], ['sv-SE', 'ymd'], ['hu-HU', 'ymd'], ['zh-CN', 'ymd'], ['ja-JP', 'ymd'],
    ['ko-KR', 'ymd'], ['lt-LT', 'ymd'], ['en-GB', 'dmy'], ['sv-FI', 'dmy'], ['ru-RU', 'dmy'], ['fil-PH', 'mdy']]) {
    const page = await open(browser, { locale, javaScriptEnabled: locale !== 'en-GB' });
    await page.goto(`${site.url}/search`);
    assert.equal(await page.locator('#order').inputValue(), order, locale);
    // The browser's own word for it, if it knows the language.
    if (locale !== 'en-GB') {
      const own = await page.evaluate((tag) => (Intl.DateTimeFormat.supportedLocalesOf(tag).length === 0 ? '' :
        new Intl.DateTimeFormat(tag).formatToParts(0).map(({ type }) => ({ day: 'd', month: 'm', year: 'y' })[type] ?? '').join('')), locale);
      if (own) assert.equal(own, order, `${locale}: the test`);
    }
    // Typed in this order, from field to field.
    await page.locator(`#${{ d: 'day', m: 'month', y: 'year' }[order[0]]}`).focus();
    for (const part of order) {
      await page.keyboard.type({ d: '14', m: '3', y: '2015' }[part]);
      await page.keyboard.press('Tab');
    }
    assert.equal(await page.evaluate(() => document.activeElement.id), 'order');
    await page.locator('#date button').click();
    await page.locator('.dates tbody tr').first().waitFor();
    assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), { day: '14', month: '3', year: '2015', order });
    await page.goto(`${site.url}/search?day=1&month=2&year=2003&order=ymd`);
    assert.equal(await page.locator('#order').inputValue(), 'ymd', 'what was chosen stays');
    await page.context().close();
  }
});

test('without JavaScript and without a mouse', async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(`${site.url}/search`);
  await page.locator('#q').focus();
  await page.keyboard.type('14159');
  await page.keyboard.press('Enter');
  await page.locator('#headline', { hasText: '14159 First at position 1.' }).waitFor();
  await page.locator('.around a').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/pi\/20000\?from=1&mark=1-5#found$/);
  await page.goto(`${site.url}/search`);
  for (const [id, value] of [['day', '14'], ['month', '3'], ['year', '1879']]) {
    await page.locator(`#${id}`).fill(value);
  }
  await page.locator('#date button').click();
  await page.waitForURL(/year=1879/);
  assert.equal(await page.locator('.dates tbody tr').count(), 6);
  assert.equal(await page.locator('#year').inputValue(), '1879');
  await page.context().close();
});

test('what was found is shown marked, and stays so on the way through the digits', async () => {
  const page = await open(browser, { viewport: { width: 390, height: 800 } });
  await page.goto(`${site.url}/search?q=999999`);
  await page.locator('.ways a', { hasText: 'Show it among the digits' }).click();
  const mark = page.locator('#digits mark');
  await mark.waitFor();
  await page.waitForLoadState(); // keys are heard
  assert.equal(await mark.textContent(), '999999');
  await until(() => page.evaluate(() => {
    const { top, bottom } = document.getElementById('found').getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  }), 'it in the window');
  assert.match(await page.title(), /^Digits 762 to 767 of π/);
  await page.keyboard.press('ArrowRight');
  await page.locator('.range', { hasText: 'Digits 1,001 to 2,000' }).first().waitFor();
  assert.equal(await mark.count(), 0);
  assert.match(await page.title(), /^Digits 762 to 767 of π/);
  await page.locator('a', { hasText: 'Show the marked digits' }).click();
  await mark.waitFor();
  // A link to other digits is about those alone.
  await page.evaluate(() => getSelection().selectAllChildren(document.getElementById('p-11')));
  await page.locator('.chosen .here').click();
  await page.waitForURL(/from=11#p-11$/);
  await page.locator('h1', { hasText: 'π to 20,000 digits' }).waitFor();
  assert.equal(await mark.count(), 0);
  await page.locator('.back').waitFor();
  await page.goBack();
  await page.locator('h1', { hasText: 'Digits 762 to 767 of π' }).waitFor();
  await page.locator('.headline a', { hasText: 'Search for these digits' }).click();
  await page.locator('#headline', { hasText: 'at position 762.' }).waitFor();
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('how pi begins is said aloud while one types', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/search`);
  await page.locator('#q').fill('3.1415');
  await page.locator('#beginning').waitFor();
  assert.equal(await page.locator('#announce').textContent(),
    'π begins so: behind the 3 stand its first 4 digits after the point. 1415 First at position 1.');
  await page.context().close();
});

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${width} pixels, ${colorScheme}: nothing is wider than the window`, async () => {
      const page = await open(browser, { viewport: { width, height: 900 }, colorScheme });
      for (const [name, path] of [['found', '?q=9999&after=762'], ['none', `?q=${'7'.repeat(120)}`],
        ['bad', '?q=what'], ['date', '?day=14&month=3&year=1879']]) {
        await page.goto(`${site.url}/search${path}`);
        assert.equal(await overflow(page), 0, `${path} overflows`);
        await picture(page, `search-${name}-${width}-${colorScheme}`);
      }
      await page.context().close();
    });
  }
}
