// The viewer of digits: other screens without a reload, by keys; copying; what is selected;
// lines for every choice; and on paper. (Links, and where they lead back: history.)
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, overflow, picture } from '../lib/browser.mjs';
import { endless } from '../lib/pause.mjs';
import { pi } from '../lib/pi.mjs';
import { Site, until } from '../lib/site.mjs';
import { arrives as arrivesOf, screen, search, visit as visitOf } from '../lib/viewer.mjs';

const N = 45_678;
const site = await Site.start({ options: endless.options });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const { id } = await site.ask(N);
await site.waitDone(id);
const known = (await pi(N)).slice(2);

const visit = (path, options) => visitOf(browser, site, path, options);
const arrives = (page, ...where) => arrivesOf(page, known, ...where);

/** Labels that can be seen, with the position that each is about and the digits beside it. */
const lines = (page) => page.evaluate(() => {
  const cells = [...document.querySelectorAll('#digits > a, #digits > span')];
  const result = [];
  for (const [i, cell] of cells.entries()) {
    if (cell.tagName !== 'A' || cell.getClientRects().length === 0) continue;
    const first = cells[i + 1];
    const top = first.getBoundingClientRect().top;
    const beside = cells.filter((other) => other.tagName === 'SPAN' && other.getBoundingClientRect().top === top);
    result.push({
      label: Number(cell.ariaLabel.replace(/\D/g, '')),
      shown: getComputedStyle(cell, '::before').content,
      level: Math.abs(cell.getBoundingClientRect().bottom - first.getBoundingClientRect().bottom) < 8,
      text: beside.map(({ textContent }) => textContent).join(''),
    });
  }
  return result;
});

/** Every line has the label of its first digit, and GROUPS groups. */
async function labelled(page, groups, per = 1000) {
  const all = await lines(page);
  const { from } = await screen(page);
  assert.equal(all.length, Math.ceil(per / 10 / groups), `lines of ${groups} groups`);
  for (const [i, { label, shown, level, text }] of all.entries()) {
    assert.equal(label, from + i * groups * 10);
    assert.equal(Number(shown.replace(/\D/g, '')), label);
    assert.ok(level, `the label ${label} is beside its line`);
    assert.equal(text, known.slice(label - 1, label - 1 + groups * 10).slice(0, text.length));
    assert.ok(text.length === groups * 10 || i === all.length - 1, `${label}: ${text.length} digits`);
  }
}

test('the next screen is there before anybody asks, and each is fetched once', async () => {
  const page = await visit(`/pi/${N}?from=10001`);
  await until(() => page.fetched.includes('?from=11001'), 'the next screen');
  await page.keyboard.press('ArrowRight');
  await arrives(page, 11_001);
  await until(() => page.fetched.includes('?from=12001'), 'the one after it');
  await page.keyboard.press('ArrowRight');
  await arrives(page, 12_001);
  assert.equal(page.fetched.filter((search) => search === '?from=11001').length, 1);
  await page.context().close();
});

test('keys turn the screen, but not while something is typed', async () => {
  const page = await visit(`/pi/${N}`);
  assert.ok(await page.locator('.keys').isVisible(), 'the page says so');
  await page.evaluate(() => { window.kept = true; });
  for (const [key, from] of [['ArrowRight', 1001], ['ArrowRight', 2001], ['ArrowLeft', 1001],
    ['End', 45_001], ['ArrowRight', 45_001], ['Home', 1], ['ArrowLeft', 1]]) {
    await page.keyboard.press(key);
    await arrives(page, from, from === 45_001 ? 678 : 1000);
  }
  // A key that turns the screen does nothing else. Heard after the page has heard it.
  await page.evaluate(() => {
    window.keys = [];
    addEventListener('keydown', ({ key, defaultPrevented }) => {
      if (/^(Arrow|Home|End)/.test(key)) window.keys.push(defaultPrevented);
    });
  });
  await page.locator('#from').fill('77');
  for (const key of ['ArrowLeft', 'ArrowRight', 'Home', 'End']) await page.keyboard.press(key);
  await page.locator('h1').click();
  for (const key of ['Shift+ArrowRight', 'Control+ArrowRight', 'Control+End']) await page.keyboard.press(key);
  await page.keyboard.press('ArrowRight');
  await arrives(page, 1001);
  assert.deepEqual(await page.evaluate(() => window.keys), [...Array(7).fill(false), true]);
  assert.equal(await page.evaluate(() => window.kept), true);
  await page.context().close();
});

test('the focus stays where it was', async () => {
  const page = await visit(`/pi/${N}?from=43001`);
  const focus = () => page.evaluate(() => [document.activeElement.rel, document.activeElement.closest('section')?.id]);
  await page.locator('#live-bottom a[rel=next]').focus();
  await page.keyboard.press('Enter');
  await arrives(page, 44_001);
  assert.deepEqual(await focus(), ['next', 'live-bottom']);
  await page.keyboard.press('Enter');
  await arrives(page, 45_001, 678);
  assert.deepEqual(await focus(), ['prev', 'live-bottom'], 'there is no next one');
  await page.locator('.choices a', { hasText: /^5$/ }).focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#digits.columns-5');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '5');
  await page.context().close();
});

test('jumping shows and marks the position, links to a line do so too', async () => {
  const page = await visit(`/pi/${N}?columns=10`);
  await page.evaluate(() => { window.kept = true; });
  await page.locator('#from').fill('12345');
  await page.locator('#from').press('Enter');
  await arrives(page, 12_345);
  assert.equal(await search(page), '?columns=10&from=12345');
  const target = () => page.evaluate(() => document.querySelector(':target')?.textContent);
  assert.equal(await target(), known.slice(12_344, 12_354));
  await page.locator('#digits a').nth(20).click();
  await page.waitForURL(/#p-12545$/);
  assert.equal(await target(), known.slice(12_544, 12_554));
  assert.equal((await screen(page)).from, 12_345, 'the screen is the same');
  const address = page.url();
  assert.equal(await page.evaluate(() => window.kept), true);
  await page.goto('about:blank');
  await page.goto(address);
  assert.equal(await target(), known.slice(12_544, 12_554), 'for who is sent the link, too');
  await page.locator('#from').fill(String(N + 1));
  await page.locator('#from').press('Enter');
  await page.waitForSelector('#from-error');
  await page.context().close();
});

test('jumping is the same however the position is written', async () => {
  const page = await visit(`/pi/${N}`);
  await page.evaluate(() => { window.kept = true; });
  for (const [from, position] of [['12 345', 12_345], ['1e4', 10_000], ['12,346', 12_346], ['10^3', 1000], ['0012347', 12_347]]) {
    await page.locator('#from').fill(from);
    await page.locator('#from').press('Enter');
    await arrives(page, position);
    await until(() => page.evaluate((id) => document.activeElement.id === id, `p-${position}`), `the focus on ${position}`);
    assert.equal(await search(page), `?from=${position}`);
    assert.equal(await page.evaluate(() => document.activeElement.matches(':target')), true);
    assert.equal(await page.evaluate(() => window.kept), true, 'without a reload');
  }
  await page.context().close();
});

test('every choice of lines has right labels, at every width', async () => {
  const page = await visit(`/pi/${N}?from=20001`);
  for (const [width, fit] of [[1280, 10], [900, 5], [390, 3], [320, 2]]) {
    await page.setViewportSize({ width, height: 800 });
    await until(() => page.evaluate((wanted) => innerWidth === wanted, width), `${width} pixels`);
    for (const columns of [0, 5, 10, 20]) {
      const name = columns || 'as many as fit';
      if (columns || width !== 1280) await page.locator('.choices a', { hasText: new RegExp(`^${name}$`) }).click();
      await page.waitForSelector(columns ? `#digits.columns-${columns}` : '#digits.fit');
      await labelled(page, columns || fit);
      assert.equal(await overflow(page), 0, `${name} groups at ${width} pixels`);
      const scrolls = await page.evaluate(() => digits.scrollWidth > digits.clientWidth);
      if (!columns) assert.ok(!scrolls, `what fits ${width} pixels does fit`);
    }
  }
  await page.locator('.choices a', { hasText: '10,000' }).click();
  await arrives(page, 20_001, 10_000);
  assert.equal(await search(page), '?per=10000&columns=20&from=20001');
  await labelled(page, 20, 10_000);
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('digits are copied with and without groups', async () => {
  const page = await visit(`/pi/${N}?columns=5&from=1`, { permissions: ['clipboard-read', 'clipboard-write'] });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.locator('[data-copy=digits]').click();
  await page.locator('.outcome', { hasText: 'Copied.' }).waitFor();
  assert.equal(await clipboard(), known.slice(0, 1000));
  await page.locator('[data-copy=groups]').click();
  await until(async () => (await clipboard()).includes(' '), 'groups');
  const text = await clipboard();
  assert.equal(text.replace(/\s/g, ''), `3.${known.slice(0, 1000)}`);
  assert.equal(text.split('\n')[1], known.slice(0, 50).replace(/(.{10})(?=.)/g, '$1 '));
  // Pages without TLS have no clipboard to write to.
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.addEventListener('copy', () => { window.copied = getSelection().toString(); });
  });
  await page.locator('[data-copy=digits]').click();
  await until(() => page.evaluate(() => window.copied !== undefined), 'a copy by selection');
  assert.equal(await page.evaluate(() => window.copied), known.slice(0, 1000));
  await page.context().close();
});

test('what is selected tells its position and can be searched for', async () => {
  const page = await visit(`/pi/${N}?from=1001`, { permissions: ['clipboard-read', 'clipboard-write'] });
  assert.ok(await page.locator('.chosen').isHidden());
  const select = (from, to) => page.evaluate(([first, last]) => {
    const group = (p) => document.getElementById(`p-${p - (p - 1) % 10}`).firstChild;
    getSelection().setBaseAndExtent(group(first), (first - 1) % 10, group(last), (last - 1) % 10 + 1);
  }, [from, to]);
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  const before = await height();
  await select(1008, 1025);
  await page.locator('.chosen').waitFor();
  assert.equal(await height(), before, 'nothing moves');
  assert.equal(await page.locator('.here').textContent(), 'Position 1,008');
  assert.equal(await page.locator('.find').getAttribute('href'), `/search?q=${known.slice(1007, 1025)}`);
  await page.keyboard.press('Control+c');
  const wanted = [known.slice(1007, 1010), known.slice(1010, 1020), known.slice(1020, 1025)].join(' ');
  await until(async () => await page.evaluate(() => navigator.clipboard.readText()) === wanted, 'what was selected');
  await select(1001, 1500);
  await page.locator('.find').waitFor({ state: 'hidden' });
  await select(1233, 1240);
  await page.locator('.here', { hasText: '1,233' }).click();
  await arrives(page, 1233);
  assert.equal(await page.evaluate(() => location.hash), '#p-1233');
  await page.context().close();
});

test('the digits around one that was computed alone have no other screens', async () => {
  const { id: window } = await site.ask(500_000, { radix: 16, algorithm: 'bbp' });
  await site.waitDone(window);
  const page = await visit('/pi/500000?radix=16');
  await page.evaluate(() => getSelection().selectAllChildren(document.getElementById('p-500000')));
  await page.locator('.find').waitFor();
  assert.ok(await page.locator('.here').isHidden());
  assert.ok(await page.locator('.keys').count() === 0);
  assert.match(await page.locator('.find').getAttribute('href'), /^\/search\?q=[0-9a-f]{10}&radix=16$/);
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(page.problems(), []);
  await page.context().close();
});

test('on paper: black on white, every line with its label, nothing to press', async () => {
  const page = await visit(`/pi/${N}?columns=20&from=44679`, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await labelled(page, 5);
  const looks = await page.evaluate(() => {
    const style = (selector) => getComputedStyle(document.querySelector(selector));
    const hidden = (selector) => [...document.querySelectorAll(selector)].every((e) => e.getClientRects().length === 0);
    return {
      ink: style('#digits').color, paper: style('body').backgroundColor, label: style('#digits a').color,
      gone: ['.top', '.bottom', '#jump', '.turn', '.choices', '.tools', '.button'].filter((s) => !hidden(s)),
      mark: style('mark').outlineStyle,
    };
  });
  assert.deepEqual(looks, { ink: 'rgb(0, 0, 0)', paper: 'rgb(255, 255, 255)', label: 'rgb(0, 0, 0)', gone: [], mark: 'solid' });
  await picture(page, 'pi-print');
  await page.context().close();
});

test('without a script: choices are links, and the digits can be selected in a field', async () => {
  const page = await visit(`/pi/${N}`, { javaScriptEnabled: false });
  assert.ok(await page.locator('.tools').isHidden());
  for (const [link, query] of [
    [page.locator('.choices a', { hasText: '10,000' }), 'per=10000'],
    [page.locator('.choices a', { hasText: /^20$/ }), 'per=10000&columns=20'],
    [page.locator('#live-top a[rel=next]'), 'per=10000&columns=20&from=10001'],
  ]) {
    await link.click();
    await page.waitForURL((url) => url.search.startsWith(`?${query}`));
  }
  assert.equal(new URL(page.url()).search, '?per=10000&columns=20&from=10001');
  assert.equal(await page.locator('#plain').inputValue(), known.slice(10_000, 20_000));
  await page.locator('#from').fill('30001');
  await page.locator('#from').press('Enter');
  await page.waitForURL(/from=30001$/);
  assert.equal(new URL(page.url()).search, '?per=10000&columns=20&from=30001');
  await page.context().close();
});

test('while digits are being computed, the screen is a live page, and turning it loads another', async () => {
  const visitor = site.visitor();
  const running = await visitor.submit(endless.position, endless.question);
  const page = await visit(`/pi/${endless.position}`);
  await page.locator('#live[data-live]').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/from=1001$/);
  await arrives(page, 1001);
  assert.match(await page.locator('#live').getAttribute('data-live'), /from=1001$/);
  // News do not take a selection away.
  await page.evaluate(() => getSelection().selectAllChildren(document.getElementById('p-1101')));
  const revision = () => page.locator('#live').getAttribute('data-revision');
  const before = await revision();
  await until(async () => (await revision()) !== before, 'news');
  assert.equal(await page.evaluate(() => getSelection().toString()), known.slice(1100, 1110));
  assert.ok(await page.evaluate(() => document.getElementById('live-digits') === window.first), 'the same element');
  await page.locator('#live-top a[rel=prev]').click();
  await page.waitForURL(/from=1$/);
  await arrives(page, 1);
  await visitor.post(`/computations/${running}/cancel`);
  await site.waitFor(running, ({ status }) => status === 'cancelled', 'cancelled');
  await page.context().close();
});
