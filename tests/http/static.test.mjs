// Static files: names with a hash of their content, compressed when they are built.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import zlib from 'node:zlib';
import { Site, build, source } from '../lib/site.mjs';

const site = await Site.start({ processes: ['nginx', 'fcgi'] });
after(() => site.stop());

// The stylesheet is put together when it is built.
const original = (name) => fs.readFileSync(name === 'nthpi.css'
  ? path.join(build, 'templates', name) : path.join(source, 'templates', 'static', name));
// Whole lines of comment are left out of what is sent.
const sent = (name) => fs.readFileSync(path.join(build, 'templates', 'public', name));
const get = (path_, encoding = 'identity') =>
  site.get(path_, { headers: { 'accept-encoding': encoding } });

/** The addresses of static files on the main page. */
async function named() {
  const page = (await site.get('/', { headers: { accept: 'text/html' } })).text;
  return [...page.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, found]) => found);
}

test('pages name static files by their content, to be kept for ever', async () => {
  const found = await named();
  assert.deepEqual(found.map((own) => own.replace(/\.[0-9a-f]{12}\./, '.')).sort(),
    ['/static/form.js', '/static/icon.svg', '/static/list.js', '/static/live.js', '/static/nthpi.css', '/static/position.js',
      '/static/rows.js']);
  for (const address of found) {
    const [, stem, hash, type] = /^\/static\/([a-z]+)\.([0-9a-f]{12})\.([a-z]+)$/.exec(address);
    const content = sent(`${stem}.${type}`);
    assert.ok(crypto.createHash('sha256').update(content).digest('hex').startsWith(hash));
    const answer = await get(address);
    assert.equal(answer.status, 200, address);
    assert.deepEqual(answer.body, content);
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['content-encoding'], undefined);
  }
});

test('nothing but comments and blank lines is left out of what is sent', () => {
  const names = fs.readdirSync(path.join(build, 'templates', 'public'))
    .filter((name) => !/\.[0-9a-f]{12}\./.test(name));
  assert.ok(names.includes('nthpi.css') && names.includes('live.js') && names.includes('icon.svg'));
  for (const name of names) {
    const [whole, rest] = [original(name).toString('latin1'), sent(name).toString('latin1')];
    if (!/\.(css|js)$/.test(name)) {
      assert.equal(rest, whole, name);
      continue;
    }
    const code = whole.replace(/^[ \t]*\/\*[^]*?\*\/[ \t]*\n/gm, '').replace(/^[ \t]*(\/\/.*)?\n/gm, '');
    assert.equal(rest, code, name);
    assert.doesNotMatch(rest, /^\s*(\/\/|\/\*.*\*\/$)/m, name);
  }
});

test('the stylesheet is all of its parts, each once, the one for printing last', () => {
  const folder = path.join(source, 'templates', 'css');
  const whole = original('nthpi.css').toString();
  let length = 0;
  for (const name of fs.readdirSync(folder)) {
    const part = fs.readFileSync(path.join(folder, name), 'utf8');
    assert.equal(whole.split(part).length, 2, name);
    length += part.length;
    if (name === 'print.css') assert.ok(whole.endsWith(part));
  }
  assert.equal(whole.length, length);
});

test('a page\'s own rules are for its own classes', () => {
  const folder = path.join(source, 'templates', 'css');
  const homes = new Map();
  const everywhere = ['modes.css', 'print.css']; // what a medium changes, of any page
  for (const name of fs.readdirSync(folder).filter((part) => !everywhere.includes(part))) {
    const text = fs.readFileSync(path.join(folder, name), 'utf8').replace(/\/\*[^]*?\*\//g, '');
    for (const [, lead] of text.matchAll(/(?:^|[},])\s*(\.[a-z-]+)(?=[^{}]*\{)/g)) {
      homes.set(lead, (homes.get(lead) ?? new Set()).add(name));
    }
  }
  assert.ok(homes.size > 50);
  for (const [lead, names] of homes) {
    assert.equal(names.size, 1, `${lead} begins rules in ${[...names]}`);
  }
});

test('what is sent compressed was compressed when it was built', async () => {
  for (const address of await named()) {
    const answer = await get(address, 'gzip');
    assert.equal(answer.headers['content-encoding'], 'gzip', address);
    assert.match(answer.headers.vary, /accept-encoding/i);
    // nginx knows the length of nothing that it compresses itself.
    assert.equal(Number(answer.headers['content-length']), answer.body.length);
    const built = fs.readFileSync(path.join(build, 'templates', 'public',
      `${path.basename(address)}.gz`));
    assert.deepEqual(answer.body, built);
    assert.deepEqual(zlib.gunzipSync(answer.body), (await get(address)).body);
  }
});

test('plain names stay valid', async () => {
  for (const name of ['apple-touch-icon.png', 'favicon.ico', 'icon.svg', 'live.js', 'nthpi.css', 'noscript.css', 'robots.txt']) {
    const answer = await get(`/static/${name}`);
    assert.equal(answer.status, 200, name);
    assert.deepEqual(answer.body, sent(name));
    assert.doesNotMatch(answer.headers['cache-control'], /immutable/);
    assert.match(answer.headers['cache-control'], /max-age=[1-9]/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  }
  for (const name of ['apple-touch-icon.png', 'favicon.ico']) {
    assert.deepEqual((await get(`/${name}`)).body, original(name));
  }
});

test('a name of another build gets what there is now, and is not kept', async () => {
  const answer = await get('/static/live.000000000000.js');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, sent('live.js'));
  assert.equal(answer.headers['cache-control'], 'no-cache');
  assert.match(answer.headers['content-type'], /javascript/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  for (const nowhere of ['/static/other.000000000000.js', '/static/live.000000000000.css',
    '/static/live.00000000000.js', '/static/live.000000000000.js.gz']) {
    const none = await get(nowhere);
    assert.equal(none.status, 404, nowhere);
    assert.doesNotMatch(none.headers['cache-control'] ?? '', /immutable/);
  }
});

test('a file that changes gets another name, the others keep theirs', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-static-'));
  try {
    const files = ['one.css', 'two.js', 'robots.txt', 'three.png'].map((name) => path.join(folder, name));
    const names = path.join(folder, 'names');
    const out = path.join(folder, 'public');
    const run = () => {
      execFileSync(path.join(source, 'templates', 'name-static'), [out, names, ...files]);
      const list = fs.readFileSync(names, 'utf8').trim().split('\n').map((line) => line.split(' '));
      return Object.fromEntries(list);
    };
    files.forEach((file) => fs.writeFileSync(file, path.basename(file)));
    const first = run();
    assert.deepEqual(Object.keys(first), ['one.css', 'two.js']);
    assert.deepEqual(run(), first, 'the same content, the same names');
    fs.writeFileSync(files[0], 'body { color: red }');
    const second = run();
    assert.notEqual(second['one.css'], first['one.css']);
    assert.equal(second['two.js'], first['two.js']);
    const there = fs.readdirSync(out).sort();
    assert.deepEqual(there, ['one.css', second['one.css'], `${second['one.css']}.gz`, 'two.js',
      second['two.js'], `${second['two.js']}.gz`, 'robots.txt', 'three.png'].sort());
    const failed = spawnSync(path.join(source, 'templates', 'name-static'),
      [out, names, path.join(folder, 'none.js')], { encoding: 'utf8' });
    assert.notEqual(failed.status, 0);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
