// Every page in every state that it can be in, looked at by axe: in both languages, both
// themes and both widths.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { axeFor } from '../lib/axe.mjs';
import { become, launch, open, picture } from '../lib/browser.mjs';
import { holdWorkers, patient } from '../lib/pause.mjs';
import { Site, slow, until } from '../lib/site.mjs';

// One that has everything, and one where nobody has asked for anything, whose queue has
// one place and whose nginx answers by itself when it is asked to.
const own = [429, 503].map((status) => `location = /nginx/${status} { return ${status}; }`).join('\n');
const [site, bare] = await Promise.all([
  Site.start({ options: { ...slow.options, ...patient, cpus: 1, 'job-memory': 64, niceness: 19 } }),
  Site.start({
    processes: ['nginx', 'fcgi'],
    options: { 'queue-limit': 1 },
    nginx: (conf) => conf.replace(/include [^;]*nthpi\.nginx;/, `$&\n${own}`),
  }),
]);
let goOn = () => {};
after(() => {
  goOn();
  return Promise.all([site.stop(), bare.stop()]);
});
const browser = await launch();
after(() => browser.close());

// ---- what there is to be seen ----

const visitor = site.visitor();
const done = async (position, question) => {
  const { id } = await site.ask(position, question);
  await site.waitDone(id);
  return id;
};
const decimal = await done(12_345, { algorithm: 'chudnovsky' });
const again = await done(12_345, { algorithm: 'spigot' });
const hex = await done(5000, { radix: 16, algorithm: 'chudnovsky' });
const windowed = await done(1_000_000, { radix: 16, algorithm: 'bbp' });
for (let i = 0; i < 50; i++) await done(100 + i, { algorithm: i % 2 ? 'auto' : 'chudnovsky' });
const failed = (await site.ask(20_000_000, { algorithm: 'chudnovsky' })).id;
await site.waitFor(failed, ({ status }) => status === 'failed', 'failed');
const [running, queued, cancelled] = [await visitor.submit(1_900_000, slow.question),
  await visitor.submit(1_900_001, slow.question), await visitor.submit(1_900_002, slow.question)];
await visitor.post(`/computations/${cancelled}/cancel`);
await until(async () => (await site.get(`/computations/${running}`)).text.includes('class="stream'), 'its digits');
await site.waitFor(queued, ({ status }) => status === 'queued', 'queued');
await site.waitFor(cancelled, ({ status }) => status === 'cancelled', 'cancelled');
// From now on nothing changes: no row ends, and no page is renewed while axe looks at it.
goOn = await holdWorkers(site);

/** Clicks what fits SELECTOR, which leads to another page. */
const follow = (page, selector) => Promise.all([page.waitForEvent('load'), page.locator(selector).click()]);

/** Fills in the form for a new computation and presses one of its buttons. */
const submit = (position, button = '.primary') => async (page) => {
  await page.locator('#position').fill(position);
  await follow(page, `#new ${button}`);
};

// What it is called, where it is, what is done there, and on which site.
const states = [
  ['the list', '/'],
  ['an order, a filter and a position', '/?status=done&radix=10&sort=time&position=12345'],
  ['a filter that nothing passes', '/?status=failed&radix=16'],
  ['an older page', '/', (page) => follow(page, '[rel=next]')],
  ['a row that leads', `/?highlight=${failed}#c-${failed}`],
  ['rows that are selected', '/?status=cancelled', async (page) => {
    await page.locator('thead input').check();
  }],
  ['several to be deleted', '/?status=cancelled', async (page) => {
    await page.locator('thead input').check();
    await follow(page, '.bulk [value=delete]');
    await page.locator('.several-rows').waitFor();
  }],
  ['rows that were refused', '/?status=done', async (page) => {
    await page.locator('thead input').check();
    await follow(page, '.bulk [value=cancel]');
    await page.locator('.told').waitFor();
  }],
  ['a position that is none', '/', submit('one')],
  ['an estimate', '/', submit('50000000', '[name=preview]')],
  ['a form that is too old', `/computations/${cancelled}`, async (page) => {
    await page.locator('[action$=retry] [name=csrf]').evaluate((input) => { input.value = 'old'; });
    await follow(page, '[action$=retry] button');
    await page.locator('.failure').waitFor();
  }],
  ['one that is done', `/computations/${decimal}`],
  ['one that is done by BBP', `/computations/${windowed}`],
  ['one that runs', `/computations/${running}`, (page) => page.locator('.stream').waitFor()],
  ['one that waits', `/computations/${queued}`],
  ['one that has failed', `/computations/${failed}`],
  ['one that was cancelled', `/computations/${cancelled}`],
  ['one of somebody else to be deleted', `/computations/${decimal}/delete`],
  ['one to be deleted', `/computations/${cancelled}`, async (page) => {
    await become(page, visitor);
    await follow(page, '[href$="/delete"]');
    await page.locator('.danger').waitFor();
  }],
  ['two that agree', `/computations/${again}/compare`],
  ['nothing to compare with', `/computations/${hex}/compare`],
  ['one that runs, compared', `/computations/${running}/compare`],
  ['digits', '/pi/12345'],
  ['the marked digit', '/pi/12345?from=12001&columns=20'],
  ['hexadecimal digits', '/pi/5000?radix=16&columns=5'],
  ['digits that are selected', '/pi/12345', async (page) => {
    await page.evaluate(() => getSelection().selectAllChildren(document.getElementById('p-101')));
    await page.locator('.chosen').waitFor();
  }],
  ['digits from one position on', '/pi/1000000?radix=16'],
  ['digits that are coming', '/pi/1900000'],
  ['digits nobody knows', '/pi/1234567'],
  ['digits whose computation has failed', '/pi/20000000'],
  ['a position beyond the digits', '/pi/12345?from=99999'],
  ['searching', '/search'],
  ['found', '/search?q=26535'],
  ['not found', '/search?q=123456789012345'],
  ['no digits', '/search?q=seven'],
  ['hexadecimal, found', '/search?q=a308&radix=16'],
  ['a birthday', '/search?day=14&month=3&year=2015&order=dmy'],
  ['no day', '/search?day=31&month=2&year=99'],
  ['pictures', '/pictures', async (page) => {
    for (const summary of await page.locator('summary').all()) await summary.click();
  }],
  ['pictures of digits that are not known', '/pictures?radix=16&n=1000000'],
  ['the API', '/api'],
  ['nothing there', '/nothing'],
  ['what is no question', '/?status=lost'],
  ['nobody has asked', '/', undefined, bare],
  ['nothing to search', '/search?q=1415', undefined, bare],
  ['nothing to draw', '/pictures', undefined, bare],
  ['the web server\'s own page: too many', '/nginx/429', undefined, bare],
  ['the web server\'s own page: not there', '/nginx/503', undefined, bare],
  ['one that others wait for, too', `/computations/${queued}`, async (page) => {
    const other = site.visitor();
    await other.submit(1_900_001, slow.question);
    await become(page, other);
    await page.locator('[action$="/cancel"] button').click();
    await page.locator('.told').waitFor();
  }],
];
const full = [['no room in the queue', '/', submit('4321'), bare]];
const scriptless = [
  ['a list that reloads itself', '/', (page) => page.locator('.several a').waitFor()],
  ['a list that stays', '/?select=1'],
  ['digits', '/pi/12345'],
  ['one that runs', `/computations/${running}`],
];

// ---- what axe says to it ----

/** Why some of what axe says stays as it is: its rule, where, and the reason. */
const reasons = [
  // A table without rows still tells its columns, and below it the page says that there
  // are none; rows come into it while one looks.
  { rule: 'th-has-data-cells', target: /^#computations$/, sure: false },
  // Only where nothing can be read or lost.
  { rule: 'meta-refresh', target: /^meta/, sure: true },
  // What is scrolled out of sight, of digits and of what is compared, has the colours of
  // what is not.
  { rule: 'color-contrast', target: /^(#p-\d+|\.work|\.eta)$/, sure: false },
  // A state that has no room in its column is cut off there, and does not lie over the next.
  { rule: 'color-contrast', target: /^#c-\d+ > \.radix/, sure: false },
];

const english = 'en-GB';
const russian = 'ru-RU';
const wide = { width: 1280, height: 900 };
const narrow = { width: 390, height: 844 };

/** Has PAGE show what browsers show that run no scripts. (Axe runs in none of these.)
 * Such a list reloads itself, not sooner than is good for who reads it, and leads to one that
 * stays: that is left out, or it would happen in the middle of a look. */
function withoutScripts(page) {
  return page.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue();
    const response = await route.fetch();
    const body = (await response.text()).replace(/<script[^]*?<\/script>|<\/?noscript>/g, '')
      .replace(/<meta http-equiv="refresh"[^>]*>/, '');
    return route.fulfill({ response, body });
  });
}

/** What AXE says that has no reason. Of an element that went while it looked, because the
 * page's first poll was answered then, it can't tell: then it looks again. */
async function said(axe) {
  for (let looks = 1; ; looks++) {
    const found = (await axe()).filter(({ rule, target, sure }) => !reasons.some((reason) =>
      reason.rule === rule && reason.sure === sure && reason.target.test(target)));
    if (looks === 5 || found.every(({ sure }) => sure)) return found;
  }
}

/** Looks at all of LIST in one tab, with OPTIONS of its context. Resolves to what is
 * wrong, a line of text each. */
async function look(list, { scripts = true, ...options }) {
  const page = await open(browser, options);
  if (!scripts) await withoutScripts(page);
  const axe = await axeFor(page);
  const wrong = [];
  for (const [name, path, act, where = site] of list) {
    await page.goto(where.url + path);
    await act?.(page);
    for (const { rule, target, html, why, sure } of await said(axe)) {
      wrong.push(`${name}: ${sure ? '' : 'perhaps '}${rule}: ${target} ${html}: ${why}`);
    }
    await picture(page, `axe-${name.replace(/\W+/g, '-')}-${options.viewport.width}-${options.colorScheme}`);
  }
  await page.context().close();
  return wrong;
}

// Each state once, and in the long form in both languages, themes and widths; each of
// these is there in every run.
const halves = [0, 1].map((half) => states.filter((state, i) => i % 2 === half));
for (const [list, locale, colorScheme, viewport, scripts = true] of [
  [halves[0], russian, 'dark', narrow], [halves[1], english, 'light', wide],
  ...(process.env.NTHPI_LONG
    ? [[halves[0], english, 'light', wide], [halves[1], russian, 'dark', narrow]] : []),
  [scriptless, english, 'dark', wide, false],
]) {
  const options = { locale, colorScheme, viewport, scripts };
  const script = scripts ? '' : ', without scripts';
  test(`${locale}, ${colorScheme}, ${viewport.width} pixels${script}: nothing keeps anybody out`, async () => {
    assert.deepEqual(await look(list, options), []);
  });
}

test('nor does it when there is no room', async () => {
  await bare.ask(1234);
  for (const [locale, colorScheme, viewport] of [[english, 'light', narrow], [russian, 'dark', wide]]) {
    assert.deepEqual(await look(full, { locale, colorScheme, viewport }), []);
  }
});

test('what keeps people out is found', async () => {
  const page = await open(browser);
  const axe = await axeFor(page);
  await page.goto(`${site.url}/?status=cancelled`);
  const rules = async () => new Set((await axe()).map(({ rule }) => rule));
  const before = await rules();
  const harms = [
    ['label', () => document.querySelector('.position input').removeAttribute('aria-label')],
    ['color-contrast', () => { document.querySelector('.tagline').style.color = '#999'; }],
    ['html-has-lang', () => document.documentElement.removeAttribute('lang')],
    ['document-title', () => { document.title = ''; }],
    ['select-name', () => document.querySelector('label[for=radix]').remove()],
    ['image-alt', () => document.querySelector('main').append(document.createElement('img'))],
    ['button-name', () => { document.querySelector('.primary').textContent = ''; }],
    ['region', () => {
      document.body.append(Object.assign(document.createElement('p'), { textContent: 'Outside' }));
    }],
    ['target-size', () => {
      document.querySelector('.bulk').style.gap = 0;
      for (const button of document.querySelectorAll('.bulk button')) {
        button.disabled = false;
        Object.assign(button.style, { minHeight: 0, height: '8px', width: '8px', padding: 0, overflow: 'hidden' });
      }
    }],
  ];
  for (const [rule, harm] of harms) {
    assert.ok(!before.has(rule), rule);
    await page.evaluate(harm);
  }
  const found = await rules();
  assert.deepEqual(harms.map(([rule]) => rule).filter((rule) => !found.has(rule)), []);
  await page.context().close();
});
