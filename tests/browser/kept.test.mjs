// What somebody presses, has selected or has opened stays while the page around it
// changes.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { endless } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const visitor = site.visitor();
const id = await visitor.submit(endless.position, endless.question);
const path = `/computations/${id}`;

// Resolves when what SELECTOR names has said something else twice.
async function changes(page, selector) {
  for (let i = 0; i < 2; i++) {
    const before = await page.locator(selector).getAttribute('data-revision');
    await until(async () => await page.locator(selector).getAttribute('data-revision') !== before,
      `a newer ${selector}`, { timeout: 60_000 });
  }
}

// Selects what is in SELECTOR by a range from its start to its end.
const select = (page, selector) => page.evaluate((wanted) => {
  getSelection().selectAllChildren(document.querySelector(wanted));
  return String(getSelection());
}, selector);
const selected = (page) => page.evaluate(() => String(getSelection()));

// Has what PAGE is told of the row be the answer of now, changed by CHANGE(html, n), over
// and over.
async function madeUp(page, change) {
  const { body } = await site.get(path, { headers: { accept: 'application/json' } });
  const answer = JSON.parse(body);
  assert.ok(answer.live);
  let n = 0;
  await page.route((url) => url.pathname === path, (route) => {
    if (route.request().headers().accept !== 'application/json') return route.continue();
    n++;
    return route.fulfill({ json: { ...answer, revision: answer.revision + n, html: change(answer.html, n) } });
  });
}

test('a link that is pressed while its part changes is followed', async () => {
  const page = await open(browser);
  await page.goto(site.url + path);
  await page.locator('#live-answer[data-status=running] progress').waitFor({ timeout: 60_000 });
  const link = page.locator('#live-answer a.button').first();
  await link.hover();
  await page.mouse.down();
  await changes(page, '#live');
  await Promise.all([page.waitForURL(/\/pi\/\d+/), page.mouse.up()]);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('what is selected stays so, on the page of a row and in the table', async () => {
  const page = await open(browser);
  for (const [at, part, text] of [[path, '#live', '#live-answer .badge'], ['/', `#c-${id}`, `#c-${id} .position a`]]) {
    await page.goto(site.url + at);
    await page.locator(`${part} progress`).waitFor({ timeout: 60_000 });
    const words = await select(page, text);
    assert.notEqual(words, '');
    await changes(page, part);
    assert.equal(await selected(page), words, at);
  }
  // Also when it goes over what changes itself.
  await page.goto(site.url + path);
  await page.evaluate(() => {
    const text = (selector) => document.querySelector(selector).firstChild;
    getSelection().setBaseAndExtent(text('#live-answer .badge'), 0, text('#live-stages h2'), 6);
  });
  await changes(page, '#live');
  assert.match(await selected(page), /^running.*\d %.*Stages$/s);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('what was opened stays open, and what was closed closed, while it changes', async () => {
  const page = await open(browser);
  await madeUp(page, (html, n) => html.replace('<section id="live-facts">', `$&
<details class="one"><summary>One</summary><p>${n}</p></details>
<details class="two" open><summary>Two</summary><p>${n}</p></details>`));
  await page.goto(site.url + path);
  for (const one of ['one', 'two']) await page.locator(`details.${one} summary`).click();
  await page.locator('details.one summary').focus();
  await page.keyboard.down('Space');
  await page.keyboard.up('Space');
  await page.keyboard.down('Space');
  await changes(page, '#live');
  await page.keyboard.up('Space');
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('details')].map(({ open }) => open)), [true, false]);
  const shown = await page.locator('details.one p').innerText();
  await until(async () => await page.locator('details.one p').innerText() !== shown, 'its new text', { timeout: 60_000 });
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('a bar stays the same while it fills', async () => {
  const page = await open(browser);
  await madeUp(page, (html, n) => html.replace(/<progress .*?<\/progress>/, `<progress max="1" value="${n / 1000}">${n} %</progress>`));
  await page.goto(site.url + path);
  await changes(page, '#live');
  const bar = () => page.evaluate(() => {
    const { value, textContent, first } = document.querySelector('#live-answer progress');
    return { n: Math.round(value * 1000), text: textContent, first };
  });
  await page.evaluate(() => { document.querySelector('#live-answer progress').first = true; });
  const { n: before } = await bar();
  await changes(page, '#live');
  const { n, text, first } = await bar();
  assert.ok(first, 'it is the one that was there');
  assert.ok(n > before, `${before} to ${n}`);
  assert.equal(text, `${n} %`);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('nothing that is pressed becomes something else', async () => {
  const page = await open(browser);
  const orders = [['one', 'two', 'three'], ['two', 'three'], ['one', 'two', 'three'], ['three', 'one', 'two']];
  const offer = (name) => `<div class="choice"><button name="made" value="${name}">${name}</button> <p class="hint">of ${name}</p></div>`;
  let order = orders[0];
  await madeUp(page, (html, n) => html.replace('<section id="live-offer">', `$&<p>${n}</p>
<form id="made">${order.map(offer).join('')}</form>`));
  await page.goto(site.url + path);
  const buttons = () => page.locator('#made button').evaluateAll((list) => list.map(({ value, own }) => [value, own ?? value]));
  const shown = (wanted) => until(async () => `${(await buttons()).map(([value]) => value)}` === `${wanted}`, `${wanted}`, { timeout: 60_000 });
  await shown(order);
  await page.evaluate(() => {
    for (const button of document.querySelectorAll('#made button')) button.own = button.value;
    document.querySelector('#made button[value=three]').kept = true;
  });
  for (order of orders) {
    await shown(order);
    if (order !== orders[3]) assert.ok(await page.evaluate(() => document.querySelector('#made button[value=three]').kept));
    for (const [value, own] of await buttons()) assert.equal(value, own);
  }
  assert.deepEqual(page.problems(), []);
  await page.context().close();
  assert.equal((await visitor.post(`${path}/cancel`)).status, 303);
});
