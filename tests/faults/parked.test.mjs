// Two thousand polls wait through nginx. Whatever happens meanwhile, commits, clients
// that leave, restarts of nthpi-fcgi, a reload of nginx: each client ends with the rows
// that the database has, and no poll that waits is cut off without an answer by what
// ends in order. (A poll that is forgotten would only end with its time, a minute; its
// client is then not where `until` wants it.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Followers } from '../lib/followers.mjs';
import { Site, until } from '../lib/site.mjs';

const COUNT = 2000;
let site;
let followers;
let position = 1000;

const trouble = ({ unavailable, cut, refused, expired, resets }) =>
  ({ unavailable, cut, refused, expired, resets });
const none = { unavailable: 0, cut: 0, refused: 0, expired: 0, resets: 0 };

before(async () => {
  site = await Site.start();
  followers = new Followers(site, COUNT);
  await parked();
});
after(async () => {
  const how = await followers?.stop();
  await site.stop();
  assert.equal(how, 'status 0', followers.errors);
});

const health = async () => (await site.get('/healthz')).json();

// Until all wait, as they see it and as nthpi-fcgi does, and nothing comes any more. From
// then on a connection that ends is a poll that was cut off. Resolves to what happened.
async function parked() {
  const sum = { ...none, bad: 0 };
  const tell = async (line) => {
    const counts = await followers.tell(line);
    for (const name of Object.keys(sum)) sum[name] += counts[name];
    return counts;
  };
  await until(async () => {
    await tell('parked');
    if ((await health()).waiters !== COUNT) return false;
    const { done, answers } = await tell('settle');
    return done === COUNT && answers === 0;
  }, `${COUNT} polls to be parked`);
  assert.equal(sum.bad, 0);
  return sum;
}

// Asks for something; the revision when it is done.
async function commit() {
  const { id } = await site.ask(position++, { algorithm: 'chudnovsky' });
  await site.waitDone(id);
  return (await health()).revision;
}

async function allReach(revision) {
  const counts = await followers.tell(`until ${revision}`);
  assert.equal(counts.done, COUNT, `at revision ${revision}: ${JSON.stringify(counts)}`);
  assert.equal(counts.bad, 0);
  return counts;
}

async function allAgree() {
  const { agree, rows } = await followers.tell('rows');
  assert.ok(agree, 'all have the same rows');
  const own = await site.sql('SELECT id, revision FROM computation ORDER BY id');
  assert.deepEqual(rows, own.map(({ id, revision }) => [id, revision]));
}

test('a commit reaches all of them', async () => {
  for (let i = 0; i < 5; i++) {
    const counts = await allReach(await commit());
    assert.ok(counts.answers >= COUNT);
    assert.deepEqual(trouble(counts), none);
    await parked();
  }
  await allAgree();
});

test('commits one after the other, no matter who waits', async () => {
  let revision;
  for (let i = 0; i < 10; i++) revision = await commit();
  assert.deepEqual(trouble(await allReach(revision)), none);
  await allAgree();
});

test('those who leave are forgotten, the others are not', async () => {
  await parked();
  for (let i = 0; i < 3; i++) {
    assert.equal((await followers.tell('abort 500')).done, 500);
    const counts = trouble(await parked());
    assert.deepEqual(counts, none);
    assert.deepEqual(trouble(await allReach(await commit())), none);
  }
  await parked();
  await allAgree();
});

test('those who leave while they are answered', async () => {
  await parked();
  const change = commit();
  for (let i = 0; i < 4; i++) await followers.tell('abort 200');
  assert.deepEqual(trouble(await allReach(await change)), none);
  await parked();
  await allAgree();
});

test('nthpi-fcgi stops and starts: all are answered, and come back', async () => {
  await parked();
  await site.restart('fcgi');
  await site.waitReady();
  const counts = await allReach(await commit());
  assert.equal(counts.cut, 0, 'each poll was answered');
  assert.equal(counts.resets, 0);
  await parked();
  await allAgree();
});

test('nthpi-fcgi is killed: nginx answers, and all come back', async () => {
  await parked();
  await site.restart('fcgi', 'SIGKILL');
  await site.waitReady();
  const counts = await allReach(await commit());
  assert.equal(counts.cut, 0, 'each poll was answered by nginx, or went to the next one');
  assert.equal(counts.resets, 0);
  await parked();
  await allAgree();
});

test('nginx reads its configuration again: those who wait go on waiting', async () => {
  await parked();
  process.kill(site.pid('nginx'), 'SIGHUP');
  const counts = await allReach(await commit());
  assert.deepEqual(trouble(counts), none);
  await parked();
  assert.deepEqual(trouble(await allReach(await commit())), none);
  await allAgree();
});
