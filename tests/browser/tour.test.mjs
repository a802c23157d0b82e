// The tour of README.md, done as it stands there: clicks, keys and commands are taken from
// its text, and what it says is seen must be seen, in a browser that people have.
// lib/tour.mjs tells how it is read. The README's screenshots are taken on the way
// (contrib/screenshots/make keeps them).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { launch, open, picture } from '../lib/browser.mjs';
import { Site, build, source, until } from '../lib/site.mjs';
import { TourError, parse, pattern } from '../lib/tour.mjs';

const run = promisify(execFile);
const readme = fs.readFileSync(path.join(source, 'README.md'), 'utf8');
const steps = parse(readme);
const ADDRESS = 'http://127.0.0.1:8080'; // as contrib/quickstart prints it
const WAIT = 60_000; // ms, for what is to be seen
const LARGEST = 200_000; // bytes of a screenshot

const site = await Site.start({ limited: true, options: { cpus: 2 } });
after(() => site.stop());
const browser = await launch({ whole: true });
after(() => browser.close());

// Where commands are run: a folder like the source tree after contrib/quickstart.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-tour-'));
after(() => fs.rmSync(folder, { recursive: true }));
fs.mkdirSync(path.join(folder, 'build'));
fs.symlinkSync(path.join(build, 'nthpi'), path.join(folder, 'build', 'nthpi'));

const whole = (text) => new RegExp(`^\\s*${pattern(text, { loose: true })}\\s*$`);

const rowOf = (page, link) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name: whole(link) }) });

/** Is TEXT seen on the page, or in its row ROW as the text of a cell? In the page: finds
 * the smallest elements with that text, one of which must really be visible. */
function seen(page, text, row) {
  const words = pattern(text, { loose: true });
  if (row) {
    return rowOf(page, row).locator('th, td').evaluateAll((cells, source_) => cells.some((cell) =>
      new RegExp(source_).test(cell.innerText) && cell.checkVisibility()), whole(text).source);
  }
  // Not a part of a longer word or number.
  const bounded = `(?<![\\p{L}\\p{N}]|\\p{N}[.,])(?:${words})(?![\\p{L}\\p{N}]|[.,]\\p{N})`;
  return page.evaluate((source_) => {
    const has = new RegExp(source_, 'u');
    const find = (element) => {
      if (!has.test(element.innerText ?? '')) return false;
      const below = [...element.children].filter((child) => has.test(child.innerText ?? ''));
      if (below.length) return below.some(find);
      const { width, height } = element.getBoundingClientRect();
      if (width <= 2 || height <= 2 || !element.checkVisibility({ visibilityProperty: true })) return false;
      for (const old of document.querySelectorAll('[data-seen]')) old.removeAttribute('data-seen');
      element.setAttribute('data-seen', '');
      return true;
    };
    return find(document.body);
  }, bounded);
}

/** Someone who follows a tour: does acts one after the other on a page. */
class Follower {
  static async start() {
    const follower = new this();
    follower.loads = 0;
    follower.page = await open(browser, { viewport: { width: 1160, height: 740 }, locale: 'en' });
    follower.waits(WAIT);
    follower.page.setDefaultNavigationTimeout(WAIT);
    follower.page.on('domcontentloaded', () => { follower.loads++; });
    return follower;
  }

  /** For how long, ms, it looks for what it is to use or to see. */
  waits(wait) {
    this.wait = wait;
    this.page.setDefaultTimeout(wait);
  }

  stop() {
    return this.page.context().close();
  }

  async perform(act) {
    try {
      await this.page.waitForLoadState(); // what is pressed before would be lost
      await this[act.act](act);
    } catch (error) {
      throw new Error(`${act.words}: ${error.message}`, { cause: error });
    }
    if (['see', 'row', 'picture'].includes(act.act)) this.first ??= this.loads;
    else if (!['stay', 'shot'].includes(act.act)) this.first = undefined;
  }

  async open({ address }) {
    assert.ok(address.startsWith(`${ADDRESS}/`), 'an address of the site');
    const answer = await this.page.goto(address.replace(ADDRESS, site.url));
    assert.equal(answer.status(), 200);
  }

  async type({ text, field }) {
    const input = this.page.getByLabel(whole(field));
    await input.fill('');
    await input.pressSequentially(text);
  }

  async choose({ option, field }) {
    await this.page.getByLabel(whole(field)).selectOption({ label: option });
  }

  press({ button }) {
    return this.page.getByRole('button', { name: whole(button) }).click();
  }

  key({ key }) {
    return this.page.keyboard.press({ '←': 'ArrowLeft', '→': 'ArrowRight' }[key] ?? key);
  }

  follow({ link }) {
    return this.page.getByRole('link', { name: whole(link) }).click();
  }

  row({ row }) {
    return rowOf(this.page, row).waitFor();
  }

  see({ text, row }) {
    return until(() => seen(this.page, text, row), row ? `it in the row ${row}` : 'it', { timeout: this.wait });
  }

  async picture({ name }) {
    const image = this.page.getByRole('img', { name: whole(name) });
    await image.scrollIntoViewIfNeeded();
    await until(() => image.evaluate(({ complete, naturalWidth }) => complete && naturalWidth > 0),
      `the picture ${name}`, { timeout: this.wait });
    await image.evaluate((element) => { element.dataset.seen = ''; });
  }

  stay() {
    assert.notEqual(this.first, undefined, 'nothing was seen before it');
    assert.equal(this.loads, this.first, 'the page was loaded again');
  }

  async shot({ name }) {
    const dark = name.endsWith('-dark');
    await this.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await this.page.evaluate(() => {
      scrollTo(0, 0);
      const last = [...document.querySelectorAll('[data-seen]')].at(-1);
      if (last?.getBoundingClientRect().bottom > innerHeight) last.scrollIntoView({ block: 'center' });
    });
    await picture(this.page, `readme-${name}`, { fullPage: false });
    await this.page.emulateMedia({ colorScheme: 'light' });
  }

  async run({ command, output }) {
    const { stdout } = await run('bash', ['--norc', '-ec', command.replaceAll(ADDRESS, site.url)],
      { cwd: folder, env: { ...process.env, HOME: folder, XDG_STATE_HOME: folder }, timeout: WAIT });
    assert.match(stdout.trim(), new RegExp(`^${pattern(output)}$`));
  }
}

const follower = await Follower.start();
const taken = [];
let lost = false;
for (const [i, { title, acts }] of steps.entries()) {
  test(`step ${i + 1}: ${title}`, async () => {
    assert.ok(!lost, 'a step before it has failed');
    lost = true;
    for (const act of acts) {
      await follower.perform(act);
      if (act.act === 'shot') taken.push(act.name);
    }
    assert.deepEqual(follower.page.problems(), []);
    lost = false;
  });
}

test('the tour shows what the site is for', () => {
  const titles = steps.map(({ title }) => title.toLowerCase()).join(' ');
  for (const word of ['submit', 'watch', 'read', 'search', 'pictures', 'api', 'command line']) {
    assert.ok(titles.includes(word), word);
  }
});

test('the screenshots of README are those of the tour, and small', () => {
  const shown = [...readme.matchAll(/!\[[^\]]+\]\(contrib\/screenshots\/([a-z-]+)\.png\)/g)].map(([, name]) => name);
  assert.ok(shown.length >= 2);
  assert.deepEqual([...shown].sort(), [...new Set(taken)].sort());
  for (const name of shown) {
    const { size } = fs.statSync(path.join(source, 'contrib', 'screenshots', `${name}.png`));
    assert.ok(size > 10_000 && size < LARGEST, `${name}.png: ${size} bytes`);
  }
});

// ---- it would be noticed ----

const tour = (...lines) => `## A tour\n\nWords.\n\n1. **One.** ${lines.join('\n')}\n\n## Next\n`;

test('a step that can\'t be read is an error', () => {
  const read = parse(tour('Open `http://a/`, type `5`', '   into *Field*, and the row *5* is "done". It',
    '   says "4 … 5".'));
  assert.deepEqual(read, [{
    title: 'One',
    acts: [{ act: 'open', address: 'http://a/', words: 'Open `http://a/`' },
      { act: 'type', text: '5', field: 'Field', words: 'type `5` into *Field*' },
      { act: 'row', row: '5', words: 'row *5*' }, { act: 'see', text: 'done', row: '5', words: '"done"' },
      { act: 'see', text: '4 … 5', row: undefined, words: '"4 … 5"' }],
  }]);
  const shell = ['In a shell:', '', '       a |\\', '         b   # 1', '       c', '       # 2', '       # 3'];
  assert.deepEqual(parse(tour(...shell))[0].acts, [
    { act: 'run', command: 'a |\\\n  b', output: '1', words: 'a |\\\n  b' },
    { act: 'run', command: 'c', output: '2\n3', words: 'c' }]);
  for (const [text, complaint] of [
    ['Just look around.', /nothing is done/],
    ['It says "done".', /nothing is done/],
    ['Open `http://a/`.', /nothing is seen/],
    ['See "a" and press *Button*.', /nothing is seen at its end/],
    ['Open `http://a/` and press the button: "done".', /nothing to press/],
    ['Open `http://a/` and click *Button*: "done".', /what to do with \*Button\*/],
    ['Open `http://a/`, then `5`: "done".', /what to do with `5`/],
    ['Type `5` and see "done".', /nothing to type/],
    ['Choose *Option* in *List*: "done".', /nothing to choose/],
    ['Open `http://a/` **now**: "done".', /not a mark/],
    ['Open [it](http://a/): "done".', /not a mark/],
    ['Open `http://a/`: "done', /not a mark/],
    ['Commands:\n\n       true', /what does it print/],
    ['Commands:\n\n       # 1', /no command/],
    ['Open `http://a/`: "done".\n  Or not.', /neither text nor block/],
  ]) {
    assert.throws(() => parse(tour(text)), (error) => error instanceof TourError && complaint.test(error.message) &&
      error.message.startsWith('step 1: '), text);
  }
  assert.throws(() => parse('# A tour\n'), /no section/);
  assert.throws(() => parse('## A tour\n\nWords.\n'), /no steps/);
  assert.throws(() => parse(tour('Open `http://a/`: "done".').replace('1.', '2.')), /number 2/);
});

test('a step that the site does not do as it says is an error', async () => {
  const other = await Follower.start();
  for (const [text, failing, complaint] of [
    ['Open `http://127.0.0.1:8080/nothing`: "found".', 'open', /200/],
    ['Open `http://127.0.0.1:8081/`: "nthpi".', 'open', /an address of the site/],
    ['Open `http://127.0.0.1:8080/` and type `5` into *Place*: "5".', 'type', /Place/],
    ['Open `http://127.0.0.1:8080/` and choose `17` in *Radix*: "17".', 'choose', /17/],
    ['Open `http://127.0.0.1:8080/` and press *Reckon*: "done".', 'press', /Reckon/],
    ['Open `http://127.0.0.1:8080/` and follow *Films*: "film".', 'follow', /Films/],
    ['Open `http://127.0.0.1:8080/`: "The n-th digit of π".', 'see', /in vain/], // for screen readers only
    ['Open `http://127.0.0.1:8080/`: "omputation".', 'see', /in vain/],
    ['Open `http://127.0.0.1:8080/`: there is a row *1 000*.', 'row', /Timeout/],
    ['Open `http://127.0.0.1:8080/`: the row *1 000 000* is "running".', 'see', /in vain/],
    ['Open `http://127.0.0.1:8080/`: the row *1 000 000* has "2".', 'see', /in vain/],
    ['Open `http://127.0.0.1:8080/pictures`: the picture *Films* is there.', 'picture', /Films/],
    ['Open `http://127.0.0.1:8080/` without a reload: "nthpi".', 'stay', /nothing was seen/],
    ['Compute:\n\n       build/nthpi digit 1000   # 8', 'run', /did not match/],
    ['Compute:\n\n       build/nthpi digit 0   # 3', 'run', /Command failed/],
  ]) {
    await assert.rejects(async () => {
      for (const act of parse(tour(text))[0].acts) {
        other.waits(act.act === failing ? 300 : WAIT);
        await other.perform(act);
      }
    }, complaint, text);
  }
  other.waits(WAIT);
  await other.perform({ act: 'open', address: `${ADDRESS}/` });
  await other.perform({ act: 'see', text: 'nthpi' });
  await other.page.reload();
  assert.throws(() => other.stay(), /loaded again/);
  await other.stop();
});
