// GET /search: strings of digits of pi, found before and after there is an index, in
// both radixes; dates; what is no question; JSON, ETags, metrics; a damaged index.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { element, elements, tags, text } from '../lib/html.mjs';
import { Site, build, until } from '../lib/site.mjs';

const N = 300_000;
const run = promisify(execFile);

const site = await Site.start({ options: { 'index-wait-s': 3600, 'grace-s': 0 } });
after(() => site.stop());
const visitor = site.visitor();

const jsonAsked = { headers: { accept: 'application/json' } };
const json = (query) => site.get(`/search?${query}`, jsonAsked);
const ask = async (query) => {
  const answer = await json(query);
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
};
const indexFile = (radix, n = N) => path.join(site.state, 'digits', `pi-${radix}-${n}.idx`);
const known = {};

/** All positions of STRING in the digits of RADIX. */
function positions(string, radix) {
  const found = [];
  for (let at = known[radix].indexOf(string); at >= 0; at = known[radix].indexOf(string, at + 1)) {
    found.push(at + 1);
  }
  return found;
}

async function compare(string, radix, indexed, after_ = 0) {
  const all = positions(string, radix);
  const position = all.find((at) => at > after_) ?? null;
  const answer = await ask(`q=${string}&radix=${radix}&after=${after_}`);
  assert.deepEqual(
    [answer.query, answer.count, answer.position, answer.occurrence, answer.searched, answer.indexed],
    [string, all.length, position, position && all.indexOf(position) + 1, N, indexed],
  );
  const before = all.filter((at) => at <= after_).at(-1);
  assert.equal(Boolean(answer.links.previous), before !== undefined);
  if (before) assert.equal((await (await site.get(answer.links.previous, jsonAsked)).json()).position, before);
  if (position) {
    const digits = known[radix];
    assert.equal(answer.before, digits.slice(Math.max(0, position - 21), position - 1));
    assert.equal(answer.behind, digits.slice(position - 1 + string.length).slice(0, 20));
  }
}

/** Strings of many lengths from many places, and such as are not there. */
async function compareAll(indexed) {
  for (const radix of [10, 16]) {
    for (const length of [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 31, 119, 120]) {
      for (const at of [0, 1, 777, N - 200, N - length]) {
        const string = known[radix].slice(at, at + length);
        await compare(string, radix, indexed);
        await compare(string, radix, indexed, at);
        await compare(string, radix, indexed, at + 1);
      }
      await compare('7'.repeat(length), radix, indexed);
    }
  }
}

/** The indexes that nthpi-fcgi has open, as /proc names them. */
function indexesHeld() {
  const folder = `/proc/${site.pid('fcgi')}/fd`;
  return fs.readdirSync(folder).flatMap((fd) => {
    try {
      return [fs.readlinkSync(path.join(folder, fd))].filter((name) => name.includes('.idx'));
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** When something was last written to the database. */
const lastWrite = () => fs.statSync(path.join(site.state, 'db', 'nthpi.db-wal'), { bigint: true }).mtimeNs;

test('without digits the page says so', async () => {
  const page = await visitor.get('/search?q=14159');
  assert.equal(page.status, 200);
  assert.match(text(page.text), /No digits are published in this radix yet/);
  assert.doesNotMatch(text(element(page.text, 'title').inner), /14159/, 'nothing was searched');
  assert.deepEqual(await ask('q=14159').then(({ position, count, searched }) => [position, count, searched]),
    [null, 0, 0]);
});

test('an empty radix tells what the other one has, also to who knows the page', async () => {
  const path = '/search?q=14159&radix=16';
  let { headers: { etag } } = await visitor.get(path);
  for (const n of [1000, 2000]) {
    assert.equal((await site.get(path, { headers: { 'if-none-match': etag } })).status, 304);
    await site.waitDone((await site.ask(n, { algorithm: 'chudnovsky' })).id);
    const page = await site.get(path, { headers: { 'if-none-match': etag } });
    assert.equal(page.status, 200);
    const told = text(page.text).match(/[\d,]+(?= (?:decimal )?digits)/g) ?? [];
    assert.ok(told.some((number) => Number(number.replaceAll(',', '')) >= n), told.join());
    ({ etag } = page.headers);
  }
});

test('without an index all of them are searched', async () => {
  for (const radix of [10, 16]) {
    await site.waitDone((await site.ask(N, { radix, algorithm: 'chudnovsky' })).id);
    known[radix] = (await site.get(`/pi/${N}.txt${radix === 16 ? '?radix=16' : ''}`)).text.slice(2);
    assert.equal(known[radix].length, N);
  }
  await compareAll(false);
});

test('with one the answers are the same', async () => {
  site.options['index-wait-s'] = 0;
  await site.restart('daemon');
  await until(() => fs.existsSync(indexFile(10)) && fs.existsSync(indexFile(16)), 'the indexes');
  await compareAll(true);
});

test('the six nines, as a page', async () => {
  const page = await visitor.get('/search?q=999999');
  assert.equal(page.status, 200);
  const answer = element(page.text, 'section', { class: 'answer', 'data-found': 1 });
  assert.match(text(answer.inner), /999999 First at position 762\./);
  const around = element(answer.inner, 'p', { class: 'around' });
  assert.equal(text(around.inner).replaceAll(' ', ''), `…${known[10].slice(741, 787)}…`);
  assert.equal(text(element(around.inner, 'mark').inner), '999999');
  const link = elements(around.inner, 'a')[0].attributes.href;
  // Among all digits that are known, so that it can be read on.
  assert.equal(link.replaceAll('&amp;', '&'), `/pi/${N}?from=1&mark=762-767#found`);
  const digits = await visitor.get('/pi/300000?from=1&mark=762-767');
  assert.equal(digits.status, 200);
  assert.deepEqual(elements(digits.text, 'mark').map(({ inner }) => inner), ['999999']);
  assert.match(text(digits.text), /Digits 762 to 767 of π/);
  const back = tags(digits.text, 'a').find(({ href }) => href?.startsWith('/search?q='));
  assert.match(text((await visitor.get(back.href.replaceAll('&amp;', '&'))).text), /at position 762\./);
  assert.equal((await ask('q=999999')).links.pi, `/pi/${N}?from=1&mark=762-767#found`);
  const [input] = tags(page.text, 'input').filter(({ name }) => name === 'q');
  assert.equal(input.value, '999999');
});

test('the next occurrence, the one before and the first again are links', async () => {
  const all = positions('99999', 10);
  assert.ok(all.length > 2);
  let href = '/search?q=99999';
  let last = '';
  for (const [i, position] of all.entries()) {
    const page = await visitor.get(href);
    assert.match(text(page.text), new RegExp(`position ${position.toLocaleString('en')}\\.`));
    assert.match(text(page.text), new RegExp(i === 0 ? `It occurs ${all.length} times`
      : `This is occurrence ${i + 1} of ${all.length} in the first 300,000 digits\\.`));
    const back = tags(page.text, 'a').find(({ rel }) => rel === 'prev')?.href;
    assert.equal(back?.replace(/&amp;/g, '&'), i === 0 ? undefined : last);
    last = i === 0 ? href : `/search?q=99999&after=${position - 1}`;
    const links = elements(element(page.text, 'div', { id: 'result' }).inner, 'a');
    assert.equal(links.some(({ attributes }) => attributes.href === '/search?q=99999'), i > 0);
    href = links.find(({ attributes }) => attributes.rel === 'next').attributes.href;
  }
  const end = await visitor.get(href);
  const [back] = tags(end.text, 'a').filter(({ rel }) => rel === 'prev');
  assert.match(text((await visitor.get(back.href.replace(/&amp;/g, '&'))).text),
    new RegExp(`position ${all.at(-1).toLocaleString('en')}\\.`));
  assert.match(text(end.text), /After position [\d,]+, no more among the first 300,000 digits/);
});

test('what people type', async () => {
  assert.equal((await ask('q=14.03.1879')).query, '14031879');
  assert.equal((await ask('q=243F+6A88&radix=16')).position, 1);
  for (const [query, words] of [
    ['q=12x', /Only digits/], ['q=beef', /choose radix 16/], ['q=xyz&radix=16', /0 to 9 and a to f/],
    [`q=${'1'.repeat(121)}`, /At most 120 digits/], ['q=%C3%A9', /Only digits/],
  ]) {
    const page = await visitor.get(`/search?${query}`);
    assert.equal(page.status, 400);
    assert.match(text(element(page.text, 'p', { 'data-field': 'q' }).inner), words);
    const [input] = tags(page.text, 'input').filter(({ name }) => name === 'q');
    assert.equal(input.value, new URLSearchParams(query).get('q'), 'the form is kept');
    const problem = await json(query);
    assert.equal(problem.status, 400);
    assert.match(problem.headers['content-type'], /^application\/problem\+json/);
    assert.equal(problem.json().field, 'q');
  }
  for (const query of ['q=1&q=2', 'q=1&after=x', 'q=1&after=-1', 'q=1&radix=7']) {
    assert.equal((await visitor.get(`/search?${query}`)).status, 400, query);
  }
  for (const query of ['', 'q=', 'q=&radix=']) {
    const page = await visitor.get(`/search?${query}`);
    assert.equal(page.status, 200);
    assert.equal(element(page.text, 'section', { class: 'answer' }), undefined);
  }
  assert.equal((await json('')).status, 400);
  assert.equal((await visitor.request('/search', { method: 'POST' })).status, 405);
});

test('a date in all the ways it is written, the visitor\'s own first', async () => {
  const page = await visitor.get('/search?day=4&month=7&year=1976&order=mdy');
  assert.equal(page.status, 200);
  const lines = elements(element(page.text, 'section', { class: 'dates' }).inner, 'tr').slice(1)
    .map(({ inner }) => elements(inner, 'td').map((cell) => text(cell.inner)));
  assert.deepEqual(lines.map(([digits]) => digits),
    ['07041976', '070476', '04071976', '040776', '19760704', '760704']);
  for (const [digits, position, count] of lines) {
    const all = positions(digits, 10);
    assert.equal(position, all[0]?.toLocaleString('en') ?? '–');
    assert.equal(count, String(all.length));
  }
  assert.equal((await visitor.get('/search?day=29&month=2&year=2000')).status, 200);
  for (const query of ['day=29&month=2&year=1900', 'day=31&month=4&year=2000', 'day=&month=4&year=2000',
    'day=1&month=13&year=2000', 'day=1&month=1&year=0', 'day=x&month=1&year=2000']) {
    const bad = await visitor.get(`/search?${query}`);
    assert.equal(bad.status, 400, query);
    assert.match(text(bad.text), /There is no such day/);
    const [input] = tags(bad.text, 'input').filter(({ name }) => name === 'year');
    assert.equal(input.value, new URLSearchParams(query).get('year'));
  }
  // Of which century it is nobody knows.
  for (const year of ['99', '1']) {
    const bad = await visitor.get(`/search?day=3&month=4&year=${year}`);
    assert.equal(bad.status, 400);
    assert.match(text(bad.text), /Write the year with four digits: 1999, not 99\./);
    assert.doesNotMatch(text(bad.text), /no such day/);
  }
  assert.match((await visitor.get('/search?day=3&month=4&year=0099')).text, /03040099/);
});

test('the fields of a date stand in the order of where the visitor is', async () => {
  const pages = new Map();
  for (const [language, wanted] of [['en-US,en;q=0.9', 'mdy'], ['en-GB,en;q=0.9', 'dmy'], ['sv-SE,sv;q=0.9,en;q=0.8', 'ymd'],
    ['hu', 'ymd'], ['zh-CN,zh', 'ymd'], ['ja', 'ymd'], ['ko-KR', 'ymd'], ['lt', 'ymd'], ['ru-RU,ru;q=0.9,en-US;q=0.8', 'dmy']]) {
    const headers = { accept: 'text/html', 'accept-language': language };
    const page = await site.get('/search', { headers });
    const order = (of) => tags(of.text, 'input').flatMap(({ name }) => (['day', 'month', 'year'].includes(name) ? name[0] : [])).join('');
    const chosen = (of) => elements(of.text, 'option').find(({ attributes }) => 'selected' in attributes && attributes.value.length === 3).attributes.value;
    assert.equal(order(page), wanted, language);
    assert.equal(chosen(page), wanted, language);
    assert.match(page.headers.vary, /Accept-Language/);
    pages.set(wanted + language.slice(0, 2), page.headers.etag);
    // What was chosen counts.
    const other = await site.get('/search?day=1&month=2&year=2003&order=mdy', { headers });
    assert.equal(order(other), 'mdy');
    assert.equal(chosen(other), 'mdy');
    assert.match(other.text, /id="month" name="month" value="2"/);
  }
  // A page of one order is no page of another.
  const [american, british, swedish] = ['mdyen', 'dmyen', 'ymdsv'].map((key) => pages.get(key));
  assert.equal(new Set([american, british, swedish]).size, 3);
  const headers = (language) => ({ accept: 'text/html', 'accept-language': language, 'if-none-match': american });
  assert.equal((await site.get('/search', { headers: headers('en-GB') })).status, 200);
  assert.equal((await site.get('/search', { headers: headers('en-US') })).status, 304);
});

test('dates are decimal, whatever radix is asked for; no index suffers', async () => {
  const date = 'day=23&month=1&year=1989';
  const odd = await visitor.get(`/search?radix=16&${date}`);
  assert.equal(odd.status, 200);
  assert.equal(odd.text, (await visitor.get(`/search?${date}`)).text);
  assert.equal((await ask(`q=${known[16].slice(500, 508)}&radix=16`)).indexed, true);
  assert.ok(fs.existsSync(indexFile(16)));
});

test('a link leads to a screen with all of what was found', async () => {
  // 10 digits across the end of the first screen.
  const page = await visitor.get(`/search?q=${known[10].slice(994, 1004)}`);
  const link = elements(element(page.text, 'p', { class: 'around' }).inner, 'a')[0].attributes.href;
  assert.equal(link.replaceAll('&amp;', '&'), `/pi/${N}?from=991&mark=995-1004#found`);
  const screen = await visitor.get(link.replace(/#.*/, '').replaceAll('&amp;', '&'));
  assert.equal(elements(screen.text, 'mark').map(({ inner }) => inner).join(''), known[10].slice(994, 1004));
});

test('a page that has not changed is not sent again', async () => {
  const page = await visitor.get('/search?q=271828');
  const { etag } = page.headers;
  assert.ok(etag);
  const again = await visitor.get('/search?q=271828', { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
});

test('metrics know of the indexes', async () => {
  const { text: metrics } = await site.get('/metrics');
  assert.match(metrics, /^nthpi_index_ready\{radix="10"\} 1$/m);
  assert.match(metrics, /^nthpi_index_ready\{radix="16"\} 1$/m);
});

test('a damaged index gives no wrong answer and is made anew', async () => {
  const file = indexFile(10);
  const whole = fs.readFileSync(file);
  const string = known[10].slice(1000, 1008);
  const fd = fs.openSync(file, 'r+');
  // All positions, in the very file that is open.
  fs.writeSync(fd, Buffer.alloc(whole.length / 2, '!'), 0, whole.length / 2, whole.length / 2);
  fs.closeSync(fd);
  await compare(string, 10, false);
  await until(() => fs.existsSync(file) && fs.readFileSync(file).equals(whole), 'the index, made anew');
  await until(async () => (await ask(`q=${string}`)).indexed, 'its use');
  await compare(string, 10, true);
  // Whoever has it open lets go of the old one, though nobody searches.
  await until(() => !indexesHeld().some((name) => name.endsWith('(deleted)')), 'its disk space');
  // Its offsets, where nobody has it open yet.
  const other = fs.openSync(file, 'r+');
  fs.writeSync(other, '!', 5000);
  fs.closeSync(other);
  await site.restart('fcgi');
  await site.waitReady();
  await compare(string, 10, false);
  await until(() => fs.existsSync(file) && fs.readFileSync(file).equals(whole), 'the index, made anew again');
});

test('of one damage the daemon is told once, though nobody makes a new one', async () => {
  await site.kill('daemon');
  const file = indexFile(10);
  const whole = fs.readFileSync(file);
  const fd = fs.openSync(file, 'r+');
  fs.writeSync(fd, Buffer.alloc(whole.length / 2, '!'), 0, whole.length / 2, whole.length / 2);
  fs.closeSync(fd);
  const noted = () => site.sql("SELECT value % 128 AS percent FROM meta WHERE key = 'index:10'");
  const before = lastWrite();
  await compare(known[10].slice(1000, 1008), 10, false);
  assert.deepEqual(await noted(), [{ percent: 127 }]);
  const told = lastWrite();
  assert.notEqual(told, before);
  for (const at of [1000, 2000, 3000]) await compare(known[10].slice(at, at + 8), 10, false);
  const dates = await visitor.get('/search?day=4&month=7&year=1976');
  assert.equal(dates.status, 200);
  assert.equal(dates.headers.etag, undefined, 'what was found without the index is not kept');
  assert.equal(dates.headers['cache-control'], 'no-store');
  assert.equal(lastWrite(), told, 'nothing more is written');
  await site.start('daemon');
  await until(() => fs.existsSync(file) && fs.readFileSync(file).equals(whole), 'the index, made anew');
  await compare(known[10].slice(1000, 1008), 10, true);
});

test('the command line gives the same answers', async () => {
  const nthpi = path.join(build, 'nthpi');
  const options = { env: site.environment };
  const { stdout } = await run(nthpi, ['search', '999999'], options);
  assert.match(stdout, /^999999: first at position 762\n/);
  assert.match(stdout, new RegExp(`: ${positions('999999', 10).length} in the first 300000 digits`));
  const [, second] = positions('99999', 10);
  const later = await run(nthpi, ['search', `--after=${second - 1}`, '99999'], options);
  assert.match(later.stdout, new RegExp(`^99999: next at position ${second}\n`));
  assert.match(later.stdout, new RegExp(`^occurrence 2 of ${positions('99999', 10).length} in the first 300000 digits$`, 'm'));
  const told = JSON.parse((await run(nthpi, ['search', '--json', '--radix=16', '--after=5', '243f'], options)).stdout);
  const served = await ask('q=243f&radix=16&after=5');
  delete served.links;
  assert.deepEqual(told, served);
  const none = await run(nthpi, ['search', '9'.repeat(50)], options).catch((error) => error);
  assert.equal(none.code, 1);
  assert.match(none.stdout, /not in the first 300000 digits/);
  const bad = await run(nthpi, ['search', 'beef'], options).catch((error) => error);
  assert.equal(bad.code, 2);
});

test('an index goes with its digits, and the next ones get theirs', async () => {
  await site.waitDone((await site.ask(N + 1, { algorithm: 'chudnovsky' })).id);
  await until(() => fs.existsSync(indexFile(10, N + 1)), 'the next index');
  await until(() => !fs.existsSync(indexFile(10)), 'the end of the one before');
  // nthpi-fcgi lets go of it by itself: nobody has searched since.
  await until(() => !indexesHeld().some((name) => name.includes(`pi-10-${N}.idx`)), 'its disk space');
  const answer = await ask(`q=${known[10].slice(-8)}`);
  assert.deepEqual([answer.searched, answer.indexed], [N + 1, true]);
  assert.ok(!fs.existsSync(path.join(site.state, 'work', 'index.new')));
  await run(path.join(build, 'nthpi'), ['check'], { env: site.environment });
});
