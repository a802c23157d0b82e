// Right digits, all the way from the form to the page: each algorithm, both
// radixes, the largest of the promised positions.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { rows } from '../lib/html.mjs';
import { pi } from '../lib/pi.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

async function through(position, question) {
  const visitor = site.visitor();
  const id = await visitor.submit(position, question);
  const done = await site.waitDone(id, { timeout: 300_000 });
  const [row] = rows((await visitor.get(`/?highlight=${id}`)).text);
  assert.equal(row.id, id);
  assert.equal(row.cells.digit.text, done.digit);
  return done;
}

test('position 1,000 is 9', async () => assert.equal((await through(1000)).digit, '9'));

test('position 10,000 is 8', async () => assert.equal((await through(10_000)).digit, '8'));

test('the first digits', async () => {
  for (const [i, digit] of [...'14159265358979'].entries()) {
    assert.equal((await site.waitDone((await site.ask(i + 1)).id)).digit, digit);
  }
});

test('hex position 1,000,000 by bbp has a window beginning 26c65e52cb4593', async () => {
  const done = await through(1_000_000, { radix: 16, algorithm: 'bbp' });
  assert.ok(done.window.startsWith('26c65e52cb4593'), done.window);
  assert.ok(done.window.length >= 16, done.window);
  assert.equal(done.digit, '2');
  assert.equal(done.method, 'bbp');
});

test('position 1,000,000 is 1, and the longer prefix answers at once', async () => {
  const done = await through(1_000_000);
  assert.equal(done.digit, '1');
  assert.equal(done.method, 'chudnovsky');
  const [published] = await site.sql('SELECT * FROM published WHERE radix = 10');
  assert.equal(published.length, 1_000_000);

  const known = (await site.get('/pi/1000000.txt')).text;
  assert.equal(known.length, 1_000_002);
  assert.ok(known.startsWith(await pi(20_000)));

  const { id } = await site.ask(654_321);
  const at = await site.waitDone(id);
  assert.ok(!site.logs.some((line) => line.includes(`row ${id}:`) && line.includes(', pid ')), 'no worker ran');
  assert.equal(at.digit, known[1 + 654_321]);
  assert.ok(at.window.startsWith(known.slice(1 + 654_321, 1 + 654_321 + 16)));
});

test('an explicit algorithm always computes', async () => {
  const spigot = await through(2000, { algorithm: 'spigot' });
  assert.equal(spigot.method, 'spigot');
  assert.ok(spigot.wall_s > 0);
  const chudnovsky = await through(2000, { algorithm: 'chudnovsky' });
  assert.equal(chudnovsky.method, 'chudnovsky');
  assert.equal(spigot.digit, chudnovsky.digit);
  assert.equal(spigot.digit, (await pi(2000)).at(-1));
});

test('chudnovsky and bbp agree in radix 16', async () => {
  const whole = await through(30_000, { radix: 16, algorithm: 'chudnovsky' });
  const alone = await through(30_000, { radix: 16, algorithm: 'bbp' });
  assert.equal(whole.window.slice(0, 16), alone.window.slice(0, 16));
});

test('a shorter prefix never replaces a longer one', async () => {
  const [before] = await site.sql('SELECT length, file FROM published WHERE radix = 10');
  await through(3000, { algorithm: 'chudnovsky' });
  const [after_] = await site.sql('SELECT length, file FROM published WHERE radix = 10');
  assert.deepEqual(after_, before);
});
