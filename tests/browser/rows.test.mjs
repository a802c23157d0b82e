// Rows of every kind, at every width and in both languages: nothing that a row says is
// cut off, hidden or over something else, and all rows are of one height, so that none
// moves when another changes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { launch, open, picture } from '../lib/browser.mjs';
import { Site, until } from '../lib/site.mjs';

const run = promisify(execFile);
const site = await Site.start({ processes: ['nginx', 'fcgi'] });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const now = Date.now() * 1000;
const later = now * 1000; // no daemon takes what is leased, and one is always there
const leased = { lease: 'x', lease_owner: 'main', lease_until: later, attempts: 1 };
const running = { ...leased, status: 'running', stage: 'taken' };
const bbp = { radix: 16, algorithm: 'bbp', method: 'bbp' };
const chudnovsky = { method: 'chudnovsky' };
const ended = { ended_at: now, method: 'chudnovsky' };
const done = { ...ended, status: 'done', stage: 'stored', progress: 1, digit: '7', window: '7123456789012345' };

// What a row is, and what it has to say in English and in Russian.
const list = [
  [{ ...running, ...bbp, position: 9_999_999_999, progress: 0.0731, eta_s: 312, phase: 'summing' },
    ['7 %', 'about 5.2 min left', 'summing', '30 M terms/s'], ['7 %', 'ещё 5,2 мин', 'суммирует', '30 млн членов/с']],
  [{ ...running, ...bbp, algorithm: 'auto', position: 10_000_000_000_000, progress: 0.34, eta_s: 200_000, phase: 'verifying' },
    ['34 %', 'about 2.3 d left', 'verifying', '33 M terms/s'], ['ещё 2,3 сут', 'проверяет', '33 млн членов/с']],
  [{ ...running, ...chudnovsky, position: 99_999_999, progress: 0.456, eta_s: 60, phase: 'converting' },
    ['45 %', 'about 60 s left', 'converting', '910,000 digits/s'], ['ещё 60 с', 'переводит в цифры', '910 000 цифр/с']],
  [{ ...running, ...chudnovsky, radix: 16, position: 9_999_990, progress: 0.98, eta_s: 0.7, phase: 'verifying' },
    ['98 %', 'about 1 s left', 'verifying', '290,000 digits/s'], ['98 %', 'ещё 1 с', '290 000 цифр/с']],
  [{ ...running, algorithm: 'spigot', method: 'spigot', position: 49_900, progress: 0.004, eta_s: 88, phase: 'streaming' },
    ['0 %', 'about 88 s left', 'streaming'], ['ещё 88 с', 'выдаёт цифры']],
  [{ ...running, ...chudnovsky, position: 7_000_001 }, ['0 %'], ['0 %']],
  [{ ...running, ...chudnovsky, position: 99_999_001, progress: 0.4567, eta_s: 175, phase: 'converting', wanted: 'cancel' },
    ['45 %', 'will be cancelled'], ['45 %', 'будет отменено']],
  [{ ...running, ...bbp, position: 9_999_999_001, progress: 0.4567, eta_s: 175, phase: 'summing', wanted: 'delete' },
    ['45 %', 'will be deleted'], ['45 %', 'будет удалено']],
  [{ position: 90_000_005, turn: 1 }, ['next, in about'], ['следующее, примерно через']],
  [{ position: 90_000_000, turn: 2 }, ['number 2, in about'], ['2-е, примерно через']],
  [{ radix: 16, algorithm: 'bbp', position: 9_999_990_000, turn: 3 }, ['number 3, in about'], ['3-е, примерно через']],
  [{ ...leased, stage: 'scheduled', position: 90_000_001, turn: 4, wanted: 'cancel' }, ['will be cancelled'], ['будет отменено']],
  [{ position: 90_000_002, turn: 5, phase: 'waiting-for-memory', progress: 0.41 },
    ['waits for memory, 41 % are kept'], ['ждёт памяти, 41 % уже есть']],
  [{ position: 90_000_003, turn: 6, phase: 'waiting-for-disk', progress: 0.41 },
    ['waits for disk space, 41 % are kept'], ['ждёт места на диске, 41 % уже есть']],
  [{ position: 90_000_004, turn: 7, phase: 'waiting-to-try-again', eta_s: 61, progress: 0.41 },
    ['tries again within 61 s, 41 % are kept'], ['повтор в течение 61 с, 41 % уже есть']],
  [{ ...done, position: 1000, wall_s: 0.05 }, ['50 ms', '7'], ['50 мс']],
  [{ ...done, ...bbp, position: 9_999_999_002, wall_s: 93_784 }, ['26 h'], ['26 ч']],
  [{ ...done, radix: 16, position: 9_999_000, wall_s: 3599.7 }, ['60 min'], ['60 мин']],
  [{ ...ended, status: 'failed', stage: 'taken', position: 70_000_000, wall_s: 412, error: 'memory: the worker ran out of it; 1200 MiB were estimated' },
    ['memory', '6.9 min'], ['память', '6,9 мин']],
  [{ ...ended, status: 'failed', stage: 'taken', position: 70_000_002, wall_s: 412, error: 'the worker was killed (Killed), 3 times' },
    ['the worker was killed'], ['рабочий процесс был убит']],
  [{ status: 'cancelled', ended_at: now, position: 70_000_001 }, [], []],
];
const costs = {
  'cost:bbp:16': '0.0007/11.4 0.0007/11.4 0.000701/11.4 0.00072/11.4 0.00119/14.9 0.00142/14.9 0.00373/14.9 0.0268/15.1 0.257/15.5 1.28/27.6 12.8/33.7',
  'cost:chudnovsky:10': '0.0007/11.4 0.0007/11.4 0.000701/11.4 0.000716/11.4 0.00106/11.4 0.00752/11.5 0.118/17.9 1.05/134 15.7/1.14e+03',
  'cost:threads': 4,
  'heartbeat:main': later,
};
const literal = (value) => (typeof value === 'string' ? `'${value}'` : value);
const insert = (table, values) =>
  `INSERT INTO ${table} (${Object.keys(values)}) VALUES (${Object.values(values).map(literal)});`;
await run('sqlite3', [site.database, 'BEGIN;',
  ...Object.entries(costs).map(([key, value]) => insert('meta', { key, value })),
  ...list.map(([row], i) => insert('computation', {
    id: 1001 + i, radix: 10, algorithm: 'auto', created_at: now, revision: 1000 + i, ...row,
  })),
  "UPDATE meta SET value = 2000 WHERE key = 'revision';", 'COMMIT;']);

/** In the page: what is wrong with the rows as they are shown. */
function faults() {
  const wrong = [];
  const rows = [...document.querySelectorAll('#computations tbody tr')];
  const heights = new Set(rows.map((row) => row.getBoundingClientRect().height));
  if (heights.size > 1) wrong.push(`heights: ${[...heights]}`);
  for (const row of rows) {
    const name = row.querySelector('.position').textContent;
    for (const own of row.querySelectorAll('th, td, small, .place, .work, a')) {
      if (own.scrollWidth > own.clientWidth && getComputedStyle(own).display !== 'inline') {
        wrong.push(`${name}: ${own.textContent}: ${own.scrollWidth} > ${own.clientWidth}`);
      }
    }
    const texts = [];
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      if (!text.data.trim() || getComputedStyle(text.parentElement).display === 'none') continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const box = range.getBoundingClientRect();
      const cell = text.parentElement.closest('th, td').getBoundingClientRect();
      const middle = (box.top + box.bottom) / 2;
      if (box.width === 0 || box.left < cell.left - 1 || box.right > cell.right + 1 ||
          middle < cell.top + 2 || middle > cell.bottom - 2) wrong.push(`${name}: "${text.data}" is not in its cell`);
      texts.push([text.data, box]);
    }
    for (const [i, [text, box]] of texts.entries()) {
      for (const [other, their] of texts.slice(0, i)) {
        const over = Math.min(box.right, their.right) - Math.max(box.left, their.left) > 1 &&
          Math.min(box.bottom, their.bottom) - Math.max(box.top, their.top) > 6;
        if (over) wrong.push(`${name}: "${text}" over "${other}"`);
      }
    }
  }
  return wrong;
}

await until(async () => (await site.get('/')).text.includes('number 2, in about'), 'what the web program knows of a daemon');
for (const locale of ['en-GB', 'ru-RU']) {
  test(`all that rows say can be read: ${locale}`, async () => {
    const page = await open(browser, { locale });
    const wrong = [];
    for (const width of process.env.NTHPI_LONG
      ? [320, 340, 360, 361, 390, 480, 481, 600, 720, 721, 768, 900, 1024, 1140, 1141, 1280, 1440, 1599, 1600, 1920, 2560]
      : [320, 390, 481, 721, 768, 1141, 1280, 1440, 1600, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${site.url}/`);
      await page.waitForSelector('tbody .position span');
      wrong.push(...(await page.evaluate(faults)).map((text) => `${width}: ${text}`));
      for (const [i, [, ...says]] of list.entries()) {
        const status = await page.locator(`#c-${1001 + i}`).innerText();
        for (const words of says[locale === 'ru-RU' ? 1 : 0]) {
          if (!status.replace(/\s+/g, ' ').includes(words)) wrong.push(`${width}: no "${words}" in ${status}`);
        }
      }
      await picture(page, `rows-${width}-${locale}`);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(page.problems(), []);
    await page.context().close();
  });
}
