// The viewer of digits in a browser, as its tests see it.
import assert from 'node:assert/strict';
import { open } from './browser.mjs';
import { until } from './site.mjs';

/** A page at PATH of SITE, whose requests for other pages are counted in page.fetched. */
export async function visit(browser, site, path, options) {
  const page = await open(browser, options);
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => { window.first = document.getElementById('live-digits'); });
  });
  page.fetched = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'fetch') page.fetched.push(new URL(request.url()).search);
  });
  await page.goto(site.url + path);
  return page;
}

/** The screen that is shown: the position of its first digit, and its digits. */
export const screen = (page) => page.evaluate(() => {
  const pre = document.getElementById('digits');
  return { from: Number(pre.dataset.from), digits: pre.textContent.replace(/\s|^3\./g, '') };
});

/** The query of the page's address, as the page has it now. */
export const search = (page) => page.evaluate(() => location.search);

/** Waits for the screen that starts at FROM, which must have the digits of KNOWN. */
export async function arrives(page, known, from, per = 1000) {
  const expected = known.slice(from - 1, from - 1 + per);
  await until(async () => {
    const shown = await screen(page);
    return shown.from === from && shown.digits.length === expected.length;
  }, `the screen from ${from} on`);
  assert.equal((await screen(page)).digits, expected);
}
