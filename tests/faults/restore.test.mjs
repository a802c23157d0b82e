// nthpi backup and nthpi restore, killed at every step at which they change or sync
// the file system: what is there afterwards is the old state or the new one, whole.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Site, build } from '../lib/site.mjs';

const run = promisify(execFile);
const LONG = process.env.NTHPI_LONG;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-restore-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const OLD = path.join(folder, 'old'); // a site's state, later than the backup
const BACKUP = path.join(folder, 'backup.tar');
const keys = {};

/** Runs a tool of the build on STATE; resolves to {code, signal, stdout, stderr}. */
async function tool(state, name, args, env = {}) {
  try {
    const { stdout, stderr } = await run(path.join(build, name), args, {
      env: { ...process.env, NTHPI_STATE: state, NTHPI_CONFIG: path.join(OLD, 'nthpi.conf'), ...env },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return { code: error.code, signal: error.signal, stdout: error.stdout, stderr: error.stderr };
  }
}

/** 'old' or 'new', by rows and key, which must agree; everything must be whole. */
async function stateOf(state, last) {
  const { code, stdout } = await tool(state, 'nthpi', ['check', '--json']);
  assert.equal(code, 0, `${last}: ${stdout}`);
  const { stdout: list } = await tool(state, 'nthpi', ['list']);
  const found = / 2002 +10/.test(list) ? 'old' : 'new';
  assert.match(list, / 1001 +10/);
  assert.ok(fs.readFileSync(path.join(state, 'key')).equals(keys[found]), `${last}: the key of the ${found} state`);
  return found;
}

function copyOld() {
  const state = path.join(folder, 'state');
  fs.rmSync(state, { recursive: true, force: true });
  fs.cpSync(OLD, state, { recursive: true, filter: (name) => !name.endsWith('.sock') });
  for (const [name, mode] of [['db', 0o2770], ['digits', 0o755], ['work', 0o2750], ['run', 0o2771]]) {
    fs.chmodSync(path.join(state, name), mode);
  }
  return state;
}

test('a site is backed up, and goes on', async () => {
  const site = await Site.start();
  try {
    await site.waitDone((await site.ask(1001)).id);
    await site.waitDone((await site.ask(300, { radix: 16 })).id);
    assert.equal((await site.tool('backup', '--with-digits', BACKUP)).code, 0);
    keys.new = fs.readFileSync(path.join(site.state, 'key'));
    await site.waitDone((await site.ask(2002)).id);
    await site.kill('fcgi');
    await site.kill('daemon');
    // Another key, and digits that are not there: all has to come from the backup.
    keys.old = Buffer.alloc(32, 7);
    fs.writeFileSync(path.join(site.state, 'key'), keys.old);
    fs.cpSync(site.state, OLD, { recursive: true, filter: (name) => !name.endsWith('.sock') });
    for (const kind of ['txt', 'sum']) fs.rmSync(path.join(OLD, 'digits', `pi-10-1001.${kind}`), { force: true });
  } finally {
    await site.stop();
  }
  assert.equal(await stateOf(copyOld(), 'to begin with'), 'old');
});

test('a restore that is killed leaves the old state or the new one', async () => {
  const faulty = 'tests/unit/faulty_nthpi';
  const seen = { old: 0, cut: 0, new: 0 };
  let killed = 0;
  for (let last = 1; ; last++) {
    const state = copyOld();
    const first = await tool(state, faulty, ['restore', '--force', BACKUP], { NTHPI_DIE_AT: String(last) });
    if (first.code === 0) {
      assert.equal(await stateOf(state, last), 'new');
      break;
    }
    assert.equal(first.signal, 'SIGKILL', `${last}: ${first.stderr}`);
    killed++;
    if (fs.existsSync(path.join(state, 'restore.ready'))) {
      // It counts already. Whoever comes next ends it, and may be killed, too.
      seen.cut++;
      for (let again = 1; again < 4 && (LONG || last % 3 === 0); again++) {
        await tool(state, faulty, ['restore', '--finish'], { NTHPI_DIE_AT: String(again) });
      }
      const next = seen.cut % 2 ? ['restore', '--finish'] : ['prune', '--older-than=9000d'];
      const ended = await tool(state, 'nthpi', next);
      assert.equal(ended.code, 0, `${last}: ${ended.stderr}`);
      assert.equal(await stateOf(state, last), 'new');
    } else {
      seen[await stateOf(state, last)]++;
      if (!LONG && last % 4) continue;
      const again = await tool(state, 'nthpi', ['restore', '--force', BACKUP]);
      assert.equal(again.code, 0, again.stderr);
      assert.equal(await stateOf(state, last), 'new');
    }
    assert.deepEqual(fs.readdirSync(state).filter((name) => name.startsWith('restore')), []);
  }
  assert.ok(killed > 20 && seen.old > 5 && seen.cut > 5, JSON.stringify(seen));
  console.log(`# killed at ${killed} steps: ${JSON.stringify(seen)}`);
});

test('a backup that is killed leaves no file of its name, or a whole one', async () => {
  const faulty = 'tests/unit/faulty_nthpi';
  const target = path.join(folder, 'target');
  for (let last = 1; ; last++) {
    fs.rmSync(target, { recursive: true, force: true });
    fs.mkdirSync(target);
    const file = path.join(target, 'b.tar');
    const { code, signal } = await tool(OLD, faulty, ['backup', '--with-digits', file], { NTHPI_DIE_AT: String(last) });
    const there = fs.existsSync(file);
    if (there) {
      const state = copyOld();
      assert.equal((await tool(state, 'nthpi', ['restore', '--force', file])).code, 0, `${last}`);
      assert.equal(await stateOf(state, last), 'old');
    }
    if (code === 0) {
      assert.ok(there && last > 4);
      assert.deepEqual(fs.readdirSync(target), ['b.tar']);
      break;
    }
    assert.equal(signal, 'SIGKILL');
  }
});
