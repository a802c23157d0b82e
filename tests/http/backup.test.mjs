// nthpi backup, restore, check and prune on the state of a whole site.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';
import { endless } from '../lib/pause.mjs';
import { pi } from '../lib/pi.mjs';
import { PollClient } from '../lib/poll.mjs';
import { Site, build, until } from '../lib/site.mjs';

const run = promisify(execFile);
const LONG = process.env.NTHPI_LONG;
const site = await Site.start({ options: { ...endless.options, 'grace-s': 0 } });
after(() => site.stop());

const file = (name) => path.join(site.state, name);
const tar = (...args) => run('tar', args);
const DIGITS = 3000;

/** Runs the tool and expects it to succeed. */
async function tool(...args) {
  const result = await site.tool(...args);
  assert.equal(result.code, 0, `${args.join(' ')}: ${result.stderr}${result.stdout}`);
  return result.stdout;
}

/** Runs the tool and expects it to fail, with a message like PATTERN. */
async function fails(pattern, ...args) {
  const result = await site.tool(...args);
  assert.equal(result.code, 1, `${args.join(' ')}: ${result.stdout}`);
  assert.match(result.stderr, pattern, args.join(' '));
  return result.stderr;
}

async function stopPrograms() {
  for (const name of ['fcgi', 'daemon']) assert.equal((await site.kill(name)).code, 0);
}

async function startPrograms() {
  for (const name of ['fcgi', 'daemon']) site.start(name);
  await site.waitReady();
}

/** What a restore must bring back: rows, who asked for them, their history. */
async function content() {
  const rows = await site.sql(`SELECT id, radix, position, algorithm, status, digit, window, verified,
    created_at, stored_at FROM computation ORDER BY id`);
  const askers = await site.sql('SELECT * FROM asker ORDER BY 1, 2');
  const events = await site.sql('SELECT computation_id, stage, at, detail FROM event ORDER BY id');
  return JSON.stringify({ rows, askers, events });
}

const check = async () => JSON.parse((await site.tool('check', '--json')).stdout);

test('a backup while the site works is whole, and tar opens it', async () => {
  const visitor = site.visitor();
  const mine = await visitor.submit(DIGITS);
  await site.waitDone(mine);
  await site.waitDone((await site.ask(500, { radix: 16 })).id);
  await site.ask(endless.position, endless.question);
  // Rows come all the while; longer digits take the place of those that are read.
  let busy = true;
  let position = 4000;
  const work = (async () => {
    while (busy) await site.waitDone((await site.ask(position++)).id);
  })();
  for (let i = 0; i < (LONG ? 50 : 5) || position < 4006; i++) {
    const said = await tool('backup', '--with-digits', '--force', file('busy.tar'));
    assert.match(said, /digits in radix 10.*digits in radix 16.*with the key/);
    const folder = fs.mkdtempSync(file('unpacked-'));
    await tar('xf', file('busy.tar'), '-C', folder);
    await run('sha256sum', ['-c', '--strict', 'MANIFEST'], { cwd: folder });
    const names = fs.readdirSync(path.join(folder, 'digits')).sort();
    assert.equal(names.length, 4);
    for (const name of names.filter((one) => one.endsWith('.txt'))) {
      const [, radix, length] = /^pi-(\d+)-(\d+)\.txt$/.exec(name);
      const { stdout } = await run('sqlite3', [path.join(folder, 'db', 'nthpi.db'),
        `PRAGMA integrity_check; SELECT length FROM published WHERE radix = ${radix}`]);
      assert.equal(stdout, `ok\n${length}\n`, 'digits of the database at the same moment');
      const text = fs.readFileSync(path.join(folder, 'digits', name), 'utf8');
      if (radix === '10') assert.equal(text, await pi(Number(length)));
    }
    fs.rmSync(folder, { recursive: true });
  }
  busy = false;
  await work;
  assert.equal(fs.statSync(file('busy.tar')).mode & 0o777, 0o600);
});

test('a backup replaces nothing, and leaves nothing behind', async () => {
  await fails(/exists; --force replaces it/, 'backup', file('busy.tar'));
  await fails(/cannot write beside/, 'backup', file('nowhere/x.tar'));
  const said = await tool('backup', '--without-key', file('small.tar'));
  assert.match(said, /without the key/);
  assert.equal((await tar('tf', file('small.tar'))).stdout, 'MANIFEST\ndb/nthpi.db\n');
  assert.deepEqual(fs.readdirSync(site.state).filter((name) => /\.tar\./.test(name)), []);
  for (const name of ['backup', 'restore', 'check', 'prune']) {
    assert.match(await tool(name, '--help'), new RegExp(`^nthpi ${name} `));
  }
  assert.equal((await site.tool('backup')).code, 2);
});

test('digits that fail their checksum are not backed up', async () => {
  await until(async () => (await site.sql("SELECT id FROM computation WHERE status = 'queued'")).length === 0, 'rest');
  const [{ file: name }] = await site.sql('SELECT file FROM published WHERE radix = 16');
  const digits = file(`digits/${name}`);
  const right = fs.readFileSync(digits);
  const wrong = Buffer.from(right);
  wrong[100] = wrong[100] === 0x31 ? 0x32 : 0x31;
  fs.writeFileSync(digits, wrong);
  await fails(new RegExp(`${name} is broken`), 'backup', '--with-digits', file('no.tar'));
  const report = await check();
  assert.equal(report.ok, false);
  assert.ok(report.problems.some(({ area, problem }) => area === 'digits' && problem.includes(name)));
  await tool('check', '--quick');
  fs.writeFileSync(digits, right);
  assert.equal(fs.existsSync(file('no.tar')), false);
  assert.equal((await check()).ok, true);
});

test('a restore is refused while a program runs, and brings back all when none does', async () => {
  const visitor = site.visitor();
  const mine = await visitor.submit(77);
  await site.waitDone(mine);
  // One runs, and only one: what was asked for before is at its end.
  for (const { id } of await site.sql("SELECT id FROM computation WHERE status = 'running'")) await tool('delete', String(id));
  const job = (await site.ask(endless.position + 1, endless.question)).id;
  await site.waitFor(job, ({ status }) => status === 'running', 'running');
  await until(async () => (await site.sql("SELECT id FROM computation WHERE status = 'running'")).length === 1, 'the others to go');
  const client = new PollClient(site);
  await client.ask({ wait: 0 });
  await tool('backup', '--with-digits', file('full.tar'));
  const before = await content();
  const [{ value: revision }] = await site.sql("SELECT value FROM meta WHERE key = 'revision'");

  for (let i = 0; i < 3; i++) await site.waitDone((await site.ask(9000 + i)).id);
  await client.ask({ wait: 0 });
  const { revision: known, resets } = client;
  await fails(/in use: stop nthpi-fcgi and nthpid first/, 'restore', '--force', file('full.tar'));
  await site.kill('daemon');
  await fails(/in use/, 'restore', '--force', file('full.tar'));
  await site.kill('fcgi');
  const ready = () => site.logs.filter((line) => /^daemon: .*ready/.test(line)).length;
  const starts = ready();
  site.start('daemon');
  await until(() => ready() > starts, 'the daemon');
  await fails(/in use/, 'restore', '--force', file('full.tar'));
  await site.kill('daemon');
  await fails(/has a database; --force replaces it/, 'restore', file('full.tar'));

  // A key that the restore must bring back, digits that it must put there.
  const key = fs.readFileSync(file('key'));
  fs.writeFileSync(file('key'), Buffer.alloc(32, 1));
  for (const name of fs.readdirSync(file('digits'))) fs.rmSync(file(`digits/${name}`));
  const said = await tool('restore', '--force', file('full.tar'));
  assert.match(said, /1 computation that ran then: back in the queue/);
  assert.deepEqual(fs.readFileSync(file('key')), key);
  assert.deepEqual(fs.readdirSync(site.state).filter((name) => name.startsWith('restore')), []);
  const [{ value: now }] = await site.sql("SELECT value FROM meta WHERE key = 'revision'");
  assert.ok(now > known + 2 ** 32 && now > revision + 2 ** 32);
  const strip = (text) => text.replace(/"status":"(running|queued)"/g, '"status":"*"');
  const restored = JSON.parse(await content());
  const expected = JSON.parse(before);
  assert.equal(strip(JSON.stringify(restored.rows)), strip(JSON.stringify(expected.rows)));
  assert.deepEqual(restored.askers, expected.askers);
  assert.deepEqual(restored.events.slice(0, expected.events.length), expected.events);
  assert.equal(restored.events.at(-1).detail, 'restored from a backup');
  const report = await check();
  assert.deepEqual(report.problems, []);

  await startPrograms();
  await client.ask({ wait: 0 });
  assert.equal(client.resets, resets + 1, 'an open page begins anew');
  assert.equal((await visitor.post(`/computations/${mine}/delete`)).status, 303, 'owners keep their rows');
  const [{ length }] = await site.sql('SELECT length FROM published WHERE radix = 10');
  assert.equal((await site.get(`/pi/${length}.txt`)).text, await pi(length));
});

test('without its digits a backup shows nothing wrong, and they are computed again', async () => {
  const id = (await site.ask(12000)).id;
  await site.waitDone(id);
  await tool('backup', file('rows.tar'));
  await stopPrograms();
  // Here they are still: they are used.
  assert.doesNotMatch(await tool('restore', '--force', file('rows.tar')), /not in the backup, nor here/);
  assert.equal((await site.sql('SELECT length FROM published WHERE radix = 10'))[0].length, 12000);
  for (const name of fs.readdirSync(file('digits'))) fs.rmSync(file(`digits/${name}`));
  const said = await tool('restore', '--force', file('rows.tar'));
  assert.match(said, /the digits in radix 10 are not in the backup, nor here/);
  assert.deepEqual(await site.sql('SELECT * FROM published'), []);
  assert.deepEqual((await check()).problems, []);
  await startPrograms();
  await site.waitDone(id);
  const digits = await pi(12000);
  for (const row of await site.sql("SELECT position, digit FROM computation WHERE status = 'done' AND radix = 10")) {
    assert.equal(row.digit, digits[1 + row.position]);
  }
  await until(async () => (await site.get('/pi/12000.txt')).text === digits, 'the digits');
  assert.ok((await site.sql(`SELECT detail FROM event WHERE computation_id = ${id}`))
    .some(({ detail }) => detail === 'its digits were not in the backup'));
});

test('what is not a whole backup changes nothing', async () => {
  await stopPrograms();
  const before = fs.readFileSync(site.database);
  const good = fs.readFileSync(file('full.tar'));
  const bad = (name, bytes) => {
    fs.writeFileSync(file(name), bytes);
    return file(name);
  };
  const broken = /nothing was changed/;
  const at = (text) => good.indexOf(text);
  const flip = (offset) => {
    const copy = Buffer.from(good);
    copy[offset] ^= 1;
    return copy;
  };
  await fails(/no backup of nthpi|cannot read/, 'restore', '--force', bad('bad.tar', 'nothing'));
  await fails(broken, 'restore', '--force', bad('bad.tar', flip(at('SQLite format 3') + 5000)));
  await fails(broken, 'restore', '--force', bad('bad.tar', flip(at('3.1415926535') + 50)));
  for (const part of [0.1, 0.5, 0.9, 0.99]) {
    await fails(broken, 'restore', '--force', bad('bad.tar', good.subarray(0, Math.floor(good.length * part))));
  }
  await fails(/manifest/, 'restore', '--force', bad('bad.tar', flip(at('# nthpi-backup 1') + 15)));
  // Archives that somebody made by hand.
  const folder = fs.mkdtempSync(file('made-'));
  await tar('xf', file('full.tar'), '-C', folder);
  const made = async (...names) => {
    await tar('cf', file('bad.tar'), '-C', folder, ...names);
    return fails(broken, 'restore', '--force', file('bad.tar'));
  };
  const all = ['MANIFEST', ...fs.readFileSync(path.join(folder, 'MANIFEST'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => line.slice(66))];
  assert.match(await made(...all.slice(0, -1)), /is missing/);
  fs.writeFileSync(path.join(folder, 'evil'), 'x');
  assert.match(await made(...all, 'evil'), /"evil", which its manifest does not name/);
  assert.match(await made('db/nthpi.db', 'MANIFEST'), /no backup of nthpi/);
  const manifest = fs.readFileSync(path.join(folder, 'MANIFEST'), 'utf8');
  fs.writeFileSync(path.join(folder, 'MANIFEST'), manifest.replace('  key', '  ../key'));
  assert.match(await made('MANIFEST', 'db/nthpi.db'), /manifest/);
  // A newer schema, and a database that breaks its promises: with right checksums.
  const edited = async (sql) => {
    const db = path.join(folder, 'db', 'nthpi.db');
    await run('sqlite3', [db, sql]);
    const { stdout } = await run('sha256sum', ['db/nthpi.db'], { cwd: folder });
    fs.writeFileSync(path.join(folder, 'MANIFEST'), manifest.replace(/^[0-9a-f]{64} {2}db\/nthpi.db$/m, stdout.trim()));
    return made(...all);
  };
  assert.match(await edited("UPDATE counter SET n = n + 1 WHERE status = 'done'"), /counter of done rows/);
  assert.match(await edited('PRAGMA user_version = 99'), /schema 99.*install a newer nthpi/);
  assert.deepEqual(fs.readFileSync(site.database), before);
  await startPrograms();
});

test('check tells what is wrong, each in its words', async () => {
  assert.match(await tool('check'), /: 0 problems\n$/);
  await stopPrograms();
  const saved = fs.readFileSync(site.database);
  await run('sqlite3', [site.database, 'PRAGMA wal_checkpoint(TRUNCATE)']);
  const whole = fs.readFileSync(site.database);
  const wrong = {
    'counter of done rows': "UPDATE counter SET n = n + 3 WHERE status = 'done'",
    'has no event': 'DELETE FROM event WHERE computation_id = (SELECT min(id) FROM computation)',
    'without its digit or the window': "UPDATE computation SET window = '9' || window WHERE status = 'done' AND digit <> '9'",
    'is of revision': "UPDATE meta SET value = 5 WHERE key = 'revision'",
    'which is published, is missing': "UPDATE published SET length = 5, file = 'pi-10-5.txt' WHERE radix = 10",
    'has the name': "UPDATE published SET file = 'pi-10-6.txt' WHERE radix = 10",
    'its sha256 differs': "UPDATE published SET sha256 = printf('%064d', 0) WHERE radix = 10",
    'longer than any lease lasts': "UPDATE computation SET lease = 'x', lease_owner = 'main', lease_until = 1 << 60 WHERE status = 'queued'",
    'expired and nobody took it back': "UPDATE computation SET lease = 'x', lease_owner = 'main', lease_until = -1 << 40 WHERE status = 'queued'",
    'has a tombstone': 'INSERT OR REPLACE INTO removed SELECT min(id), 1 FROM computation',
    'added in the future': 'UPDATE computation SET created_at = created_at * 2 WHERE id = (SELECT max(id) FROM computation)',
    'belongs to a row': 'PRAGMA foreign_keys = OFF; INSERT INTO asker VALUES (999999, 1)',
    'digits that radix': "UPDATE computation SET window = digit || 'x' WHERE status = 'done'",
  };
  for (const [words, sql] of Object.entries(wrong)) {
    await run('sqlite3', [site.database, sql]);
    const { code, stdout } = await site.tool('check', '--json');
    assert.equal(code, 1, words);
    const { ok, problems } = JSON.parse(stdout);
    assert.equal(ok, false);
    assert.ok(problems.some(({ problem }) => problem.includes(words)), `${words}: ${stdout}`);
    for (const end of ['-wal', '-shm']) fs.rmSync(site.database + end, { force: true });
    fs.writeFileSync(site.database, whole);
  }
  const torn = Buffer.from(whole);
  torn.fill(0x55, 4096 * 3, 4096 * 5);
  fs.writeFileSync(site.database, torn);
  const { code, stdout } = await site.tool('check', '--json');
  assert.ok(code === 1 ? JSON.parse(stdout).problems.length > 0 : code === 2, stdout);
  fs.writeFileSync(site.database, whole);
  assert.ok(saved.length > 0);

  fs.writeFileSync(file('digits/notes.txt'), '');
  fs.chmodSync(file('key'), 0o644);
  fs.chmodSync(file('db'), 0o777);
  const { stdout: said } = await site.tool('check');
  assert.match(said, /digits: notes\.txt does not belong there/);
  assert.match(said, /folders: key has mode 0644 and should grant no more than 0600/);
  assert.match(said, /folders: db has mode/);
  fs.rmSync(file('digits/notes.txt'));
  fs.chmodSync(file('key'), 0o600);
  fs.chmodSync(file('db'), 0o2770);
  // What the daemon moved aside is known to be broken, and in nobody's way.
  fs.writeFileSync(file('digits/damaged-10.txt'), '3.2');
  assert.equal((await site.tool('check')).code, 0);
  fs.writeFileSync(file('nthpi.conf'), 'no-such-option = 1\n');
  const configuration = await site.tool('check');
  assert.equal(configuration.code, 2);
  assert.match(configuration.stderr, /nthpi\.conf:1/);
  fs.writeFileSync(file('nthpi.conf'), '');
  await startPrograms();
});

test('prune removes what is old, and open pages lose it', async () => {
  for (const args of [[], ['--older-than', '30'], ['--older-than', 'd'], ['--older-than', '3y'],
    ['--older-than', '1d', '--status', 'running'], ['--older-than', '1d', 'more']]) {
    assert.equal((await site.tool('prune', ...args)).code, 2, args.join(' '));
  }
  const cancelled = (await site.ask(endless.position + 2, endless.question)).id;
  await tool('cancel', String(cancelled));
  await site.waitFor(cancelled, ({ status }) => status === 'cancelled', 'cancelled');
  const client = new PollClient(site);
  await client.ask({ wait: 0 });
  const { resets } = client;
  const ids = async (status) => (await site.sql(`SELECT id FROM computation WHERE status = '${status}'`)).map(({ id }) => id);
  const done = await ids('done');
  assert.ok(done.length > 5);
  assert.match(await tool('prune', '--older-than', '1h'), /^removed 0 computations, 0 superseded digits files, 0 leftovers/);
  assert.match(await tool('prune', '--older-than', '0s', '--status', 'cancelled', '--dry-run'), /^would remove \d+ computation/);
  assert.ok((await ids('cancelled')).includes(cancelled));
  const counted = JSON.parse(await tool('prune', '--json', '--older-than', '0s', '--status', 'cancelled', '--dry-run'));
  assert.ok(counted.computations > 0);
  assert.deepEqual({ ...counted, computations: 0 },
    { dry_run: true, computations: 0, superseded_files: null, leftover_files: null, broken_files: null });
  assert.deepEqual(JSON.parse(await tool('prune', '--json', '--older-than', '1h')),
    { dry_run: false, computations: 0, superseded_files: 0, leftover_files: 0, broken_files: 0 });
  assert.match(await tool('prune', '--older-than', '0s', '--status', 'cancelled'), /^removed [1-9]\d* computations?\n/);
  assert.deepEqual(await ids('cancelled'), []);
  assert.deepEqual(await ids('done'), done);
  const running = await ids('running');
  fs.writeFileSync(file('work/999999.ckpt'), '');
  fs.writeFileSync(file('digits/pi-10-9.txt'), '3.141592653');
  fs.writeFileSync(file('digits/pi-10-9.sum'), '');
  // It is old, but others may have been about to read it until the longer one came.
  const superseded = async () => JSON.parse(await tool('prune', '--json', '--older-than', '1h', '--dry-run')).superseded_files;
  const [published] = await site.sql('SELECT file FROM published WHERE radix = 10');
  const old = Date.now() / 1000 - 7200;
  fs.utimesSync(file('digits/pi-10-9.txt'), old, old);
  assert.equal(await superseded(), 0);
  fs.utimesSync(file(`digits/${published.file}`), old, old);
  assert.equal(await superseded(), 1);
  assert.match(await tool('prune', '--older-than', '0s'), /^removed [1-9]\d* computations, 1 superseded digits file, 1 leftover of workers, 1 broken digits file\n/);
  assert.deepEqual(await ids('done'), []);
  assert.deepEqual(await ids('running'), running, 'what runs stays');
  assert.equal(fs.existsSync(file('digits/pi-10-9.txt')), false);
  await until(async () => {
    await client.ask({ wait: 0 });
    return isDeepStrictEqual(client.summary(), await site.summary()); // one row runs on
  }, 'the page to have what there is');
  assert.equal(client.resets, resets, 'by tombstones');
  assert.equal((await site.get('/pi/12000.txt')).status, 200, 'published digits stay');
  assert.deepEqual((await check()).problems, []);
});
