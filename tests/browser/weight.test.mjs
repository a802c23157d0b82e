// What a first visit brings over the wire before a page can be seen and used, through
// nginx as it is set up, and what the second one brings.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { raw } from '../lib/http.mjs';
import { Site, until } from '../lib/site.mjs';

const MOST = 30_000; // bytes of a first visit: headers and bodies, as they were sent
const FIRST = ['Document', 'Stylesheet', 'Script']; // what it takes to see and use a page

// An index that is made meanwhile would change what a search answers.
const site = await Site.start({ options: { 'index-wait-s': 3600 } });
after(() => site.stop());
const browser = await launch();
after(() => browser.close());

const done = async (position, question) => {
  const { id } = await site.ask(position, question);
  await site.waitDone(id);
  return id;
};
// What computations cost is on the list, once it is told.
await until(async () => (await site.get('/')).text.includes('class="costs"'), 'the costs that the daemon tells');
const id = await done(123_456, { algorithm: 'chudnovsky' });
await done(20_000, { radix: 16, algorithm: 'chudnovsky' });
for (let i = 0; i < 52; i++) await done(99_900 + i, { algorithm: i % 13 ? 'auto' : 'chudnovsky' });

/** The bytes of a whole answer to GET PATH, its headers with it. */
const bytesOf = async (path) => (await raw(site.port,
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n`)).length;

/** A tab that notes what comes over the wire: {url, type, status, bytes, cached, over}. What
 * the page before asked for may still be told of when its own loads are noted. */
async function tab(options) {
  const page = await open(browser, options);
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  page.loads = new Map();
  page.failures = [];
  session.on('Network.requestWillBeSent', ({ requestId, request: { url }, type }) => {
    page.loads.set(requestId, { url, type, status: 0, bytes: 0, cached: false, over: false });
  });
  session.on('Network.requestServedFromCache', ({ requestId }) => {
    if (page.loads.has(requestId)) page.loads.get(requestId).cached = true;
  });
  session.on('Network.responseReceived', ({ requestId, response: { status, fromDiskCache } }) => {
    const load = page.loads.get(requestId);
    if (!load) return;
    load.status = status;
    load.cached ||= fromDiskCache;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength: bytes }) => {
    if (page.loads.has(requestId)) Object.assign(page.loads.get(requestId), { bytes, over: true });
  });
  session.on('Network.loadingFailed', ({ requestId, errorText, canceled }) => {
    if (!canceled) page.failures.push(`${page.loads.get(requestId)?.url}: ${errorText}`);
    if (page.loads.has(requestId)) page.loads.get(requestId).over = true;
  });
  return page;
}

/**
 * Visits PATH. Resolves to what is `wrong`, a line of text each; the `first` loads; the
 * `bytes` of these and of the icon (which this browser loads at its leisure, so it is
 * asked for here), at most `most`; and the types of what was not in the cache, `asked`.
 */
async function visit(page, path, { status = 200, most = MOST } = {}) {
  page.loads.clear();
  const answer = await page.goto(site.url + path);
  const { waits, icon } = await page.evaluate(() => ({
    waits: performance.getEntriesByType('resource')
      .filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking')
      .map(({ name }) => name),
    icon: document.querySelector('link[rel=icon]').getAttribute('href'),
  }));
  // A page that is there has heard of the ends of its loads; we may not have.
  const started = () => [...page.loads.values()].filter(({ type }) => FIRST.includes(type));
  await until(() => started().length > 0 && started().every(({ over }) => over), 'the loads to be over');
  const loads = [...page.loads.values()];
  const first = started();
  const bytes = first.reduce((sum, load) => sum + load.bytes, await bytesOf(icon));
  const wrong = [
    // A page that is an error is one to the console, too.
    ...page.problems().filter((text) => status === 200 || !text.includes(`status of ${status} `)),
    ...page.failures,
    ...loads.filter(({ url }) => new URL(url).origin !== site.url).map(({ url }) => `from elsewhere: ${url}`),
    ...first.filter((load) => load.type !== 'Document' && load.status !== 200)
      .map((load) => `${load.status}: ${load.url}`),
    ...waits.filter((name) => !/\/nthpi\.[0-9a-f]{12}\.css$/.test(name)).map((name) => `waits for ${name}`),
  ];
  if (answer.status() !== status) wrong.push(`${path}: ${answer.status()}`);
  if (bytes > most) wrong.push(`${path}: ${bytes} bytes`);
  const asked = first.filter(({ cached }) => !cached).map(({ type }) => type);
  return { wrong, first, bytes, asked };
}

// Of pictures only the page is counted: they have their places in it, and come when it
// is seen. Who asks for ten thousand digits is to have them.
const pages = [
  ['/'], ['/?status=done&sort=time'], [`/computations/${id}`], [`/computations/${id}/compare`],
  ['/pi/123456'], ['/pi/20000?radix=16'], ['/pi/123456?per=10000', { most: 50_000 }],
  ['/pi/1234567', { status: 404 }], ['/search'], ['/search?q=26535'],
  ['/search?day=14&month=3&year=2015'], ['/pictures'], ['/api'],
  ['/nothing', { status: 404 }], ['/?status=lost', { status: 400 }],
];
let heaviest = 0;
for (const [number, [path, how = {}]] of pages.entries()) {
  test(`${path}: light, from here alone, and once`, async () => {
    const page = await tab({ locale: number % 2 ? 'en-GB' : 'ru-RU' });
    const { wrong, bytes, first } = await visit(page, path, how);
    assert.deepEqual(wrong, []);
    assert.ok(first.length >= 3 && first.every((load) => load.bytes > 0), 'they were counted');
    if (!how.most) heaviest = Math.max(heaviest, bytes);

    // Next time the page itself is all that is asked for, and it is still the same.
    await page.goto('about:blank');
    const again = await visit(page, path, how);
    assert.deepEqual(again.wrong, []);
    assert.deepEqual(again.asked, ['Document']);
    const own = again.first.find(({ type }) => type === 'Document');
    if (!how.status) assert.ok(own.bytes < 1000, `${own.bytes} bytes for what has not changed`);
    await page.context().close();
  });
}

test('the list in both languages', async (t) => {
  for (const locale of ['en-GB', 'ru-RU']) {
    const page = await tab({ locale });
    const { wrong, bytes } = await visit(page, '/');
    assert.deepEqual(wrong, []);
    assert.equal(await page.locator('tbody tr').count(), 50);
    t.diagnostic(`figure: a first visit to the list (${locale}): ${bytes} bytes`);
    await page.context().close();
  }
  t.diagnostic(`figure: the heaviest first visit: ${heaviest} bytes`);
});

test('what is wrong is found', async () => {
  const page = await tab();
  await page.route(`${site.url}/api`, async (route) => {
    const response = await route.fetch();
    const more = '<script src="/static/list.js"></script><script src="/static/none.js" defer></script>'
      + `<img alt="" src="http://127.0.0.1:${site.port + 1}/elsewhere"><p onclick="0">`;
    await route.fulfill({ response, body: (await response.text()).replace('</head>', `${more}</head>`) });
  });
  const { wrong } = await visit(page, '/api', { most: 1000 });
  for (const one of [/^waits for .*list\.js$/, /^404: .*none\.js$/, /^from elsewhere/, /bytes$/]) {
    assert.ok(wrong.some((text) => one.test(text)), `${one} in ${wrong.join('\n')}`);
  }
  for (const one of [/^exception: /, /^console: .*Content Security Policy/]) {
    await until(() => page.problems().some((text) => one.test(text)), `${one} in ${page.problems()}`);
  }
  await page.context().close();
});
