// All widths, both languages, light and dark, and with JavaScript off.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { become, launch, navigations, open, overflow, picture } from '../lib/browser.mjs';
import { endless, withoutDaemon } from '../lib/pause.mjs';
import { Site, source, until } from '../lib/site.mjs';

const longest = 10_000_000_000_000;
const site = await Site.start({ options: { ...endless.options, 'limit-bbp': longest } });
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
      const position = endless.position + width + colorScheme.length;
      const running = await visitor.submit(position, endless.question);
      const live = [['running', '/'], ['running-computation', `/computations/${running}`],
        ['running-pi', `/pi/${position}`]];
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

test('from 320 to 2560 pixels, in both languages, no page is wider than the window', async () => {
  const { id, owner_token: token } = await site.ask(longest, { radix: 16, algorithm: 'bbp' });
  await site.api('POST', `/api/v1/computations/${id}/cancel`, undefined, { token });
  await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
  const more = ['/?new=1', `/computations/${id}`, `/computations/${ids[2]}/compare`, `/computations/${id}/delete`,
    '/pi/10000?columns=5', '/pi/10000?columns=20', '/pi/1000000?radix=16', '/search', '/search?q=99999',
    '/search?q=12x', '/search?day=14&month=3&year=1879', '/pictures', '/pictures?radix=16&n=1000', '/api'];
  const visitor = site.visitor();
  assert.equal(await visitor.submit(1000), ids[0]);
  more.push(`/computations/${ids[0]}/delete`); // his own; the one before is not
  for (const locale of ['en-GB', 'ru-RU']) {
    const page = await open(browser, { locale });
    await become(page, visitor);
    for (const address of [...paths.map(([, own]) => own), ...more]) {
      await page.goto(site.url + address);
      for (const width of process.env.NTHPI_LONG ? [320, 390, 720, 768, 1040, 1280, 1920, 2560]
        : [320, 390, 1040, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        assert.equal(await overflow(page), 0, `${address} overflows at ${width}, ${locale}`);
        // What is cut off would be seen by nobody; the longest position has to fit.
        const cut = await page.evaluate(() => [...document.querySelectorAll('tbody .position, .bulk, .filters')]
          .filter((own) => own.scrollWidth > own.clientWidth).map((own) => own.textContent));
        assert.deepEqual(cut, [], `cut off on ${address} at ${width}, ${locale}`);
      }
    }
    assert.deepEqual(page.problems().filter((text) => !/40[034]/.test(text)), []);
    await page.context().close();
  }
});

test('fields beside each other stand in one line, and so do their labels', async () => {
  const page = await open(browser, { viewport: { width: 1280, height: 900 } });
  for (const [address, fields] of [['/', ['position', 'radix', 'algorithm']], ['/search', ['q', 'radix']], ['/search', ['day', 'month', 'year', 'order']]]) {
    await page.goto(site.url + address);
    const found = await page.evaluate((ids) => ids.map((id) => [document.querySelector(`label[for=${id}]`), document.getElementById(id)]
      .flatMap((own) => [own.getBoundingClientRect().top, own.getBoundingClientRect().bottom]).join(' ')), fields);
    assert.equal(new Set(found).size, 1, `${address}: ${found.join(' | ')}`);
  }
  await page.context().close();
});

test('on a phone little stands above the list: in English the first screen has a row of it', async () => {
  // Russian words are longer.
  for (const [locale, most] of [['en-GB', 780], ['ru-RU', 880]]) {
    const page = await open(browser, { viewport: { width: 390, height: 844 }, locale });
    await page.goto(`${site.url}/`);
    const { y } = await page.locator('tbody tr').first().boundingBox();
    assert.ok(y < most, `${locale}: ${y}`);
    await page.context().close();
  }
});

test('the navigation marks where one is', async () => {
  const page = await open(browser);
  for (const [address, current, value] of [
    ['/', '/', 'page'], ['/?status=done', '/', 'page'], [`/computations/${ids[2]}`, '/', 'true'],
    [`/computations/${ids[2]}/compare`, '/', 'true'], ['/pi/10000', '/', 'true'], ['/pi/99999', '/', 'true'],
    ['/search', '/search', 'page'], ['/search?q=1', '/search', 'page'], ['/pictures', '/pictures', 'page'],
    ['/api', '/api', 'page'], ['/nothing'],
  ]) {
    await page.goto(site.url + address);
    const found = await page.locator('nav.site a').evaluateAll((links) => links.map((link) => {
      const { borderBottomColor, fontWeight } = getComputedStyle(link);
      return { href: link.getAttribute('href'), value: link.getAttribute('aria-current'), seen: `${borderBottomColor} ${fontWeight}` };
    }));
    const marked = found.filter((link) => link.value !== null);
    assert.deepEqual(marked.map((link) => [link.href, link.value]), current ? [[current, value]] : [], address);
    const others = found.filter((link) => link.value === null);
    for (const { seen } of marked) assert.ok(others.every((other) => other.seen !== seen), `${address}: ${seen}`);
    assert.equal(new Set(others.map((other) => other.seen)).size, 1);
  }
  await page.context().close();
});

test('there is an icon for everybody, and a few words for those who share a link', async () => {
  const icon = await site.get('/favicon.ico');
  assert.equal(icon.headers['content-type'], 'image/x-icon');
  assert.equal(icon.body.readUInt32LE(0), 0x10000);
  const large = await site.get('/apple-touch-icon.png');
  assert.equal(large.headers['content-type'], 'image/png');
  assert.deepEqual([large.body.readUInt32BE(16), large.body.readUInt32BE(20)], [180, 180]);
  for (const [locale, title, words] of [['en-GB', 'Search the digits of π', /^Any digit of π/],
    ['ru-RU', 'Поиск в цифрах числа π', /^Любая цифра числа π/]]) {
    const page = await open(browser, { locale });
    await page.goto(`${site.url}/search`);
    const meta = (selector) => page.locator(`head ${selector}`).getAttribute('content');
    assert.equal(await meta('[property="og:title"]'), title);
    assert.match(await meta('[property="og:description"][name=description]'), words);
    const address = await page.locator('head link[rel=icon]').getAttribute('href');
    const drawn = await site.get(address);
    assert.match(drawn.headers['content-type'], /^image\/svg\+xml/);
    assert.match(drawn.text, /prefers-color-scheme: dark/);
    await page.context().close();
  }
});

test('each state has a shape of its own', async () => {
  const page = await open(browser);
  await page.goto(`${site.url}/`);
  const shapes = await page.evaluate(() => ['queued', 'running', 'done', 'failed', 'cancelled'].map((status) => {
    const place = document.createElement('p');
    place.dataset.status = status;
    place.innerHTML = '<span class="badge"></span>';
    document.body.append(place);
    const style = getComputedStyle(place.firstChild, '::before');
    return [style.height, style.borderTopWidth, style.borderRadius, style.transform,
      style.backgroundImage.replace(/rgba?\([^)]*\)/g, '')].join(' ');
  }));
  assert.equal(new Set(shapes).size, shapes.length, shapes.join('\n'));
  await page.context().close();
});

const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

test('colours are in one place, with the contrast that it says they have', async () => {
  const folder = path.join(source, 'templates', 'css');
  const parts = new Map(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
  const base = parts.get('base.css');
  parts.delete('base.css');
  for (const [name, text] of parts) assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b(?=[^{}]*})|\b(rgb|hsl)a?\(/, name);

  const themes = [...base.matchAll(/:root {([^}]*)}/g)].map(([, text]) => Object.fromEntries(
    [...text.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour])));
  const rgb = (colour) => colour.slice(1).match(/../g).map((pair) => Number.parseInt(pair, 16)).join(' ');
  const contrast = (one, other) => {
    const [light, dark] = [one, other].map((colour) => luminance(rgb(colour))).sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  assert.equal(themes.length, 2);
  const rows = [...base.matchAll(/^ \*   ([a-z-]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)/gm)];
  assert.equal(rows.length, 8);
  for (const [, name, ...said] of rows) {
    const real = themes.flatMap((theme) => ['paper', 'card', 'tint'].map((ground) => contrast(theme[name], theme[ground])));
    assert.deepEqual(said, real.map((value) => value.toFixed(1)), name);
    const least = { line: 1, edge: 3 }[name] ?? 4.5;
    assert.ok(Math.min(...real) >= least, `${name}: ${real}`);
  }
  for (const theme of themes) {
    for (const [ink, ground] of [['accent-ink', 'accent'], ['paper', 'bad'], ['bad', 'bad-tint'], ['mark-ink', 'mark']]) {
      assert.ok(contrast(theme[ink], theme[ground]) >= 4.5, `${ink} on ${ground}`);
    }
  }
  const head = fs.readFileSync(path.join(source, 'templates', 'head.tpl'), 'utf8');
  assert.deepEqual([...head.matchAll(/name="theme-color" content="([^"]+)"/g)].map(([, colour]) => colour),
    themes.map(({ paper }) => paper));
});

test('dark is dark and light is light, with readable text', async () => {
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

test('what is wrong with a position to be found is in the window', async () => {
  for (const [width, locale] of [[320, 'ru-RU'], [390, 'ru-RU'], [390, 'en-GB'], [1280, 'en-GB']]) {
    const page = await open(browser, { locale, viewport: { width, height: 844 } });
    await page.goto(`${site.url}/?position=abc`);
    await until(() => page.evaluate(() => document.activeElement.id === 'where'), 'the focus');
    const { top, bottom } = await page.locator('#where-error').evaluate((own) => own.getBoundingClientRect());
    assert.ok(top > 0 && bottom <= 844, `${width}, ${locale}: ${top} to ${bottom}`);
    await page.context().close();
  }
});

test('with JavaScript off the form works and the page refreshes itself while something runs', async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(`${site.url}/`);
  const refresh = () => page.locator('noscript meta[http-equiv=refresh], meta[http-equiv=refresh]').count();
  assert.equal(await refresh(), 0, 'nothing runs: no refresh');

  await page.locator('form#new [name=position]').fill('200000');
  const algorithm = page.locator('form#new [name=algorithm]');
  if ((await algorithm.first().getAttribute('type')) === 'radio') await page.locator('form#new [name=algorithm][value=spigot]').check();
  else await algorithm.selectOption('spigot');
  const seen = navigations(page);
  const id = await withoutDaemon(site, async () => {
    await page.locator('form#new button.primary').click();
    await page.waitForURL(/highlight=\d+/);
    const [, own] = /highlight=(\d+)/.exec(page.url());
    assert.equal(await page.locator(`tr#c-${own}`).getAttribute('data-status'), 'queued');
    return Number(own);
  });
  await picture(page, 'no-script-running');

  await page.waitForSelector(`tr#c-${id}[data-status=done]`, { timeout: 180_000 });
  assert.ok(seen.n >= 2, 'it refreshed itself after the form had led to it');
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
  const running = await visitor.submit(endless.position, endless.question);
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
