// What is written in pictures can be read on small screens.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open, picture } from '../lib/browser.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());
const browser = await launch();
after(() => browser.close());
for (const [position, question] of [[10_000, { algorithm: 'chudnovsky' }], [1000, { algorithm: 'spigot' }],
  [1000, { radix: 16, algorithm: 'chudnovsky' }], [1_000_000, { radix: 16, algorithm: 'bbp' }]]) {
  const { id } = await site.ask(position, question);
  await site.waitDone(id);
}

const NAMES = ['frequencies', 'walk', 'matrix', 'transitions', 'speed'];
const SMALL = /@media \(max-width: (\d+)px\)/g;

/** The labels of the picture that PAGE shows alone, as if it were WIDTH pixels wide:
 * what is `wrong` with them, a line of text each, and how many there are. */
const labels = (page, width) => page.evaluate((wanted) => {
  const scale = wanted / 720;
  const wrong = [];
  const characters = [];
  const shown = [...document.querySelectorAll('text')].filter((text) => text.getClientRects().length > 0);
  for (const text of shown) {
    for (const part of [text, ...text.querySelectorAll('tspan')]) {
      const { c, d } = part.getCTM();
      const height = parseFloat(getComputedStyle(part).fontSize) * Math.hypot(c, d) * scale;
      if (part.firstChild && height < 10) wrong.push(`${height.toFixed(1)} px: ${part.textContent}`);
    }
    const { left, right, top, bottom } = text.getBoundingClientRect();
    if (left < -1 || right > 721 || top < -6 || bottom > document.documentElement.viewBox.baseVal.height + 6) {
      wrong.push(`outside: ${text.textContent}`);
    }
    // What is seen of a character: no line's height, but about that of a capital letter.
    const whole = text.getScreenCTM();
    for (let i = 0; i < text.getNumberOfChars(); i++) {
      const box = text.getExtentOfChar(i);
      const base = text.getStartPositionOfChar(i).y;
      const size = box.height / 1.17;
      const at = (x, y) => new DOMPoint(x, y).matrixTransform(whole);
      const [one, other] = [at(box.x + 0.05 * size, base - 0.7 * size), at(box.x + box.width - 0.05 * size, base)];
      characters.push({ text, one, other });
    }
  }
  characters.forEach(({ text, one, other }, i) => {
    for (const next of characters.slice(i + 1)) {
      if (next.text !== text && one.x < next.other.x && next.one.x < other.x && one.y < next.other.y && next.one.y < other.y) {
        wrong.push(`overlap: ${text.textContent} | ${next.text.textContent}`);
      }
    }
  });
  return { wrong: [...new Set(wrong)], count: shown.length };
}, width);

for (const locale of ['en', 'ru']) {
  for (const query of ['n=1000', 'n=10000', 'radix=16&n=1000', 'n=100']) {
    test(`${query} in ${locale}: labels are ten pixels high and have room`, async () => {
      // The widths of a picture on phones, and where the text is smallest for it.
      for (const width of [286, 331, 356, 521, 720]) {
        const page = await open(browser, { locale, viewport: { width, height: 900 } });
        for (const name of NAMES) {
          await page.goto(`${site.url}/pictures/${name}.svg?${query}`);
          const { wrong, count } = await labels(page, width);
          assert.ok(count > 0 || name === 'matrix', name);
          assert.deepEqual(wrong, [], `${name}, ${width} pixels`);
          if (width === 286) await picture(page, `label-${name}-${locale}-${query.replace(/\W/g, '-')}`);
        }
        assert.deepEqual(page.problems(), []);
        await page.context().close();
      }
    });
  }
}

test('on the page of pictures it is the width there that counts', async () => {
  for (const [width, wanted] of [[1280, 0], [390, 1], [320, 2]]) {
    const page = await open(browser, { viewport: { width, height: 900 } });
    // As it is, and as if the first so many of its conditions were true and no others.
    let fulfilled = null;
    await page.route('**/pictures/speed.svg*', async (route) => {
      const answer = await route.fetch();
      let n = 0;
      const body = (await answer.text()).replace(SMALL, (as, limit) => {
        n += 1;
        if (fulfilled === null) return as;
        return `@media ${(limit > 400 ? 1 : 2) <= fulfilled ? 'all' : 'not all'}`;
      });
      assert.ok(n >= 2, 'it has conditions');
      return route.fulfill({ response: answer, body });
    });
    const looks = [];
    for (fulfilled of [null, 0, 1, 2]) {
      await page.goto(`${site.url}/pictures?n=1000`);
      const image = page.locator('#speed img');
      await image.evaluate((own) => own.decode());
      if (fulfilled === null) await picture(page, `labels-${width}`);
      looks.push((await image.screenshot()).toString('base64'));
    }
    const [asIs, ...made] = looks;
    assert.deepEqual(made.map((look) => look === asIs), [0, 1, 2].map((n) => n === wanted), `${width} pixels`);
    await page.context().close();
  }
});
