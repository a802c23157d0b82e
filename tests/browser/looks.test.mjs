// Both widths, light and dark, and with JavaScript off.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, overflow, picture } from '../lib/browser.mjs';
import { Site, slow } from '../lib/site.mjs';

const site = await Site.start({ options: slow.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const ids = [];
for (const [position, question] of [
  [1000, {}], [762, { algorithm: 'spigot' }], [10_000, { algorithm: 'chudnovsky' }],
  [1_000_000, { radix: 16, algorithm: 'bbp' }], [5000, { radix: 16 }],
]) {
  const { id } = await site.ask(position, question);
  await site.waitDone(id);
  ids.push(id);
}

const paths = [
  ['main', '/'], ['computation', `/computations/${ids[2]}`], ['bbp', `/computations/${ids[3]}`],
  ['pi', '/pi/10000'], ['pi-first', '/pi/10000?from=1'], ['pi-hex', '/pi/5000?radix=16'],
  ['pi-unknown', '/pi/99999'], ['not-found', '/nothing'], ['filtered', '/?status=failed'],
];

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${width} pixels, ${colorScheme}: no page is wider than the window`, async () => {
      const page = await open(browser, { viewport: { width, height: width === 390 ? 844 : 800 }, colorScheme });
      const backgrounds = new Set();
      const visitor = site.visitor();
      const running = await visitor.submit(slow.position + 100 + width + colorScheme.length, slow.question);
      const live = [['running', '/'], ['running-computation', `/computations/${running}`],
        ['running-pi', `/pi/${slow.position + 100 + width + colorScheme.length}`]];
      for (const [name, path] of [...live, ...paths]) {
        await page.goto(site.url + path);
        assert.equal(await overflow(page), 0, `${path} overflows`);
        backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor +
          getComputedStyle(document.documentElement).backgroundColor));
        await picture(page, `${name}-${width}-${colorScheme}`);
      }
      await page.goto(`${site.url}/`);
      await page.locator('form#new [name=position]').fill(`${'9'.repeat(60)} ${'x'.repeat(200)}`);
      await page.locator('form#new button.primary').click();
      await page.locator('.error[data-field=position]').waitFor();
      assert.equal(await overflow(page), 0, 'the form with a message overflows');
      await picture(page, `message-${width}-${colorScheme}`);
      await visitor.post(`/computations/${running}/cancel`);
      await site.waitFor(running, ({ status }) => status !== 'running' && status !== 'queued', 'over');
      assert.equal(backgrounds.size, 1, [...backgrounds].join(' '));
      assert.deepEqual(page.problems().filter((text) => !/40[04]|422/.test(text)), []);
      await page.context().close();
    });
  }
}

test('dark is dark and light is light, with readable text', async () => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const seen = {};
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(browser, { colorScheme });
    await page.goto(`${site.url}/`);
    const [text, background] = await page.evaluate(() => {
      const solid = (element) => {
        for (let e = element; e; e = e.parentElement) {
          const colour = getComputedStyle(e).backgroundColor;
          if (colour !== 'rgba(0, 0, 0, 0)') return colour;
        }
        return 'rgb(255, 255, 255)';
      };
      return [getComputedStyle(document.body).color, solid(document.body)];
    });
    const [a, b] = [luminance(text), luminance(background)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    assert.ok(contrast >= 7, `${colorScheme}: contrast ${contrast.toFixed(1)} of ${text} on ${background}`);
    seen[colorScheme] = b;
    await page.context().close();
  }
  assert.ok(seen.light > 0.7 && seen.dark < 0.2, JSON.stringify(seen));
});

test('fields are large enough for fingers', async () => {
  const page = await open(browser, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.goto(`${site.url}/`);
  for (const selector of ['form#new [name=position]', 'form#new button.primary']) {
    const box = await page.locator(selector).boundingBox();
    assert.ok(box.height >= 36, `${selector}: ${box.height} pixels high`);
    assert.ok(box.x >= 0 && box.x + box.width <= 390);
  }
  await page.context().close();
});

test('with JavaScript off the form works and the page refreshes itself while something runs', async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(`${site.url}/`);
  const refresh = () => page.locator('noscript meta[http-equiv=refresh], meta[http-equiv=refresh]').count();
  assert.equal(await refresh(), 0, 'nothing runs: no refresh');

  await page.locator('form#new [name=position]').fill(String(slow.position));
  const algorithm = page.locator('form#new [name=algorithm]');
  if ((await algorithm.first().getAttribute('type')) === 'radio') await page.locator('form#new [name=algorithm][value=spigot]').check();
  else await algorithm.selectOption('spigot');
  await page.locator('form#new button.primary').click();
  await page.waitForURL(/highlight=\d+/);
  const id = Number(/highlight=(\d+)/.exec(page.url())[1]);
  assert.notEqual(await page.locator(`tr#c-${id}`).getAttribute('data-status'), 'done');
  await picture(page, 'no-script-running');

  // Every page that refreshes itself shows no field that could be typed into.
  let refreshed = 0;
  page.on('framenavigated', () => { refreshed++; });
  await page.waitForSelector(`tr#c-${id}[data-status=done]`, { timeout: 90_000 });
  assert.ok(refreshed >= 1, 'it refreshed itself');
  await page.goto(`${site.url}/`);
  assert.equal(await refresh(), 0, 'nothing runs any more');
  await page.locator(`tr#c-${id} .pi a`).click();
  await page.locator('pre#digits').waitFor();
  await page.locator('#live-state a[href*="from="]').click();
  await page.locator('pre#digits mark').waitFor();
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('with JavaScript off a half-typed form is never eaten', async () => {
  const visitor = site.visitor();
  const running = await visitor.submit(slow.position + 1, slow.question);
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(`${site.url}/`);
  // Where the page refreshes itself its form is out of sight, one click away.
  const field = page.locator('form#new [name=position]');
  if (!(await field.isVisible())) {
    await page.locator('.instead a').first().click();
  }
  await field.waitFor({ state: 'visible' });
  await field.fill('1234');
  const refreshes = await page.locator('meta[http-equiv=refresh]').count();
  assert.equal(refreshes, 0, 'this page stays as it is');
  await page.context().close();
  await visitor.post(`/computations/${running}/cancel`);
  await site.waitFor(running, ({ status }) => status === 'cancelled', 'cancelled');
});

test('deleting asks first, without JavaScript too', async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(`${site.url}/`);
  await page.locator('form#new [name=position]').fill('4711');
  await page.locator('form#new button.primary').click();
  await page.waitForURL(/highlight=\d+/);
  const id = Number(/highlight=(\d+)/.exec(page.url())[1]);
  await site.waitDone(id);
  await page.goto(`${site.url}/computations/${id}`);
  await page.locator(`a[href="/computations/${id}/delete"], form[action="/computations/${id}/delete"] button`).first().click();
  await page.waitForURL(/delete/);
  assert.equal((await site.api('GET', `/api/v1/computations/${id}`)).status, 200, 'not yet');
  await page.locator(`form[action="/computations/${id}/delete"] button`).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/delete'));
  assert.equal((await site.api('GET', `/api/v1/computations/${id}`)).status, 404);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});
