// Headless Chromium for tests: the system's own, driven by playwright-core,
// able to reach 127.0.0.1 and nothing else.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

// The same engine without the browser around it, which takes a third to two thirds of the
// processor time, and the browsers that people have.
const SHELLS = ['chromium-headless-shell'];
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

function executable(whole) {
  if (process.env.NTHPI_CHROMIUM) return process.env.NTHPI_CHROMIUM;
  const names = whole ? [...BROWSERS, ...SHELLS] : [...SHELLS, ...BROWSERS];
  return execFileSync('/bin/sh', ['-c', names.map((name) => `command -v ${name}`).join(' || ')],
    { encoding: 'utf8' }).trim();
}

/** Starts the browser: with `whole` one that people have, rather than its engine alone. */
export async function launch({ whole = false } = {}) {
  return chromium.launch({
    executablePath: executable(whole),
    slowMo: Number(process.env.NTHPI_SLOW_TESTS) || 0,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
  });
}

/** Lets PAGE's scripts and layout take $NTHPI_SLOW_PAGES times as long. */
async function slow(page) {
  const rate = Number(process.env.NTHPI_SLOW_PAGES) || 1;
  if (rate === 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
}

/**
 * A fresh profile with one page that notes everything that must not happen:
 * page.problems() lists console errors, exceptions and failed loads. While the
 * site is being restarted loads do fail: page.tolerate(true) until it is back.
 */
export async function open(browser, options = {}) {
  const context = await browser.newContext(options);
  // For machines that do a dozen other things: only what fails takes it.
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  await slow(page);
  const problems = [];
  let tolerant = false;
  const note = (text) => {
    if (!tolerant) problems.push(text);
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`exception: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) note(`${response.status()} ${response.url()}`);
  });
  page.problems = () => problems;
  page.tolerate = (yes) => { tolerant = yes; };
  return page;
}

/** Lets PAGE be VISITOR's (lib/http.mjs) from now on: he may change what he asked for. */
export function become(page, visitor) {
  return page.context().addCookies([...visitor.cookies]
    .map(([name, value]) => ({ name, value, url: visitor.site.url })));
}

/** Counts the page's navigations from now on. */
export function navigations(page) {
  const counter = { n: 0 };
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) counter.n++;
  });
  return counter;
}

/** Saves a picture of the whole page into $NTHPI_ARTIFACTS when that is set, or of what is in
 * the window. */
export async function picture(page, name, { fullPage = true } = {}) {
  const folder = process.env.NTHPI_ARTIFACTS;
  if (!folder) return;
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage });
}

/** How many pixels the page is wider than the window. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
