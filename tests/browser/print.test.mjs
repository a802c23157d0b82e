// Pages on paper: what they are and where they are from, black on white, whole, and
// nothing to press.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, picture } from '../lib/browser.mjs';
import { endless } from '../lib/pause.mjs';
import { pi } from '../lib/pi.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const { id } = await site.ask(2345, { algorithm: 'chudnovsky' });
await site.waitDone(id);
const other = (await site.ask(2345, { algorithm: 'spigot' })).id;
await site.waitDone(other);
const visitor = site.visitor();
const running = await visitor.submit(endless.position, endless.question);
await site.waitFor(running, ({ status }) => status === 'running', 'running');

const SHEET = 680; // pixels between the margins of A4: (210 mm - 2 * 15 mm) * 96 / 25.4

/** PATH as it is printed by a browser whose pages are dark, and how many sheets it takes. */
async function print(path) {
  const page = await open(browser, { viewport: { width: SHEET, height: 1000 }, colorScheme: 'dark' });
  await page.goto(site.url + path);
  const sheets = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
    .match(/\/Type \/Page\b/g).length;
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await picture(page, `print-${path.replace(/\W+/g, '-')}`);
  return { page, sheets };
}

/** What must not be on paper: a line of text for each element that is wrong. */
const wrong = (page) => page.evaluate((sheet) => {
  const found = [];
  const name = (e) => `${e.localName}${e.id && `#${e.id}`}${e.className && `.${e.className}`} ${e.textContent.slice(0, 40)}`;
  const clear = ['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)'];
  for (const e of document.querySelectorAll('body, body *')) {
    if (e.getClientRects().length === 0 || e.closest('svg')) continue;
    const style = getComputedStyle(e);
    const { right, left, width } = e.getBoundingClientRect();
    if (width <= 1 || right < 0) continue; // for screen readers alone
    if (e.matches('button, input, select, textarea, summary, .button')) found.push(`to press: ${name(e)}`);
    const own = [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (own && style.color !== 'rgb(0, 0, 0)') found.push(`${style.color}: ${name(e)}`);
    if (e.localName !== 'progress' && !clear.includes(style.backgroundColor)) found.push(`on ${style.backgroundColor}: ${name(e)}`);
    if (right > sheet + 0.5 || left < -0.5) found.push(`beyond the sheet: ${name(e)}`);
    if (own && style.overflow !== 'visible' && e.scrollWidth > e.clientWidth) found.push(`cut off: ${name(e)}`);
  }
  return found;
}, SHEET);

const shown = (page) => page.evaluate(() => ({
  title: document.querySelector('h1').innerText,
  address: getComputedStyle(document.body, '::before').content,
}));

for (const [path, title, most] of [
  ['/pi/2345', /2,?345/, 2], ['/pi/2345?from=1001&columns=20', /2,?345/, 2],
  [`/computations/${id}`, /2,?345/, 2], [`/computations/${id}/compare`, /2,?345/, 1],
  [`/computations/${running}`, /3,?000,?000/, 2], ['/', /digit of π/, 1],
  ['/search?q=26535', /Search/, 1], ['/search?day=14&month=3&year=2015', /Search/, 1],
]) {
  test(`${path} on paper`, async () => {
    const { page, sheets } = await print(path);
    assert.deepEqual(await wrong(page), []);
    const { title: head, address } = await shown(page);
    assert.match(head, title);
    assert.equal(address, JSON.stringify(site.url + path));
    assert.ok(sheets <= most, `${sheets} sheets`);
    await page.context().close();
  });
}

test('every digit of a screen is on its sheet, fifty in a line', async () => {
  const { page } = await print('/pi/2345?from=1001&columns=20');
  const lines = await page.evaluate(() => {
    const byTop = new Map();
    for (const group of document.querySelectorAll('#digits span')) {
      const top = Math.round(group.getBoundingClientRect().top);
      byTop.set(top, (byTop.get(top) ?? '') + group.textContent);
    }
    return [...byTop.values()];
  });
  assert.equal(lines.length, 20);
  assert.ok(lines.every((line) => line.length === 50));
  assert.equal(lines.join(''), (await pi(2345)).slice(2 + 1000, 2 + 2000));
  await page.context().close();
});

test('the list is a table with a head', async () => {
  const { page } = await print('/');
  const { display, heads, cells } = await page.evaluate((row) => {
    const visible = (all) => [...all].filter((e) => e.getClientRects().length > 0 && e.clientWidth > 1);
    return {
      display: getComputedStyle(document.getElementById('computations')).display,
      heads: visible(document.querySelectorAll('#computations th[scope=col]')).map((e) => Math.round(e.getBoundingClientRect().left)),
      cells: visible(document.getElementById(row).children).map((e) => Math.round(e.getBoundingClientRect().left)),
    };
  }, `c-${id}`);
  assert.equal(display, 'table');
  assert.equal(heads.length, 6);
  assert.deepEqual(cells, heads);
  await page.context().close();
});

test('a row is one line, and the sign of what is done is printed filled', async () => {
  const { page } = await print('/');
  const { lines, heights, signs } = await page.evaluate((rows) => {
    // A box without height stands on the line of the text that it is in.
    const base = (cell) => {
      const box = document.createElement('span');
      cell.prepend(box);
      box.style.display = 'inline-block';
      const { bottom } = box.getBoundingClientRect();
      box.remove();
      return bottom;
    };
    return {
      lines: rows.map((row) => [...document.getElementById(row).cells]
        .filter((cell) => cell.textContent && cell.getClientRects().length > 0).map(base)),
      heights: rows.map((row) => [...document.getElementById(row).cells].map((cell) => getComputedStyle(cell).lineHeight)),
      signs: rows.map((row) => {
        const style = getComputedStyle(document.getElementById(row).querySelector('td.status'), '::before');
        return [style.backgroundImage !== 'none', style.printColorAdjust || style.webkitPrintColorAdjust];
      }),
    };
  }, [`c-${id}`, `c-${other}`]);
  for (const line of lines) {
    assert.ok(line.length >= 5, `${line.length} cells`);
    assert.ok(Math.max(...line) - Math.min(...line) < 0.6, line.join(' '));
  }
  // On sheets cells begin at the same height instead, whatever their alignment.
  for (const height of heights) assert.equal(new Set(height).size, 1, height.join(' '));
  assert.deepEqual(signs, [[true, 'exact'], [true, 'exact']]);
  await page.context().close();
});

test('what does not belong on paper is found', async () => {
  const { page } = await print('/search');
  await page.evaluate(() => {
    const main = document.querySelector('main');
    main.append(document.createElement('textarea'));
    const text = main.appendChild(Object.assign(document.createElement('p'), { textContent: 'far' }));
    Object.assign(text.style, { color: 'red', background: 'yellow', position: 'relative', left: '300px' });
  });
  const found = (await wrong(page)).join('\n');
  for (const one of [/^to press: textarea/m, /^rgb\(255, 0, 0\): p/m, /^on rgb\(255, 255, 0\): p/m, /^beyond the sheet: p/m]) {
    assert.match(found, one);
  }
  await page.context().close();
});
