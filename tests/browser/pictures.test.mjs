// Pictures in a browser: they load, follow the theme, can be opened alone, and can be
// read without seeing them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, overflow, picture } from '../lib/browser.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());
const browser = await launch();
after(() => browser.close());
for (const [position, question] of [[10_000, { algorithm: 'chudnovsky' }], [1000, { algorithm: 'spigot' }],
  [1000, { radix: 16, algorithm: 'chudnovsky' }]]) {
  const { id } = await site.ask(position, question);
  await site.waitDone(id);
}

// The colour of the top left corner of a picture on the page.
const corner = (page, name) => page.evaluate(async (id) => {
  const image = document.querySelector(`#${id} img`);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [4, 4];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(1, 1, 1, 1).data.slice(0, 3).join(' ');
}, name);

for (const [width, colorScheme, query] of [[1280, 'light', ''], [1280, 'dark', '?radix=16&n=1000'],
  [390, 'light', '?n=100'], [320, 'dark', '?n=1000']]) {
  test(`${width} pixels, ${colorScheme}`, async () => {
    const page = await open(browser, { viewport: { width, height: 900 }, colorScheme });
    await page.goto(`${site.url}/pictures${query}`);
    const images = await page.locator('.picture img').evaluateAll((all) => Promise.all(all.map(async (image) => {
      await image.decode();
      const { width: shown, height } = image.getBoundingClientRect();
      return { width: image.naturalWidth, ratio: Math.abs(height / shown - image.naturalHeight / image.naturalWidth) };
    })));
    assert.equal(images.length, 5);
    assert.ok(images.every(({ width: natural, ratio }) => natural === 720 && ratio < 0.02), JSON.stringify(images));
    assert.equal(await overflow(page), 0);
    assert.equal(await corner(page, 'frequencies'), colorScheme === 'dark' ? '28 32 34' : '255 254 251');
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#frequencies table').waitFor({ state: 'visible' });
    assert.equal(await overflow(page), 0, 'with a table open');
    await picture(page, `pictures-${width}-${colorScheme}`);
    assert.deepEqual(page.problems(), []);
    await page.context().close();
  });
}

test('each picture is whole, named, and drawn in colour when it is opened alone', async () => {
  const page = await open(browser, { colorScheme: 'light' });
  for (const name of ['frequencies', 'walk', 'matrix', 'transitions', 'speed']) {
    await page.goto(`${site.url}/pictures/${name}.svg?n=1000`);
    const found = await page.evaluate(() => ({
      root: document.documentElement.nodeName,
      errors: document.querySelectorAll('parsererror').length,
      paper: getComputedStyle(document.querySelector('.paper')).fill,
      title: document.querySelector('title').textContent,
      words: document.querySelector('desc').textContent.length,
      // Nothing is drawn outside of the picture.
      outside: [...document.querySelectorAll('text')].filter((element) => {
        const { left, top, right, bottom } = element.getBoundingClientRect();
        return left < -1 || top < -1 || right > 721 || bottom > 721;
      }).map((element) => element.textContent),
    }));
    assert.equal(found.root, 'svg', name);
    assert.equal(found.errors, 0, name);
    assert.equal(found.paper, 'rgb(255, 254, 251)', name);
    assert.ok(found.title.length > 5 && found.words > 50, name);
    assert.deepEqual(found.outside, [], name);
  }
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('others are chosen by the form, with the keyboard alone', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/pictures`);
  await page.getByLabel('Radix').focus();
  await page.keyboard.type('16');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/radix=16/);
  await page.getByText('are not known here yet').waitFor();
  await page.getByLabel('First digits').selectOption('1000');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/n=1000$/);
  assert.equal(await page.locator('.picture img').count(), 5);
  assert.equal(await page.locator('img[alt]').count(), 5);
  const described = await page.locator('.picture img').evaluateAll((all) =>
    all.map((image) => document.getElementById(image.getAttribute('aria-describedby')).textContent.length));
  assert.ok(described.every((length) => length > 50), described.join(' '));
  await page.context().close();
});
