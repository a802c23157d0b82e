// Disks that are full, and a state folder that is read-only. File systems of some
// megabytes are mounted for that, which takes root.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { build, Site, slow, until } from '../lib/site.mjs';

const skip = process.getuid() === 0 ? false : 'mounting takes root';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-disk-'));
fs.chmodSync(folder, 0o755);
const mounted = [];
// Jobs that do not end before the disk is full, however late that comes.
const long = slow.position; // digits
after(() => {
  for (const where of mounted.reverse()) spawnSync('umount', [where]);
  fs.rmSync(folder, { recursive: true, force: true });
});

function mount(where, size) {
  fs.mkdirSync(where, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'nthpi-test', where]);
  mounted.push(where);
}

/** Takes all but LEFT bytes of the file system of WHERE. */
function fill(where, left = 0) {
  const file = path.join(where, 'filler');
  const handle = fs.openSync(file, 'w');
  const block = Buffer.alloc(4096);
  const { bavail, bsize } = fs.statfsSync(where);
  for (let free = bavail * bsize; free > left; free -= block.length) {
    try {
      fs.writeSync(handle, block);
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
      break;
    }
  }
  fs.closeSync(handle);
  return () => fs.rmSync(file);
}

async function isWell(site) {
  assert.equal((await site.sql('PRAGMA integrity_check'))[0].integrity_check, 'ok');
  assert.deepEqual(await site.sql("SELECT id FROM computation WHERE status <> 'done'"), []);
}

test('no room for the database: 503 with the form kept, until there is room', { skip }, async () => {
  const state = path.join(folder, 'one');
  mount(state, '64m');
  mount(path.join(state, 'db'), '4m');
  const site = await Site.start({ state, options: slow.options });
  try {
    await site.waitDone((await site.ask(500)).id);
    const running = await site.ask(long, slow.question);
    await site.waitFor(running.id, ({ status }) => status === 'running', 'running');
    const empty = fill(path.join(state, 'db'));
    // Pages of the log that were made before are used again: some more may fit.
    const fitted = [];
    let refused;
    await until(async () => {
      const answer = await site.api('POST', '/api/v1/computations', { position: 2000 + fitted.length, algorithm: 'spigot' });
      if (answer.status === 201) fitted.push(answer.json().id);
      else refused = answer;
      return refused;
    }, 'a refusal');
    assert.equal(refused.status, 503, refused.text);
    assert.match(refused.json().detail, /disk is full/);
    const visitor = site.visitor();
    const form = await visitor.post('/computations', { position: 31_337, radix: 16, algorithm: 'bbp' });
    assert.equal(form.status, 503);
    assert.match(form.text, /disk is full/);
    assert.match(form.text, /value="31337"/);
    for (const where of ['/', '/pi/500', '/pi/500.txt', '/computations/1', '/healthz']) {
      assert.equal((await site.get(where)).status, 200, where);
    }
    // The job ends meanwhile: its result is kept until it can be committed.
    await until(() => site.logs.some((line) => line.includes('not committed yet') || line.includes('not taken')), 'the daemon to meet it');
    empty();
    assert.equal((await visitor.post('/computations', { position: 31_337, radix: 16, algorithm: 'bbp' })).status, 303);
    const done = await site.waitDone(running.id);
    assert.equal(done.digit, (await pi(long)).at(-1));
    assert.equal(done.attempts, 1);
    for (const id of fitted) await site.waitDone(id);
    await until(async () => (await site.sql("SELECT id FROM computation WHERE status <> 'done'")).length === 0, 'all to be done');
    await isWell(site);
  } finally {
    await site.stop();
  }
});

test('no room for digits: the row says so, and can be tried again', { skip }, async () => {
  const state = path.join(folder, 'two');
  mount(state, '16m');
  mount(path.join(state, 'db'), '16m');
  const site = await Site.start({ state, options: slow.options });
  try {
    await site.waitDone((await site.ask(500)).id);
    // There is room when it begins, and none any more while it writes.
    const during = await site.ask(long, slow.question);
    await site.waitFor(during.id, ({ status }) => status === 'running', 'running');
    const empty = fill(state);
    const failed = await site.waitFor(during.id, ({ status }) => status === 'failed', 'failed');
    assert.match(failed.error, /No space left|disk/);
    const shown = await site.get(`/computations/${during.id}`);
    assert.match(shown.text, /No space left|disk/);
    // What is published is still there; what needs no disk works.
    assert.equal((await site.get('/pi/500.txt')).text, await pi(500));
    await site.waitDone((await site.ask(1000, { radix: 16, algorithm: 'bbp' })).id);
    // Not begun without room.
    const early = await site.ask(1_000_000);
    await site.waitFor(early.id, ({ status, error }) => status === 'failed' || (status === 'queued' && error !== undefined), 'refused');
    empty();
    const again = await site.api('POST', '/api/v1/computations', { position: long, ...slow.question });
    assert.equal(again.json().id, during.id);
    const done = await site.waitDone(during.id, { timeout: 300_000 });
    assert.equal(done.digit, (await pi(long)).at(-1));
    await site.ask(1_000_000);
    await site.waitDone(early.id);
    await isWell(site);
  } finally {
    await site.stop();
  }
});

test('a log that takes nothing: all goes on', async () => {
  const site = await Site.start({ stderr: '/dev/full' });
  try {
    const visitor = site.visitor();
    const done = await site.waitDone(await visitor.submit(1000));
    assert.equal(done.digit, '9');
    assert.equal((await site.get('/pi/77777777777')).status, 404); // logged, too
    await site.restart('daemon', 'SIGKILL');
    await site.waitDone((await site.ask(2000)).id);
  } finally {
    await site.stop();
  }
});

test('a read-only state folder: no program starts, each says why', { skip }, async () => {
  const state = path.join(folder, 'three');
  mount(state, '8m');
  const site = await Site.start({ state });
  await site.waitDone((await site.ask(500)).id);
  try {
    for (const name of ['fcgi', 'daemon', 'nginx']) await site.kill(name);
    const digits = fs.readFileSync(path.join(state, 'digits', 'pi-10-500.txt'));
    execFileSync('mount', ['-o', 'remount,ro', state]);
    for (const name of ['daemon', 'fcgi']) {
      const { status, stderr } = spawnSync(path.join(build, { daemon: 'nthpid', fcgi: 'nthpi-fcgi' }[name]), [],
        { env: site.environment, encoding: 'utf8', timeout: 90_000 });
      assert.equal(status, 1, `${name}: ${stderr}`);
      assert.match(stderr, /Read-only file system|readonly database|unable to open/);
    }
    execFileSync('mount', ['-o', 'remount,rw', state]);
    assert.ok(fs.readFileSync(path.join(state, 'digits', 'pi-10-500.txt')).equals(digits));
    for (const name of ['fcgi', 'daemon', 'nginx']) site.start(name);
    await site.waitReady(['nginx', 'fcgi', 'daemon']);
    assert.equal((await site.get('/pi/500.txt')).text, await pi(500));
    await isWell(site);
  } finally {
    await site.stop();
  }
});
