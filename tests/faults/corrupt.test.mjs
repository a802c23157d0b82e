// A database file that is damaged: the programs say so, answer 503, and never write
// over it; with the file as it was, everything is there again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Site, until } from '../lib/site.mjs';

const run = promisify(execFile);
const site = await Site.start();
after(() => site.stop());

for (let n = 1; n <= 30; n++) await site.waitDone((await site.ask(n)).id);
await stop();
const good = path.join(site.state, 'good');
// All of it is in the file itself, as after a clean end, but for the newest commits: they
// are in the log (-wal), and nothing else is. One that is cut then lacks the last of them.
// (A part of a log whose pages went into the file already would put old ones over them.)
await run('sqlite3', [site.database, 'PRAGMA wal_checkpoint(TRUNCATE)']);
await run('sqlite3', ['-cmd', '.dbconfig no_ckpt_on_close on', site.database, 'PRAGMA wal_autocheckpoint = 0;'
  + Array.from({ length: 30 }, (_, i) => `UPDATE computation SET peak_kib = peak_kib + 1 WHERE id = ${i + 1};`).join('')]);
fs.mkdirSync(good);
keep(path.join(site.state, 'db'), good);
const rows = await site.summary();
assert.equal(rows.length, 30);

function keep(from, to) {
  for (const name of fs.readdirSync(to)) fs.rmSync(path.join(to, name));
  for (const name of fs.readdirSync(from)) fs.copyFileSync(path.join(from, name), path.join(to, name));
}

async function stop() {
  for (const name of ['fcgi', 'daemon']) await site.kill(name);
}

async function startAgain() {
  keep(good, path.join(site.state, 'db'));
  site.start('daemon');
  site.start('fcgi');
  await site.waitReady(['nginx', 'fcgi', 'daemon']);
  assert.deepEqual(await site.summary(), rows);
  await stop();
}

const overwrite = (name, at, bytes) => {
  const handle = fs.openSync(name, 'r+');
  fs.writeSync(handle, bytes, 0, bytes.length, at);
  fs.closeSync(handle);
};
const noise = (length) => Buffer.from(Array.from({ length }, (_, i) => (i * 37 + 11) & 255));

const unusable = {
  'a header of zeros': (file) => overwrite(file, 0, Buffer.alloc(100)),
  'a header of noise': (file) => overwrite(file, 0, noise(100)),
  'a text': (file) => fs.writeFileSync(file, 'this is no database\n'.repeat(1000)),
  'the first half': (file) => fs.truncateSync(file, fs.statSync(file).size / 2),
  'the schema gone': (file) => overwrite(file, 100, noise(3000)),
};
for (const [what, spoil] of Object.entries(unusable)) {
  test(`${what} instead of the database: no program starts, the file stays`, async () => {
    const file = site.database;
    // Its newest pages are in the log, mostly: that goes, too, or it would heal.
    for (const side of ['-wal', '-shm']) fs.rmSync(file + side, { force: true });
    spoil(file);
    const before = fs.readFileSync(file);
    for (const name of ['daemon', 'fcgi']) {
      const from = site.logs.length;
      const record = site.start(name);
      const result = await until(() => record.result, `${name} to end`);
      assert.equal(result.code, 1, `${name}: ${JSON.stringify(result)}`);
      await until(() => site.logs.slice(from).some((line) =>
        /store: .*(not a database|malformed|corrupt|schema|no such table)/.test(line)), 'the reason in the log');
    }
    assert.ok(fs.readFileSync(file).equals(before), 'nobody wrote to it');
    await startAgain();
  });
}

test('a log (-wal) that is cut or noise, an index (-shm) that is noise or gone', async () => {
  const wal = `${site.database}-wal`;
  assert.ok(fs.statSync(path.join(good, 'nthpi.db-wal')).size > 30 * 4096, 'a log of 30 commits');
  for (const spoil of [
    () => fs.truncateSync(wal, fs.statSync(wal).size / 2),
    () => fs.truncateSync(wal, 100),
    () => overwrite(wal, 0, noise(64)),
    () => fs.rmSync(`${site.database}-shm`, { force: true }),
    () => fs.writeFileSync(`${site.database}-shm`, noise(32768)),
  ]) {
    keep(good, path.join(site.state, 'db'));
    spoil();
    const records = ['daemon', 'fcgi'].map((name) => site.start(name));
    // What was committed last may be lost with the log, or all of it; no page of
    // the database may be half of one.
    const state = await until(async () => {
      if (records.every((record) => record.result)) return 'refused';
      const answer = await site.get('/healthz').catch(() => undefined);
      return answer?.status === 200 && answer.json().status === 'ok' && 'works';
    }, 'programs that work, or have ended');
    try {
      if (state === 'refused') continue;
      assert.equal((await site.sql('PRAGMA integrity_check'))[0].integrity_check, 'ok');
      const left = await site.summary();
      assert.ok(left.every((row) => rows.some((known) => known.split(' ')[0] === row.split(' ')[0])));
      assert.ok((await site.waitDone((await site.ask(700)).id)).digit);
    } finally {
      await stop();
    }
  }
  await startAgain();
});

test('pages of the database that are overwritten while all run: 503, and said so', async () => {
  keep(good, path.join(site.state, 'db'));
  site.start('daemon');
  site.start('fcgi');
  await site.waitReady(['nginx', 'fcgi', 'daemon']);
  // All into the file: what is in the log would be read from there.
  await stop();
  const { size } = fs.statSync(site.database);
  assert.ok(size > 20_000);
  fs.rmSync(`${site.database}-shm`, { force: true });
  // Every page but the schema's.
  overwrite(site.database, 4096, noise(size - 4096));
  const wal = `${site.database}-wal`;
  fs.rmSync(wal, { force: true });
  const before = fs.readFileSync(site.database);
  const from = site.logs.length;
  const fcgi = site.start('fcgi');
  const daemon = site.start('daemon');
  const state = await until(async () => {
    if (fcgi.result) return 'refused';
    return (await site.get('/healthz')).status === 503 && 'says so';
  }, 'nthpi-fcgi to say so');
  if (state === 'says so') {
    for (const [method, where] of [['GET', '/'], ['GET', '/computations/1'], ['GET', '/api/v1/computations']]) {
      const answer = await site.api(method, where);
      assert.equal(answer.status, 503, `${where}: ${answer.text}`);
    }
    const add = await site.api('POST', '/api/v1/computations', { position: 99 });
    assert.equal(add.status, 503);
    assert.match(add.text, /damaged or cannot be read/);
    assert.equal((await site.get('/healthz')).json().database, 'error');
  }
  const result = await until(() => daemon.result, 'nthpid to end');
  assert.equal(result.code, 1);
  assert.ok(site.logs.slice(from).some((line) => /malformed/.test(line)));
  if (!fcgi.result) await site.kill('fcgi');
  assert.ok(fs.readFileSync(site.database).equals(before), 'nobody wrote to it');
  await startAgain();
});
