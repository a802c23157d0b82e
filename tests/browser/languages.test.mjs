// Both languages, at both widths: the button, the keyboard, pages that fit.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, overflow, picture } from '../lib/browser.mjs';
import { withoutDaemon } from '../lib/pause.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const { id } = await site.ask(1000, {});
await site.waitDone(id);
const paths = [['main', '/'], ['computation', `/computations/${id}`], ['pi', '/pi/1000'],
  ['unknown', '/pi/99999'], ['not-found', '/nothing']];

for (const [width, colorScheme] of [[1280, 'light'], [390, 'dark'], [320, 'light']]) {
  test(`in Russian no page is wider than ${width} pixels`, async () => {
    const page = await open(browser, { viewport: { width, height: 800 }, colorScheme, locale: 'ru-RU' });
    for (const [name, path] of paths) {
      await page.goto(site.url + path);
      assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
      assert.equal(await overflow(page), 0, `${path} overflows`);
      await picture(page, `russian-${name}-${width}-${colorScheme}`);
    }
    assert.deepEqual(page.problems().filter((text) => !/404/.test(text)), []);
    await page.context().close();
  });
}

test('the button, by keyboard, keeps the page and its address', async () => {
  const page = await open(browser, { locale: 'en-US', viewport: { width: 1280, height: 800 } });
  await page.goto(`${site.url}/pi/1000?from=1`);
  const buttons = page.locator('.language button:visible');
  assert.deepEqual(await buttons.allTextContents(), ['Русский']);
  assert.equal(await buttons.first().getAttribute('lang'), 'ru');
  await buttons.first().focus();
  await Promise.all([page.waitForURL(/from=1/), page.waitForEvent('load'), page.keyboard.press('Enter')]);
  assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
  assert.equal(page.url(), `${site.url}/pi/1000?from=1`);
  // What polls bring is in the language of the page.
  await page.goto(`${site.url}/`);
  await page.locator('#connection[data-state="live"], #connection:not([hidden])').waitFor();
  await withoutDaemon(site, async () => {
    await site.ask(2345, {});
    await page.locator('tbody tr[data-status=queued] .status', { hasText: 'в очереди' }).waitFor();
  });
  await page.locator('tbody tr .status', { hasText: 'готово' }).nth(1).waitFor();
  await page.locator('#announce', { hasText: 'Цифра π на позиции' }).waitFor({ state: 'attached' });
  await page.context().close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a form that was refused keeps what was typed ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const page = await open(browser, { locale: 'en-US', javaScriptEnabled });
    await page.goto(`${site.url}/?new=1`);
    await page.locator('#position').fill('3,14');
    await page.locator('#radix').selectOption('16');
    await page.locator('#algorithm').selectOption('bbp');
    await page.locator('#new button.primary').click();
    await page.locator('.error[data-field=position]', { hasText: 'without a fraction' }).waitFor();
    for (const [lang, message] of [['ru', 'без дробной части'], ['en', 'without a fraction']]) {
      await page.locator('.language button:visible').click();
      await page.locator(`html[lang=${lang}]`).waitFor();
      await page.locator('.error[data-field=position]', { hasText: message }).waitFor();
      assert.equal(await page.locator('#position').inputValue(), '3,14');
      assert.equal(await page.locator('#radix').inputValue(), '16');
      assert.equal(await page.locator('#algorithm').inputValue(), 'bbp');
    }
    assert.deepEqual(page.problems().filter((text) => !/status of 4(00|22)/.test(text)), []);
    await page.context().close();
  });
}

test('what was typed hides no button', async () => {
  const page = await open(browser, { locale: 'en-US', javaScriptEnabled: false });
  for (const typed of ['7/en', '7/ru', '/language/ru']) {
    await page.goto(`${site.url}/?new=1`);
    await page.locator('#position').fill(typed);
    await page.locator('#new button.primary').click();
    await page.locator('.error[data-field=position]').waitFor();
    assert.deepEqual(await page.locator('.language button:visible').allTextContents(), ['Русский'], typed);
  }
  await page.context().close();
});

test('without JavaScript the button works, too', async () => {
  const page = await open(browser, { locale: 'ru-RU', javaScriptEnabled: false });
  await page.goto(`${site.url}/computations/${id}`);
  await page.locator('.language button:visible').click();
  await page.locator('html[lang=en]').waitFor();
  assert.equal(page.url(), `${site.url}/computations/${id}`);
  await page.context().close();
});
