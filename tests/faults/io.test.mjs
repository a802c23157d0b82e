// Disks that fail: system calls of nthpi-fcgi, nthpid and its workers on one kind of
// file fail, the first one, the second one, and so on until an operation gets through
// unharmed. Whatever failed, what was acknowledged is there, no digit is wrong, the
// programs say what happened, and all goes on when the fault is gone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { rows } from '../lib/html.mjs';
import { idOfRedirect } from '../lib/http.mjs';
import { pi } from '../lib/pi.mjs';
import { Shim } from '../lib/shim.mjs';
import { until } from '../lib/site.mjs';

const run = promisify(execFile);
const LENGTH = 1_060_000; // a file of two blocks
const long = Boolean(process.env.NTHPI_LONG);
const site = await Shim.site({ options: { 'grace-s': 0 } });
after(() => site.stop());

const known = await pi(LENGTH + 1000);
const { shim } = site;
let position = 100;
let faults = 0;

/** Asks until it is acknowledged; every refusal must be a clear one. */
async function askThrough(question) {
  for (let tries = 1; ; tries++) {
    const answer = await site.api('POST', '/api/v1/computations', question);
    if (answer.status === 201 || answer.status === 200) return { id: answer.json().id, tries };
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers['retry-after']) > 0);
    const { detail } = answer.json();
    // (SQLite takes an error of reading for damage.)
    assert.match(detail, /disk is full or cannot be written|database is busy|or cannot be read/);
    assert.ok(tries < 500, 'refused again and again');
  }
}

/** The row once it has ended; a failure must name its reason, and is tried again. */
async function outcome(id) {
  return site.waitFor(id, ({ status }) => status === 'done' || status === 'failed', 'over');
}

async function nothingIsWrong() {
  const { stdout } = await run('sqlite3', ['-readonly', '-cmd', '.timeout 5000', site.database,
    'PRAGMA integrity_check; PRAGMA foreign_key_check;']);
  assert.equal(stdout.trim(), 'ok');
  for (const row of await site.sql("SELECT position, digit FROM computation WHERE status = 'done' AND radix = 10")) {
    assert.equal(row.digit, known[1 + row.position], `position ${row.position}`);
  }
}

// One commit of a submission, and all that the daemon commits for its row.
const database = [
  ['write', 'nthpi.db-wal', 'EIO'],
  ['write', 'nthpi.db-wal', 'ENOSPC'],
  ['write', 'nthpi.db-wal', 'short'],
  ['write', 'nthpi.db-wal', 'EINTR'],
  ['sync', 'nthpi.db-wal', 'EIO'],
  ['read', 'nthpi.db-wal', 'EIO'],
  ['read', '/db/nthpi.db', 'EIO'],
];
for (const [calls, file, error] of database) {
  test(`a row while ${calls} of ${file} fails with ${error}`, async () => {
    const most = long ? 400 : 4;
    let met = true;
    for (let k = 0; met && k < most; k += 1) {
      shim.arm({ calls, file, error, skip: k * (!long ? 5 : error === 'EIO' ? 1 : 4), count: 1 });
      const { id } = await askThrough({ position: ++position, radix: 10, algorithm: 'spigot' });
      const row = await outcome(id);
      assert.equal(row.status, 'done', row.error);
      assert.equal(row.digit, known[1 + position]);
      const { failed, seen } = shim.disarm();
      faults += failed;
      met = failed > 0 && seen < 2000;
    }
    await nothingIsWrong();
  });
}

test('submissions while every write of the database fails', async () => {
  for (const error of ['EIO', 'ENOSPC', 'EROFS']) {
    const visitor = site.visitor();
    const count = () => site.sql('SELECT id FROM computation ORDER BY id');
    const before = await count();
    shim.arm({ calls: 'write', file: 'nthpi.db', error });
    const form = await visitor.post('/computations', { position: 4242, radix: 16, algorithm: 'bbp' });
    assert.equal(form.status, 503);
    assert.match(form.text, /disk is full or cannot be written/);
    assert.match(form.text, /value="4242"/, 'the form keeps what was typed');
    assert.match(form.text, /<option value="16" selected>/);
    assert.ok(Number(form.headers['retry-after']) > 0);
    const json = await site.api('POST', '/api/v1/computations', { position: 4242 });
    assert.equal(json.status, 503);
    assert.match(json.headers['content-type'], /problem\+json/);
    // Pages that are only read are there.
    const page = await visitor.get('/');
    assert.equal(page.status, 200);
    assert.ok(rows(page.text).length > 0);
    assert.equal((await site.get('/pi/10')).status < 500, true);
    faults += shim.disarm().failed;
    assert.deepEqual(await count(), before, 'nothing was stored');
    const after_ = await visitor.post('/computations', { position: ++position, radix: 10, algorithm: 'auto' });
    assert.equal(after_.status, 303, 'as soon as it is over');
    await site.waitDone(idOfRedirect(after_));
  }
});

// A whole job: its files, the renames, what is published.
const files = [
  ['write', '/work/', 'EIO'],
  ['write', '/work/', 'ENOSPC'],
  ['write', '/work/', 'short'],
  ['write', '/work/', 'EINTR'],
  ['sync', '/work/', 'EIO'],
  ['sync', '/digits', 'EIO'],
  ['open', '/work/', 'ENOSPC'],
  ['rename', '/digits/', 'EIO'],
  ['rename', '/digits/', 'ENOSPC'],
];
const messages = /Input\/output error|No space left on device|could not be|cannot|failed/;

let length = 20_000;
for (const [calls, file, error] of files) {
  test(`a job while ${calls} of ${file} fails with ${error}`, async () => {
    let met = true;
    for (let k = 0; met && k < (long ? 200 : calls === 'open' ? 1 : 2); k++) {
      length += 10;
      shim.arm({ calls, file, error, skip: k, count: 1 });
      const { id } = await askThrough({ position: length, radix: 10, algorithm: 'chudnovsky' });
      const row = await outcome(id);
      const { failed } = shim.disarm();
      faults += failed;
      met = failed > 0;
      if (row.status === 'failed') {
        assert.ok(met, row.error);
        assert.match(row.error, messages);
        const [{ detail }] = await site.sql(`SELECT detail FROM event WHERE computation_id = ${id} AND stage = 'failed'`);
        assert.equal(detail, row.error);
        await askThrough({ position: length, radix: 10, algorithm: 'chudnovsky' });
      }
      const done = await site.waitDone(id);
      assert.equal(done.digit, known[1 + length]);
    }
    assert.ok(!met || !long, 'an operation got through in the end');
    const text = await until(async () => {
      const answer = await site.get(`/pi/${length}.txt`);
      return answer.status === 200 && answer.text;
    }, 'the digits');
    assert.equal(text, known.slice(0, 2 + length));
    await nothingIsWrong();
  });
}

test('published digits while their file cannot be read', async () => {
  await site.waitDone((await site.ask(LENGTH)).id);
  await site.kill('daemon'); // it would look at the file itself
  for (const [calls, error] of [['read', 'EIO'], ['open', 'EIO'], ['open', 'EMFILE']]) {
    await site.restart('fcgi'); // which has checked nothing
    await until(async () => (await site.get('/')).status === 200, 'nthpi-fcgi');
    shim.arm({ calls, file: `/digits/pi-10-${LENGTH}.txt`, error });
    for (const path of [`/pi/${LENGTH}`, `/pi/${LENGTH}.txt`, `/pi/${LENGTH - 1}.txt`, '/v1/pi?start=1000']) {
      const answer = await site.get(path);
      assert.equal(answer.status, 503, `${path}: ${error}`);
      assert.match(answer.text, /digits could not be read/);
    }
    faults += shim.disarm().failed;
    assert.equal((await site.get(`/pi/${LENGTH}.txt`)).text, known.slice(0, 2 + LENGTH));
  }
  // Short reads and interrupted ones are nobody's concern.
  for (const error of ['short', 'EINTR']) {
    await site.restart('fcgi');
    await until(async () => (await site.get('/')).status === 200, 'nthpi-fcgi');
    shim.arm({ calls: 'read', file: '/digits/', error, count: 50 });
    assert.equal((await site.get(`/pi/${LENGTH - 1}.txt`)).text, known.slice(0, 1 + LENGTH));
    faults += shim.disarm().failed;
  }
  site.start('daemon');
  await until(async () => (await site.get('/healthz')).json().status === 'ok', 'all to be well');
});

test('all of it', async (t) => {
  await nothingIsWrong();
  const lost = await site.sql("SELECT id, position, algorithm, status, error FROM computation WHERE status <> 'done' OR lease IS NOT NULL");
  assert.deepEqual(lost, []);
  t.diagnostic(`${faults} faults`);
  assert.ok(faults > 40, `${faults} faults`);
});
