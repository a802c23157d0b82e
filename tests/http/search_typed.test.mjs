// GET /search: what people type first. Pi as it is written, with its 3; digits as they are
// pasted; and a site that knows no digits yet, or those of the other radix.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { element, elements, tags, text } from '../lib/html.mjs';
import { Site, build } from '../lib/site.mjs';

const N = 5_000;
const run = promisify(execFile);

const site = await Site.start();
after(() => site.stop());

const search = (query, radix = 10) => site.get(`/search?q=${encodeURIComponent(query)}&radix=${radix}`);
const json = async (query, radix = 10) => {
  const answer = await site.get(`/search?q=${encodeURIComponent(query)}&radix=${radix}`,
    { headers: { accept: 'application/json' } });
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
};
const beginning = (page) => {
  const part = element(page.text, 'p', { class: 'beginning' });
  if (!part) return null;
  const [link] = tags(part.inner, 'a');
  return { says: text(part.inner), href: link.href.replaceAll('&amp;', '&') };
};
const result = (page) => element(page.text, 'div', { id: 'result' }).inner;

test('a site without digits says how to get some', async () => {
  for (const query of ['q=1', 'q=3.14', '', 'day=1&month=2&year=2003']) {
    const page = await site.get(`/search?${query}`);
    assert.equal(page.status, 200);
    assert.match(text(result(page)), /No digits are published in this radix yet/);
    const links = tags(result(page), 'a').map(({ href }) => href);
    assert.deepEqual(links, ['/pi/1000000']);
    const offer = await site.get(links[0]);
    assert.match(offer.text, /<input[^>]* name="position"[^>]* value="1000000"/);
  }
  const hex = await site.get('/search?q=1&radix=16');
  assert.deepEqual(tags(result(hex), 'a').map(({ href }) => href), ['/pi/1000000?radix=16']);
});

test('a site with hexadecimal digits alone says so', async () => {
  await site.waitDone((await site.ask(N, { radix: 16, algorithm: 'chudnovsky' })).id);
  const page = await site.get('/search?q=3243');
  assert.match(text(result(page)), /In radix 16 the first 5,000 digits are known/);
  const links = tags(result(page), 'a').map(({ href }) => href.replaceAll('&amp;', '&'));
  assert.deepEqual(links, ['/pi/1000000', '/search?q=3243&radix=16']);
  assert.equal((await site.get(links[1])).status, 200);
  // Dates are decimal: radix 16 is no help.
  const date = await site.get('/search?day=1&month=2&year=2003');
  assert.deepEqual(tags(result(date), 'a').map(({ href }) => href), ['/pi/1000000']);
});

test('pi as it is written begins pi', async () => {
  await site.waitDone((await site.ask(N)).id);
  for (const typed of ['3.14159265', '3,14159265', ' 3.14159 265 ', '3.14159265…', '3.14159265...']) {
    const page = await search(typed);
    assert.equal(page.status, 200);
    assert.deepEqual(beginning(page), {
      says: 'π begins so: behind the 3 stand its first 8 digits after the point. Show it',
      href: `/pi/${N}?from=1&mark=1-8#found`,
    });
    assert.match(text(element(page.text, 'p', { id: 'headline' }).inner), /14159265 First at position 1\./);
    assert.equal(tags(page.text, 'input').find(({ name }) => name === 'q').value, typed);
    const answer = await json(typed);
    assert.deepEqual([answer.query, answer.position, answer.count], ['14159265', 1, 1]);
  }
  const hex = await search('3.243F6A88', 16);
  assert.match(beginning(hex).says, /its first 8 digits/);
  assert.equal(beginning(hex).href, `/pi/${N}?radix=16&from=1&mark=1-8#found`);
  const one = await search('3.1');
  assert.match(beginning(one).says, /behind the 3 stands its first digit after the point/);
});

test('where it goes wrong is told', async () => {
  const page = await search('3.14158');
  assert.match(beginning(page).says, /the first 4 digits after the point agree, then π goes on with 92653…/);
  assert.equal(beginning(page).href, `/pi/${N}?from=1&mark=1-4#found`);
  assert.match(text(page.text), /14158 (Not among|First at)/);
  // Not pi at all, but dates and numbers: a string like others.
  for (const typed of ['3.5.1979', '3.75', '3-41', '14.3', '3']) {
    const other = await search(typed);
    assert.equal(beginning(other), null, typed);
    assert.equal((await json(typed)).query, typed.replace(/\D/g, ''));
  }
});

test('the 3 among the digits is searched for, and told from that before the point', async () => {
  for (const [typed, radix, agree] of [['314159265', 10, 8], ['3243f6a8', 16, 7], ['314', 10, 2]]) {
    const page = await search(typed, radix);
    assert.match(beginning(page).says,
      new RegExp(`π itself begins so, with the 3 before the point and the ${agree} digits after it`));
    assert.equal((await json(typed, radix)).query, typed);
  }
  for (const typed of ['31', '314158', '14159']) assert.equal(beginning(await search(typed)), null, typed);
});

test('pasted digits are taken as they come', async () => {
  for (const typed of ['1415 9265', '1415\u00a09265', '1415\u202f9265', '1415\n9265', '"14159265"',
    '«1415 9265»', "1415'9265", '14_159_265', '1415–9265', '14159265…']) {
    assert.equal((await json(typed)).query, '14159265', JSON.stringify(typed));
  }
  for (const typed of ['１４１５', '١٤١٥', '14¹5']) {
    const page = await search(typed);
    assert.equal(page.status, 400);
    assert.match(text(element(page.text, 'p', { 'data-field': 'q' }).inner), /Type the digits as 0 to 9/);
    assert.equal(tags(page.text, 'input').find(({ name }) => name === 'q').value, typed);
  }
});

test('the command line answers the same', async () => {
  for (const typed of ['3.14159265', '3.75', '314159265']) {
    const options = { env: site.environment };
    const here = await run(path.join(build, 'nthpi'), ['search', '--json', typed], options)
      .catch((error) => error);
    const there = await run(path.join(build, 'nthpi'), ['search', '--json', `--url=${site.url}`, typed], options)
      .catch((error) => error);
    const served = await json(typed);
    delete served.links;
    assert.deepEqual(JSON.parse(here.stdout), served);
    const elsewhere = JSON.parse(there.stdout);
    delete elsewhere.links;
    assert.deepEqual(elsewhere, served);
  }
  const strange = await run(path.join(build, 'nthpi'), ['search', '１'], { env: site.environment })
    .catch((error) => error);
  assert.equal(strange.code, 2);
  assert.match(strange.stderr, /0 to 9/);
});
