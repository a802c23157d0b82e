// What visitors ask of their browser, for all pages: nothing in motion, and few colours
// (forced-colors, as the high contrast themes of Windows set them).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { become, launch, open, picture } from '../lib/browser.mjs';
import { Walker } from '../lib/keyboard.mjs';
import { endless } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const { id: done } = await site.ask(10_000, { algorithm: 'chudnovsky' });
await site.waitDone(done);
const visitor = site.visitor();
assert.equal(await visitor.submit(10_000, { algorithm: 'chudnovsky' }), done);
const running = [];
for (let i = 0; i < 3; i++) running.push(await visitor.submit(endless.position + i, endless.question));
await visitor.post(`/computations/${running[2]}/cancel`);

const paths = ['/', `/computations/${running[0]}`, `/computations/${done}`, `/computations/${done}/compare`,
  `/computations/${done}/delete`, '/pi/10000', `/pi/${endless.position}`, '/pi/9999999', '/search?q=99',
  '/search?day=14&month=3&year=1879', '/pictures', '/api', '/nothing'];

/** Opens a page; page.moved lists what Chromium has animated in it, also inside of
 * controls, where document.getAnimations() does not look. */
async function watched(options) {
  const page = await open(browser, { viewport: { width: 1280, height: 800 }, ...options });
  await become(page, visitor);
  const inspector = await page.context().newCDPSession(page);
  page.moved = [];
  inspector.on('Animation.animationStarted', ({ animation }) => page.moved.push(`${animation.type} ${animation.name}`));
  await inspector.send('Animation.enable');
  return page;
}

/** What has a transition or an animation that takes time. */
const moving = (page) => page.evaluate(() => {
  const found = document.getAnimations().map(({ constructor }) => constructor.name);
  for (const element of document.querySelectorAll('*')) {
    for (const part of [null, '::before', '::after']) {
      const style = getComputedStyle(element, part);
      const takes = (list) => list.split(',').some((time) => parseFloat(time) > 0);
      if (takes(style.transitionDuration) || style.animationName !== 'none' || style.scrollBehavior === 'smooth') {
        found.push(`${element.localName}.${element.className}${part ?? ''}`);
      }
    }
  }
  return found;
});

/** Waits until the bar of the running row has grown. */
async function grows(page) {
  const bar = page.locator(`#c-${running[0]} progress`);
  await bar.waitFor();
  const before = await bar.evaluate(({ value }) => value);
  await until(async () => (await bar.evaluate(({ value }) => value)) > before, 'progress');
}

test('who wants nothing in motion sees nothing in motion', async () => {
  const page = await watched({ reducedMotion: 'reduce' });
  for (const path of paths) {
    await page.goto(site.url + path);
    if (path === '/') await grows(page);
    assert.deepEqual(await moving(page), [], path);
    assert.deepEqual(page.moved, [], path);
  }
  // A rule for something that moves would be overruled, and motion would be noticed.
  await page.goto(`${site.url}/api`);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('h1 { transition: color 1s; } p { animation: x 1s; } @keyframes x { to { color: red; } }');
    document.adoptedStyleSheets = [sheet];
  });
  assert.deepEqual(await moving(page), []);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.ok((await moving(page)).includes('h1.'));
  await until(() => page.moved.length > 0, 'motion');
  await page.context().close();
});

/** What of SELECTOR cannot be told from its surroundings: no border, or one of the
 * colour that is behind it. */
const borderless = (page, selector) => page.evaluate((wanted) => {
  const found = [];
  for (const element of document.querySelectorAll(wanted)) {
    if (element.getClientRects().length === 0 || element.type === 'checkbox') continue;
    const { borderTopWidth: width, borderTopStyle: style, borderTopColor: colour } = getComputedStyle(element);
    const behind = getComputedStyle(document.body).backgroundColor;
    if (parseFloat(width) < 1 || style === 'none' || colour === behind || /^rgba.*, 0\)$/.test(colour)) {
      found.push(`${element.outerHTML.slice(0, 80)}: ${width} ${style} ${colour}`);
    }
  }
  return found;
}, selector);

/** How what fits SELECTOR is drawn. It is looked for each time: rows are replaced. */
const style = (page, selector, part) => until(() => page.evaluate(([wanted, of]) => {
  const element = document.querySelector(wanted);
  if (!element) return null;
  // What is behind shows through what has no colour of its own.
  const drawn = (e, p) => {
    const { backgroundColor: own } = getComputedStyle(e, p);
    if (own !== 'rgba(0, 0, 0, 0)') return own;
    return p ? drawn(e) : e.parentElement ? drawn(e.parentElement) : 'rgb(255, 255, 255)';
  };
  const { outlineStyle, outlineWidth, outlineColor, borderTopColor, borderTopWidth } =
    getComputedStyle(element, of);
  return { backgroundColor: drawn(element, of), outlineStyle, outlineWidth, outlineColor, borderTopColor, borderTopWidth };
}, [selector, part]), selector);

/** A picture of a bar of the page's that shows VALUE. */
async function bar(page, value) {
  await page.evaluate((shown) => {
    const own = document.getElementById('own') ?? document.querySelector('progress').cloneNode();
    Object.assign(own, { id: 'own', value: shown });
    document.getElementById('main').prepend(own);
  }, value);
  return page.locator('#own').screenshot();
}

for (const [width, colorScheme] of [[1280, 'light'], [390, 'dark']]) {
  test(`forced colours, ${width} pixels, ${colorScheme}: every state is to be seen`, async () => {
    const page = await open(browser, { viewport: { width, height: 800 }, colorScheme, forcedColors: 'active', reducedMotion: 'reduce' });
    await become(page, visitor);
    const walker = await Walker.start(page);
    for (const path of width === 1280 ? paths : ['/', '/search?q=99']) {
      await page.goto(site.url + path);
      assert.ok(await page.evaluate(() => matchMedia('(forced-colors: active)').matches));
      assert.deepEqual(await borderless(page, 'button, .button, input, select, .card'), [], path);
    }

    await page.goto(`${site.url}/?highlight=${done}`);
    const canvas = (await style(page, 'body')).backgroundColor;
    const dot = (status) => style(page, `tr[data-status=${status}] td.status`, '::before');
    await page.locator('tr[data-status=cancelled]').waitFor();
    assert.notEqual((await dot('done')).backgroundColor, canvas, 'a dot for what is done');
    assert.notEqual((await dot('running')).backgroundColor, canvas);
    assert.equal((await dot('cancelled')).backgroundColor, canvas, 'a ring for what is not');
    assert.notEqual((await dot('cancelled')).borderTopColor, canvas);
    assert.deepEqual(await borderless(page, 'progress'), []);
    const [none, all] = [await bar(page, 0), await bar(page, 1)];
    assert.notDeepEqual(none, all, 'how much is done');
    assert.equal((await style(page, 'tr.highlight')).outlineStyle, 'solid', 'the row that the page is about');
    assert.equal((await style(page, '.filters [aria-current]')).outlineStyle, 'solid', 'the filter that is on');
    assert.equal((await style(page, '.filters li a:not([aria-current])')).outlineStyle, 'none');
    // Links to other pages must not look like that of this one: no line that was hidden.
    const line = ({ borderBottomStyle, borderBottomWidth, borderBottomColor }, none) => borderBottomStyle !== 'none' &&
      parseFloat(borderBottomWidth) > 0 && borderBottomColor !== none;
    const lined = await page.locator('.site a:not([aria-current])').evaluateAll((all) =>
      all.map((link) => {
        const { borderBottomStyle, borderBottomWidth, borderBottomColor } = getComputedStyle(link);
        return { borderBottomStyle, borderBottomWidth, borderBottomColor };
      }));
    assert.ok(!lined.some((own) => line(own, canvas)), 'a line under the page one is on only');
    const box = `#c-${running[0]} input`;
    assert.equal((await style(page, `#c-${running[0]}`)).outlineStyle, 'none');
    await walker.to(box);
    await walker.press('Space');
    assert.equal((await style(page, `#c-${running[0]}`)).outlineStyle, 'dashed', 'a row that is selected');
    await picture(page, `forced-main-${width}`);

    // The ring of what has the focus, at every stop.
    await page.reload();
    assert.ok((await walker.all()).length > 20);

    await page.goto(`${site.url}/pi/10000?from=9501#p-9601`);
    const mark = await style(page, '#digits mark');
    assert.ok(mark.backgroundColor !== canvas && mark.outlineStyle === 'solid', JSON.stringify(mark));
    assert.equal((await style(page, '#p-9601')).outlineStyle, 'solid');
    await picture(page, `forced-pi-${width}`);

    await page.goto(`${site.url}/computations/${running[0]}`);
    const stage = (name) => style(page, `.stages > .${name}`, '::before');
    await page.locator('.stages > .ahead').first().waitFor();
    assert.notEqual((await stage('reached')).backgroundColor, canvas, 'a stage that is reached');
    assert.equal((await stage('ahead')).backgroundColor, canvas, 'one that is not');
    assert.notEqual((await stage('ahead')).borderTopColor, canvas);
    await picture(page, `forced-computation-${width}`);

    await page.goto(`${site.url}/search?q=what`);
    assert.equal((await style(page, '[aria-invalid=true]')).borderTopWidth, '3px', 'a field with a mistake');

    await page.goto(`${site.url}/pictures?n=1000`);
    const colours = await page.locator('#matrix img').evaluate(async (image) => {
      await image.decode();
      const drawing = new OffscreenCanvas(72, 72).getContext('2d');
      drawing.drawImage(image, 0, 0, 72, 72);
      return new Set(new Uint32Array(drawing.getImageData(0, 0, 72, 72).data.buffer)).size;
    });
    assert.ok(colours > 10, `the digits in ${colours} colours`);
    await picture(page, `forced-pictures-${width}`);
    assert.deepEqual(page.problems().filter((text) => !/40[04]/.test(text)), []);
    await page.context().close();
  });
}
