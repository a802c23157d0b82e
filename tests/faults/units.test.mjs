// The units of contrib/systemd, as systemd reads them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { source } from '../lib/site.mjs';
import { allowedCalls, tmpfiles, unitText, unitValues, units } from '../lib/units.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-units-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** Copies all units with CHANGE made to their texts, and has NAMES verified;
 * returns what systemd says about them. */
function verify(names, change = (text) => text) {
  for (const name of fs.readdirSync(units).filter((one) => /\.(service|socket)$/.test(one))) {
    // The programs need not be installed here.
    const text = fs.readFileSync(path.join(units, name), 'utf8')
      .replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true');
    fs.writeFileSync(path.join(folder, name), change(text));
  }
  const { error, status, stderr } = spawnSync('systemd-analyze',
    ['verify', '--man=no', ...names.map((name) => path.join(folder, name))],
    { encoding: 'utf8', env: { ...process.env, SYSTEMD_LOG_LEVEL: 'warning' } });
  if (error) throw error;
  return stderr || (status !== 0 ? `status ${status}` : '');
}

const all = ['nthpid.service', 'nthpi-fcgi.service', 'nthpi-fcgi.socket',
  'nthpi-web@1.service', 'nthpi-web@1.socket', 'nthpi-web@2.service', 'nthpi-web@2.socket'];

test('systemd finds no fault with the units', () => {
  assert.equal(verify(all), '');
});

test('it would find one', () => {
  assert.match(verify(all, (text) => text.replace(/^Restart=.*$/m, 'Restart=perhaps')), /perhaps/);
});

test('each process has its own socket, and what else protects the one has the other', () => {
  const lines = (name) => fs.readFileSync(path.join(units, name), 'utf8').split('\n')
    .filter((line) => /^(?!(Description|Requires|After|ListenStream)=)\w+=/.test(line));
  assert.deepEqual(lines('nthpi-web@.service'), lines('nthpi-fcgi.service'));
  assert.deepEqual(lines('nthpi-web@.socket'), lines('nthpi-fcgi.socket'));
  assert.match(fs.readFileSync(path.join(units, 'nthpi-web@.socket'), 'utf8'),
    /^ListenStream=\/run\/nthpi\/web-%i\.sock$/m);
});

// ---- least rights ----

const services = ['nthpid.service', 'nthpi-fcgi.service', 'nthpi-web@.service'];

/** systemd's own judgement of the unit NAME, with CHANGE made to it: 0 (safe) to 10. */
function exposure(name, change = (text) => text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, change(unitText(name)));
  const { error, stdout, stderr } = spawnSync('systemd-analyze',
    ['security', '--offline=true', '--no-pager', file], { encoding: 'utf8' });
  if (error) throw error;
  assert.doesNotMatch(stderr, /Unknown|Failed|ignoring/i);
  return Number(/exposure level for \S+: ([0-9.]+)/.exec(stdout)[1]);
}

test('the units are exposed by 2.0 at most', () => {
  for (const name of services) assert.ok(exposure(name) <= 2, `${name}: ${exposure(name)}`);
  assert.ok(exposure('nthpid.service', (text) => text.replace(/^(Private|Protect|System).*$/gm, '')) > 2,
    'without half of it they would be');
});

test('the units allow every system call that the programs allow themselves', () => {
  const table = fs.readFileSync(path.join(source, 'common', 'sandbox_table.c'), 'utf8');
  const calls = [...table.matchAll(/^ {4}CALL\((\w+), (\w+)\)/gm)].map(([, ...row]) => row);
  // Those that have rules about their arguments; the tool is run by people.
  const others = ['mmap', 'mprotect', 'clone', 'clone3', 'openat', 'newfstatat', 'ioctl', 'tgkill', 'prlimit64'];
  assert.ok(calls.length > 100);
  for (const name of services) {
    const own = name === 'nthpid.service' ? 'SANDBOX_DAEMON' : 'SANDBOX_WEB';
    const needed = calls.filter(([, who]) => ['ALL', 'FILES', 'BOTH', own].includes(who) ||
      (who === 'MAKERS' && own === 'SANDBOX_DAEMON'))
      .map(([call]) => call).concat(others, own === 'SANDBOX_DAEMON' ? ['execveat'] : []);
    const allowed = allowedCalls(name);
    // SQLite gives files another owner as root only.
    assert.deepEqual(needed.filter((call) => !allowed.has(call)), ['fchown'], name);
    for (const call of ['mount', 'ptrace', 'bpf', 'setuid', 'reboot']) assert.ok(!allowed.has(call), call);
  }
});

test('users, groups and folders of the units are those that are made', () => {
  const made = unitText('nthpi.sysusers').split('\n').filter((line) => /^[a-z]/.test(line))
    .map((line) => line.split(/\s+/));
  const named = (type) => made.filter((line) => line[0] === type).map((line) => line[1]);
  assert.deepEqual([named('u'), named('g')], [['nthpi-web', 'nthpid'], ['nthpi']]);
  const paths = tmpfiles().map((one) => one.path);
  for (const name of services) {
    assert.ok(named('u').includes(unitValues(name, 'User')[0]), name);
    assert.deepEqual(unitValues(name, 'Group'), ['nthpi']);
    const writable = unitValues(name, 'ReadWritePaths').join(' ').split(' ');
    assert.deepEqual(writable.filter((one) => !paths.includes(one)), []);
    if (unitValues(name, 'User')[0] === 'nthpi-web') {
      assert.deepEqual(writable.filter((one) => !/\/nthpi\/(db|run|key)$/.test(one)), []);
    } else {
      // Files are renamed from work/ to digits/: from one mount to another that fails.
      assert.deepEqual(writable, ['/var/lib/nthpi']);
    }
  }
  for (const name of ['nthpi-fcgi.socket', 'nthpi-web@.socket']) {
    assert.deepEqual(unitValues(name, 'SocketUser'), ['nthpi-web']);
  }
});

test('systemd makes the users and folders as they are written', () => {
  const root = path.join(folder, 'root');
  fs.mkdirSync(path.join(root, 'etc'), { recursive: true });
  const run = (program, ...args) => {
    const { error, status, stderr } = spawnSync(program, [`--root=${root}`, ...args], { encoding: 'utf8' });
    if (error) throw error;
    assert.equal(status, 0, stderr);
  };
  run('systemd-sysusers', path.join(units, 'nthpi.sysusers'));
  const ids = (file) => Object.fromEntries(fs.readFileSync(path.join(root, 'etc', file), 'utf8')
    .trim().split('\n').map((line) => line.split(':')).map(([name, , id]) => [name, Number(id)]));
  const [userIds, groupIds] = [ids('passwd'), ids('group')];
  assert.notEqual(userIds['nthpi-web'], userIds.nthpid);
  if (process.getuid() !== 0) return; // only root gives folders to others
  run('systemd-tmpfiles', '--create', path.join(units, 'nthpi.tmpfiles'));
  for (const { path: where, mode, user, group } of tmpfiles()) {
    const found = fs.statSync(path.join(root, where));
    assert.equal(found.mode & 0o7777, mode, where);
    assert.equal(found.uid, user === 'root' ? 0 : userIds[user], where);
    assert.equal(found.gid, group === 'root' ? 0 : groupIds[group], where);
  }
});
