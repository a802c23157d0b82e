// Languages: every text is marked, every marked text is translated, and a visitor gets
// pages of his language whatever others get.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { csrf, elements, errors, filled } from '../lib/html.mjs';
import { Site, build, source } from '../lib/site.mjs';

const folder = path.join(source, 'templates');
const templates = fs.readdirSync(folder).filter((name) => name.endsWith('.tpl')).sort();
const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');

const site = await Site.start();
after(() => site.stop());
const get = (where, headers = {}) => site.get(where, { headers: { accept: 'text/html', ...headers } });
const russian = { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8' };

// ---- the templates ----

/** The marked texts of TEXT. */
const marked = (text) => [...text.matchAll(/\[\[(.*?)\]\]/g)].map(([, inner]) => inner);

// What needs no translation: names of the program, of formats, of units and functions.
const names = new Set(['nthpi', 'SHA-256', 'π', 'curl']);

/** TEXT without what is not for people: marked texts, markers, comments, code, and
 * elements that say which language they are in. */
function bare(text) {
  return text.replace(/\[\[.*?\]\]/g, '')
    .replace(/\{\{[\s\S]*?\}\}/g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(pre|code|style)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<(\w+)\b[^>]* lang="[^@"]+"[^>]*>[^<]*<\/\1>/g, '');
}

test('no template holds text that is not marked', () => {
  assert.ok(templates.length > 10);
  for (const name of templates) {
    const text = bare(read(name));
    const words = text.replace(/<[^>]*>/g, ' ').split(/[^\p{L}\p{N}-]+/u)
      .filter((word) => /\p{L}{2}/u.test(word) && !names.has(word));
    assert.deepEqual(words, [], `${name}: text between tags`);
    for (const [, attribute, value] of text.matchAll(/ (aria-label|title|alt|placeholder|data-[a-z]+)="([^"]*)"/g)) {
      if (attribute.startsWith('data-')) assert.doesNotMatch(value, /\p{L} \p{L}/u, `${name}: ${attribute}`);
      else assert.doesNotMatch(value, /\p{L}{2}/u, `${name}: ${attribute}`);
    }
  }
});

test('every text of the program is used by it', () => {
  const fcgi = path.join(source, 'fcgi');
  const code = fs.readdirSync(fcgi).filter((name) => /\.(c|cc|h)$/.test(name))
    .map((name) => fs.readFileSync(path.join(fcgi, name), 'utf8')).join('\n');
  const used = new Set(code.match(/\bTEXT_[A-Z0-9_]+/g));
  const keys = [...fs.readFileSync(path.join(fcgi, 'text.def'), 'utf8').matchAll(/^TEXT(?:_N)?\((\w+),/gm)]
    .map(([, key]) => `TEXT_${key}`);
  assert.ok(keys.length > 200);
  assert.deepEqual(keys.filter((key) => !used.has(key)), []);
});

/** The entries of a po file, {msgctxt, msgid, msgid_plural, msgstr, fuzzy}. */
function entries(text) {
  return text.split(/\n\n+/).map((block) => {
    const entry = { fuzzy: /^#,.*fuzzy/m.test(block) };
    for (const [, key, value] of block.matchAll(/^(msg\w+)(?:\[\d\])? ((?:".*"\n?)+)/gm)) {
      const line = value.split('\n').filter(Boolean).map((part) => JSON.parse(part)).join('');
      if (key === 'msgstr') (entry.msgstr ??= []).push(line);
      else entry[key] = line;
    }
    return entry;
  }).filter(({ msgid }) => msgid);
}

test('every text is translated into Russian', () => {
  const po = entries(fs.readFileSync(path.join(folder, 'po', 'ru.po'), 'utf8'));
  const pot = entries(execFileSync('awk', ['-f', path.join(folder, 'extract.awk'),
    path.join(source, 'fcgi', 'text.def'),
    path.join(source, 'common', 'reason.def'),
    ...templates.map((name) => path.join(folder, name)),
    ...['pages', 'page.html'].map((name) => path.join(source, 'conf', 'errors', name))], { encoding: 'utf8' }));
  const key = ({ msgctxt = '', msgid, msgid_plural: plural = '' }) => `${msgctxt}|${msgid}|${plural}`;
  assert.deepEqual(po.filter(({ fuzzy }) => fuzzy), []);
  const translated = new Set(po.map(key));
  assert.deepEqual(pot.map(key).filter((one) => !translated.has(one)), []);
  const set = (text, pattern) => [...new Set(text.match(pattern) ?? [])].sort();
  for (const { msgctxt, msgid, msgid_plural: plural, msgstr } of po) {
    assert.equal(msgstr.length, plural ? 3 : 1, msgid);
    for (const form of msgstr) {
      assert.notEqual(form, '', msgid);
      if (!msgctxt) {
        assert.deepEqual(form.match(/\{\{.*?\}\}/g), msgid.match(/\{\{.*?\}\}/g), msgid);
        assert.deepEqual(set(form, /<[^>]*>/g), set(msgid, /<[^>]*>/g), `the tags of: ${msgid}`);
      }
      assert.deepEqual(set(form, /(?<!\{)\{\w+\}/g), set(plural ?? msgid, /(?<!\{)\{\w+\}/g), msgid);
      // Straight quotes are for HTML only.
      assert.doesNotMatch(form.replace(/<[^>]*>/g, ''), /["“”]/, form);
    }
  }
});

test('gettext finds the po file good', { skip: !fs.existsSync('/usr/bin/msgfmt') }, () => {
  execFileSync('msgfmt', ['--check-format', '--check-domain', '-o', '/dev/null', path.join(folder, 'po', 'ru.po')]);
});

test('languages have the same templates, with the same markers in the same order', () => {
  const of = (lang, name) => fs.readFileSync(path.join(build, 'templates', lang, name), 'utf8');
  for (const name of templates) {
    const [en, ru] = ['en', 'ru'].map((lang) => of(lang, name));
    assert.deepEqual(ru.match(/\{\{[\s\S]*?\}\}/g), en.match(/\{\{[\s\S]*?\}\}/g), name);
    assert.deepEqual(ru.match(/ (id|class|name|href|action)="[^"]*"/g), en.match(/ (id|class|name|href|action)="[^"]*"/g), name);
    if (marked(read(name)).length) assert.notEqual(en, ru, name);
  }
});

// ---- the site ----

test('a browser gets the language that it asks for; pages of each have their own ETag', async () => {
  const english = await get('/');
  const other = await get('/', russian);
  assert.match(english.text, /<html lang="en">/);
  assert.match(other.text, /<html lang="ru">/);
  assert.match(other.text, /Вычислить/);
  assert.doesNotMatch(other.text, />Compute</);
  assert.notEqual(english.headers.etag, other.headers.etag);
  for (const answer of [english, other]) {
    const vary = answer.headers.vary.split(', ');
    assert.ok(vary.includes('Accept-Language') && vary.includes('Cookie'), answer.headers.vary);
  }
  assert.equal((await get('/', { ...russian, 'if-none-match': other.headers.etag })).status, 304);
  assert.equal((await get('/', { ...russian, 'if-none-match': english.headers.etag })).status, 200);
  const short = await get('/', { ...russian, 'accept-encoding': 'gzip' });
  assert.equal(short.headers.etag, `W/${other.headers.etag}`);
});

test('the button keeps the page and the choice', async () => {
  const visitor = site.visitor();
  const change = (language, referer, headers = {}) => visitor.request(`/language/${language}`, {
    method: 'POST', headers: { origin: site.url, 'sec-fetch-site': 'same-origin', referer, ...headers },
  });
  const answer = await change('ru', `${site.url}/?status=done`);
  assert.equal(answer.status, 303);
  assert.equal(new URL(answer.headers.location, site.url).href, `${site.url}/?status=done`);
  assert.match((await visitor.get('/?status=done')).text, /<html lang="ru">/);
  // The cookie counts more than what the browser would like.
  assert.match((await visitor.get('/', { headers: { 'accept-language': 'en' } })).text, /<html lang="ru">/);
  await change('en', `${site.url}/`);
  assert.match((await visitor.get('/', { headers: russian })).text, /<html lang="en">/);
  // No other site may do that.
  assert.equal((await change('ru', `${site.url}/`, { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await change('ru', `${site.url}/`, { origin: 'http://other.example' })).status, 403);
  assert.match((await visitor.get('/')).text, /<html lang="en">/);
});

test('what was typed in a form that came back is kept by the button', async () => {
  for (const [position, radix, algorithm, status, field] of [['1.5', '16', 'bbp', 400, 'position'], ['1000', '10', 'bbp', 200, 'radix'],
    ['999999999999', '10', 'chudnovsky', 200, 'position'], ['"> &x=1#+%41', '10', 'spigot', 400, 'position'], ['1,000', '16', 'auto', 200]]) {
    const visitor = site.visitor();
    const before = await visitor.post('/computations', { position, radix, algorithm, ...(field ? {} : { preview: 1 }) });
    assert.equal(before.status, field ? 422 : 200);
    const { attributes: { action } } = elements(before.text, 'form').find(({ attributes: own }) => own.action.startsWith('/language/ru'));
    const answer = await visitor.request(action, {
      method: 'POST', headers: { origin: site.url, 'sec-fetch-site': 'same-origin', referer: `${site.url}/computations` },
    });
    assert.equal(answer.status, 303);
    const page = await visitor.get(answer.headers.location.replace(/#new$/, ''));
    assert.equal(page.status, status, position);
    assert.match(page.text, /<html lang="ru">/);
    assert.deepEqual(filled(page.text), { ...filled(before.text), csrf: csrf(page.text) });
    assert.equal(filled(page.text).position, position);
    assert.deepEqual(Object.keys(errors(page.text)), field ? [field] : [], position);
    assert.match(errors(page.text)[field] ?? 'нет', /[а-я]/);
  }
  // Pages with an address need no more than that.
  const switches = (page) => elements(page.text, 'form').map(({ attributes: own }) => own.action).filter((one) => one?.startsWith('/language'));
  assert.deepEqual(switches(await get('/?new=1&position=5')), ['/language/en', '/language/ru']);
  // What is no choice, or no position by far, is not kept.
  const strange = await site.visitor().post('/computations', { position: '7', radix: '3', algorithm: 'none' });
  assert.match(strange.text, /"\/language\/ru\?position=7&amp;radix=&amp;algorithm="/);
  const mistake = (position) => site.visitor().post('/computations', { position, radix: 10, algorithm: 'chudnovsky' });
  for (const position of ['я'.repeat(61), 'x'.repeat(1500), 'x'.repeat(9000)]) {
    const long = await mistake(position);
    assert.equal(long.status, 422);
    assert.deepEqual(switches(long), ['/language/en', '/language/ru']);
    assert.equal(filled(long.text).position, position);
  }
  const [, longest] = switches(await mistake('я'.repeat(60)));
  const kept = await site.visitor().request(longest, { method: 'POST', headers: { origin: site.url, 'sec-fetch-site': 'same-origin' } });
  assert.equal(filled((await site.get(kept.headers.location.replace(/#new$/, ''))).text).position, 'я'.repeat(60));
  assert.equal((await site.visitor().request(`/language/ru?position=${'1'.repeat(600)}`, {
    method: 'POST', headers: { origin: site.url, 'sec-fetch-site': 'same-origin' },
  })).headers.location, '/');
});

test("nginx's own pages are in both languages", async () => {
  const files = (lang) => fs.readdirSync(path.join(build, 'conf', 'errors', lang)).sort();
  assert.deepEqual(files('ru'), files('en'));
  assert.equal(files('en').length, 9);
  const where = '/static/none';
  assert.match((await get(where)).text, /<html lang="en">[\s\S]*<h1>Not found<\/h1>/);
  assert.match((await get(where, russian)).text, /<html lang="ru">[\s\S]*<h1>Не найдено<\/h1>/);
  assert.match((await get(where, { ...russian, cookie: 'a=b; nthpi_lang=en' })).text, /<html lang="en">/);
  assert.match((await get(where, { cookie: 'nthpi_lang=ru' })).text, /<html lang="ru">/);
  assert.match((await get(where, { cookie: 'nthpi_lang=../x' })).text, /<html lang="en">/);
});

test('nginx reads in Accept-Language what the program does, for what browsers send', async () => {
  for (const [accepted, lang] of [['ru', 'ru'], ['RU-ru', 'ru'], ['uk,ru;q=0.9,en;q=0.8', 'ru'], ['uk, de-DE ;q=0.9 , ru;q=0.7', 'ru'],
    ['en,ru;q=0.9', 'en'], ['en-GB, ru;q=0.9', 'en'], ['de,en;q=0.7,ru;q=0.3', 'en'], ['ru;q=0', 'en'], ['ru-RU; q=0.0,en', 'en'],
    ['ru;q=0.05', 'ru'], ['de;q=0,ru', 'ru'], ['de', 'en'], ['rue', 'en'], ['xru', 'en'], ['*', 'en'], ['', 'en'],
    [', '.repeat(300), 'en']]) {
    for (const where of ['/', '/nothing', '/static/none']) {
      assert.match((await get(where, { 'accept-language': accepted })).text, new RegExp(`<html lang="${lang}">`), `${where}: ${accepted}`);
    }
    const problem = await site.get('/static/none', { headers: { accept: 'application/json', 'accept-language': accepted } });
    assert.equal(problem.headers['content-language'], lang, accepted);
    assert.equal(problem.json().title, lang === 'ru' ? 'Не найдено' : 'Not Found');
  }
});

test('forms and the API complain in the language of who asks', async () => {
  const visitor = site.visitor();
  const answer = await visitor.post('/computations', { position: '1.5', radix: 10, algorithm: 'auto' }, { headers: russian });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /целое число/);
  const problem = await site.get('/api/v1/computations/999', { headers: russian });
  assert.equal(problem.headers['content-language'], 'ru');
  assert.match(JSON.parse(problem.text).detail, /Такого вычисления нет/);
  const plain = await site.get('/api/v1/computations/999');
  assert.equal(JSON.parse(plain.text).title, 'Not Found');
});
