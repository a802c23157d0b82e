// What is pressed twice is sent once, and whoever asked may cancel.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { endless, patient } from '../lib/pause.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start({ options: { ...endless.options, ...patient } });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

/** Holds every POST of PAGE: `posts` has their paths and bodies, go() lets them on. */
async function holdPosts(page) {
  const posts = [];
  let go;
  const gone = new Promise((resolve) => { go = resolve; });
  await page.route('**/*', async (route) => {
    const request = route.request();
    if (request.method() !== 'POST') return route.continue();
    posts.push(`${new URL(request.url()).pathname} ${request.postData() ?? ''}`);
    await gone;
    return route.continue().catch(() => {}); // another one has taken its place
  });
  return { posts, go };
}

/** A first visit with POSITION typed; its POSTs are held. */
async function typed(position) {
  const page = await open(browser);
  await page.goto(`${site.url}/`);
  await page.locator('#position').fill(String(position));
  await page.locator('#algorithm').selectOption('spigot');
  return { page, ...await holdPosts(page) };
}

/** The middle of what LOCATOR finds. (A locator's own click waits while the page is about
 * to be another one.) */
async function middle(locator) {
  const { x, y, width, height } = await locator.boundingBox();
  return [x + width / 2, y + height / 2];
}

const compute = (page) => page.locator('form#new button.primary');

const enter = (page) => page.keyboard.press('Enter');
const click = (page, button) => page.mouse.click(...button);

for (const [name, first, second] of [
  ['a double click on Compute', click, (page, button) => page.mouse.click(...button, { clickCount: 2 })],
  ['Enter twice', enter, enter], ['Enter and a click', enter, click],
]) {
  test(`${name} of a first visit asks once, and the visitor may cancel`, async () => {
    const { page, posts, go } = await typed(endless.position);
    const button = await middle(compute(page));
    await page.locator('#position').focus();
    await first(page, button);
    // Sooner than that a browser itself sends but the last.
    await until(() => posts.length > 0, 'a question');
    await second(page, button);
    go();
    await page.waitForURL(/highlight=\d+/); // which answers the last question
    assert.equal(posts.length, 1, posts.join('\n'));
    const id = /highlight=(\d+)/.exec(page.url())[1];
    await page.goto(`${site.url}/computations/${id}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('#live-answer[data-status=cancelled]').waitFor();
    await until(() => posts.length > 1, 'the cancelling');
    assert.deepEqual(posts.slice(1).map((post) => post.split(' ')[0]), [`/computations/${id}/cancel`]);
    assert.deepEqual(page.problems(), []);
    await page.context().close();
  });
}

test('the button that is pressed says which it is, and other forms are others', async () => {
  const { page, posts, go } = await typed(123);
  const [preview, russian] = [await middle(page.locator('button[name=preview]')),
    await middle(page.locator('form.language button[lang=ru]'))];
  await page.mouse.click(...preview);
  await until(() => posts.length > 0, 'a question');
  assert.match(posts[0], /^\/computations .*&preview=1$/);
  await page.mouse.click(...preview);
  await page.mouse.click(...russian);
  await until(() => posts.length > 1, 'the choice of a language');
  assert.match(posts[1], /^\/language\/ru/);
  go();
  await until(() => page.evaluate(() => document.documentElement.lang === 'ru'), 'the page in Russian');
  assert.equal(posts.length, 2, posts.join('\n'));
  await page.context().close();
});

for (const [name, deed] of [
  ['comes back from the browser\'s memory', (page) => page.evaluate(() =>
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))],
  ['was stopped by a key', (page) => page.keyboard.press('Escape')],
  ['got no answer for long', (page) => page.clock.fastForward(10_001)],
]) {
  test(`what ${name} may be sent again`, async () => {
    const page = await open(browser);
    await page.clock.install();
    await page.goto(`${site.url}/`);
    await page.locator('#position').fill('124');
    let posts = 0;
    // Without content a browser stays where it is.
    await page.route('**/computations', (route) => {
      posts++;
      return route.fulfill({ status: 204 });
    });
    for (let n = 1; n <= 2; n++) {
      await compute(page).click();
      await until(() => posts === n, `question ${n}`);
      await compute(page).click();
      await page.evaluate(() => fetch('/robots.txt')); // which goes the same way, but later
      assert.equal(posts, n);
      await deed(page);
    }
    await page.context().close();
  });
}
