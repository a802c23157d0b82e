// Positions as people type them, in a browser: the estimate understands them and knows
// the site's limits, a page of digits is turned by them, and what is wrong has the focus.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, overflow, picture } from '../lib/browser.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());
const browser = await launch();
after(() => browser.close());
await site.waitDone((await site.ask(20_000)).id);

/** Waits until the field with this id has the focus: a page gives it away once it is drawn. */
const hasFocus = (page, id) => until(() => page.evaluate((wanted) => document.activeElement.id === wanted, id),
  `the focus in ${id}`);

async function load(page) {
  await until(async () => {
    await page.goto(`${site.url}/`);
    return (await page.locator('.costs').count()) > 0;
  }, 'the costs that the daemon tells');
}

// What is said while POSITION is typed, and to the button. (The choices are made without an
// event, or what is wrong with them alone might be read here.)
async function estimates(page, position, radix, algorithm) {
  await page.goto(`${site.url}/`);
  await page.evaluate((values) => {
    for (const [id, value] of Object.entries(values)) document.getElementById(id).value = value;
  }, { radix, algorithm });
  await page.locator('#position').fill(position);
  await until(async () => await page.locator('#estimate').innerText() !== '', `an estimate for ${position}`);
  const typed = await page.locator('#estimate').innerText();
  await page.locator('button[name=preview]').click();
  await page.waitForSelector('#position[autofocus]');
  await page.waitForLoadState();
  const refused = page.locator('#position-error');
  return [typed, await refused.count() ? await refused.innerText() : await page.locator('#estimate').innerText()];
}

const questions = {
  en: [['50,000,000', '10', 'auto'], ['5e7', '16', 'auto'], ['1,000', '10', 'auto'], ['1e6', '10', 'spigot']],
  ru: [['50\u00a0000\u00a0000', '10', 'auto'], ['2e8', '16', 'chudnovsky']],
};
for (const [locale, list] of Object.entries(questions)) {
  test(`the estimate understands what is typed, and knows the limits (${locale})`, async () => {
    const page = await open(browser, { locale, viewport: { width: 1280, height: 800 } });
    await load(page);
    for (const [position, radix, algorithm] of list) {
      const [typed, told] = await estimates(page, position, radix, algorithm);
      assert.equal(typed, told, `${position} ${radix} ${algorithm}`);
    }
    await page.context().close();
  });
}

// Of each: what is said while it is typed, and beside the fields when it is sent.
const refused = {
  en: [['1000', '10', 'bbp'], ['1000', '16', 'spigot'], ['0', '10', 'auto'], ['3,14', '10', 'auto'],
    ['1.000.000', '10', 'auto'], ['-5', '10', 'chudnovsky'], ['1e-5', '10', 'auto'], ['x', '16', 'spigot']],
  ru: [['0e3', '10', 'bbp'], ['.5', '10', 'auto']],
};
for (const [locale, list] of Object.entries(refused)) {
  test(`what the server would refuse is said while it is typed (${locale})`, async () => {
    const page = await open(browser, { locale, viewport: { width: 1280, height: 800 } });
    await load(page);
    for (const [position, radix, algorithm] of list) {
      const [typed] = await estimates(page, position, radix, algorithm);
      const told = await page.locator('#new .error').allInnerTexts();
      assert.equal(typed, told.join(' '), `${position} ${radix} ${algorithm}`);
    }
    // A choice that cannot be is told without a position; that none is typed is not.
    await page.goto(`${site.url}/`);
    await page.locator('#algorithm').selectOption('bbp');
    await until(async () => /bbp .*16/.test(await page.locator('#estimate').innerText()), 'the reason');
    await page.locator('#radix').selectOption('16');
    await until(async () => await page.locator('#estimate').innerText() === '', 'nothing to say');
    await page.context().close();
  });
}

test('what the site does not compute is not promised', async () => {
  const page = await open(browser, { viewport: { width: 1280, height: 800 } });
  await load(page);
  const [far] = await estimates(page, '100,000,001', '10', 'auto');
  assert.equal(far, 'The largest position for auto in radix 10 is 100,000,000. ' +
    'The largest position for bbp in radix 16 is 10,000,000,000.');
  await picture(page, 'beyond-1280');
  const [last] = await estimates(page, '1e11', '16', 'bbp');
  assert.equal(last, 'The largest position for bbp in radix 16 is 10,000,000,000.');
  assert.equal(await page.locator('#estimate').innerText(), '', 'it is said once');
  const [tiny] = await estimates(page, '12', '10', 'spigot');
  assert.equal(tiny, 'Less than a tenth of a second, once it starts.');
  await page.context().close();
});

test('a page of digits is turned by what is typed; what is no place on it has the focus', async () => {
  for (const width of [1280, 390]) {
    const page = await open(browser, { viewport: { width, height: 800 } });
    await page.goto(`${site.url}/pi/20000`);
    await page.locator('#from').fill('5,001');
    await page.keyboard.press('Enter');
    await page.waitForURL(/from=5001#p-5001$/);
    await until(async () => await page.locator('#digits').getAttribute('data-from') === '5001', 'the screen');
    for (const [from, message] of [['3,14', /without a fraction/], ['20,001', /beyond the last one, 20,000/]]) {
      await page.locator('#from').fill(from);
      await page.keyboard.press('Enter');
      await page.waitForSelector('#from-error');
      await until(async () => message.test(await page.locator('#from-error').innerText()), 'the message');
      assert.equal(await page.locator('#from').inputValue(), from);
      await hasFocus(page, 'from');
      assert.ok(await overflow(page) <= 0);
    }
    await picture(page, `jump-${width}`);
    await page.goto(`${site.url}/`);
    await page.locator('#where').fill('1,00');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#where-error');
    assert.equal(await page.locator('#where').inputValue(), '1,00');
    await hasFocus(page, 'where');
    assert.ok(await overflow(page) <= 0);
    await picture(page, `find-${width}`);
    await page.locator('#where').fill('20,000');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/\?position=20000$/);
    assert.equal(await page.locator('tbody tr').count(), 1);
    await page.context().close();
  }
});
