// What is rendered once for all: nobody gets anything of another visitor, nobody
// gets anything old, and who has a page already is told so.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { csrf, rows } from '../lib/html.mjs';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const html = { accept: 'text/html' };

test('a visitor with a cookie and one without get the same page', async () => {
  const [owner, stranger] = [site.visitor(), site.visitor()];
  const id = await owner.submit(1000);
  await site.waitDone(id);
  const [cookie] = [...owner.cookies.values()];
  assert.ok(cookie.length > 20, 'the owner has a cookie');
  for (const path of ['/', '/?status=done', `/computations/${id}`, '/pi/1000']) {
    const own = await owner.get(path);
    const other = await stranger.get(path);
    assert.equal(own.status, 200, path);
    assert.equal(own.text, other.text, path);
    assert.equal(own.headers.etag, other.headers.etag, path);
    for (const answer of [own, other]) {
      assert.equal(answer.headers['set-cookie'], undefined, path);
      assert.ok(!answer.text.includes(cookie), 'the owner\'s token is nowhere');
      assert.ok(!answer.text.includes(cookie.slice(0, 20)));
    }
  }
  assert.equal(stranger.cookies.size, 0);
  // The token of one is good for the other: it says nothing about who asks.
  const token = csrf((await owner.get('/')).text);
  assert.equal((await stranger.post('/computations', { position: 5, csrf: token })).status, 303);
  // But rights stay with whom they belong to.
  assert.equal((await site.visitor().post(`/computations/${id}/delete`, {},
    { from: `/computations/${id}` })).status, 403);
});

test('after the answer to a form its row is on every page', async () => {
  const visitor = site.visitor();
  for (let position = 2000; position < 2020; position++) {
    await site.get('/', { headers: html });
    const id = await visitor.submit(position);
    for (const path of ['/', `/?highlight=${id}`]) {
      const shown = rows((await visitor.get(path)).text).map((row) => row.id);
      assert.ok(shown.includes(id), `${path} after position ${position}`);
    }
  }
});

test('every page is 304 for who has it', async () => {
  const { id } = await site.ask(3000);
  await site.waitDone(id);
  // The rows of the tests before, too: each that ends makes every page a new one.
  await until(async () => (await site.sql(`SELECT 1 FROM computation
    WHERE status IN ('queued', 'running') LIMIT 1`)).length === 0, 'all computations to end');
  const pages = ['/', '/?status=done', '/?radix=16', '/?status=done&after=20', `/?highlight=${id}`,
    '/?new=1', `/computations/${id}`, '/pi/3000', '/pi/3000?from=1001'];
  const programs = [`/computations/${id}`, '/pi/3000', '/updates?since=0', '/api/v1/computations',
    '/api/v1/computations?limit=5', `/api/v1/computations/${id}`];
  const others = ['/v1/pi?start=5&numberOfDigits=20', '/pi/3000.txt', '/pi/10.txt'];
  const json = { accept: 'application/json' };
  for (const [accept, paths] of [[html, pages], [json, programs], [{}, others]]) {
    for (const path of paths) {
      const first = await site.get(path, { headers: { ...accept, 'accept-encoding': 'gzip' } });
      assert.equal(first.status, 200, path);
      const tag = first.headers.etag;
      assert.ok(tag, `${path} has an ETag`);
      for (const method of ['GET', 'HEAD']) {
        // A poll names the revision in its address; that counts more than a header.
        const again = await site.get(path.replace('?since=0', ''),
          { method, headers: { ...accept, 'if-none-match': tag } });
        assert.equal(again.status, 304, `${method} ${path} ${tag}`);
        assert.equal(again.body.length, 0);
        assert.equal(again.headers.etag?.replace(/^W\//, ''), tag.replace(/^W\//, ''), path);
      }
      const other = await site.get(path.replace('?since=0', '?since=1'),
        { headers: { ...accept, 'if-none-match': '"other"' } });
      assert.equal(other.status, 200, `${path} for who has another`);
    }
  }
});

test('many visitors at once, while everything changes', async () => {
  const visits = 40;
  const shown = (answer) => Number(/data-revision="(\d+)"/.exec(answer.text)[1]);
  let over = false;

  /** Loads PATH again and again; what it shows never goes back, and is never older
   * than what somebody else has been shown before. */
  let newest = 0;
  async function load(path) {
    for (let i = 0; i < visits; i++) {
      const atLeast = newest;
      const answer = await site.get(path, { headers: html });
      assert.equal(answer.status, 200, path);
      assert.ok(shown(answer) >= atLeast, `${path}: ${shown(answer)} after ${atLeast}`);
      newest = Math.max(newest, shown(answer));
    }
  }
  /** Follows PATH by polls, from its beginning, as long as something changes. */
  async function follow(path) {
    let revision = 0;
    while (!over) {
      const answer = await site.get(path, { headers: { accept: 'application/json',
        'if-none-match': `"${revision}"`, prefer: 'wait=1' } });
      assert.ok([200, 304].includes(answer.status), `${path}: ${answer.status}`);
      if (answer.status === 200) {
        assert.ok(answer.json().revision > revision, path);
        revision = answer.json().revision;
      }
    }
    return revision;
  }
  async function ask(from) {
    for (let position = from; position < from + 15; position++) await site.ask(position);
  }

  const followers = ['/updates', '/updates', '/updates?status=done', '/updates?radix=10',
    '/api/v1/computations'].map(follow);
  await Promise.all([ask(5000), ask(6000),
    ...['/', '/', '/', '/?status=done', '/?radix=10', '/?new=1', '/?highlight=1'].map(load)]);
  over = true;
  const followed = await Promise.all(followers);
  for (const revision of followed) assert.ok(revision > 0);
});

test('the ETag of digits is that of their question', async () => {
  const one = await site.get('/v1/pi?start=5&numberOfDigits=20');
  const two = await site.get('/v1/pi?start=5&numberOfDigits=21');
  assert.notEqual(one.headers.etag, two.headers.etag);
  assert.match(one.headers['cache-control'], /public, max-age=[1-9]/);
  const beyond = await site.get('/v1/pi?start=99999999999&numberOfDigits=20',
    { headers: { 'if-none-match': '*' } });
  assert.equal(beyond.status, 400, 'an error is one for everybody');
});
