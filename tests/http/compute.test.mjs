// The command line tool without a site: digits that were verified, files that appear
// whole or not at all, progress, and signals.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { build, until } from '../lib/site.mjs';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-compute-'));
after(() => fs.rmSync(root, { recursive: true }));

let folders = 0;
function folder() {
  const made = path.join(root, String(folders++));
  fs.mkdirSync(made);
  return made;
}

/** Starts nthpi (or PROGRAM) and collects what it says; `ended` resolves to {code,
 * signal, stdout, stderr}. */
function start(args, { program = 'nthpi', env = {}, stdout = 'pipe' } = {}) {
  const child = spawn(path.join(build, program), args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name]?.setEncoding('utf8').on('data', (text) => { said[name] += text; });
  }
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, said, ended };
}

const nthpi = (...args) => start(args).ended;

const percents = (stderr) => [...stderr.matchAll(/^\w+ (\d+) %, .+ left$/gm)].map(([, n]) => Number(n));
const rises = (list) => list.every((n, i) => i === 0 || n > list[i - 1]);

test('a digit is verified before it is printed, and the words say how', async () => {
  for (const [args, digit, words] of [
    [['1000'], '9', /all \d+ decimal digits agree .* the same by bbp/],
    [['762', '--algorithm', 'spigot'], '9', /the same by chudnovsky/],
    [['1000000', '--radix', '16', '--algorithm', 'bbp'], '2', /the same by a second run with Bellard's series/],
  ]) {
    const told = await nthpi('digit', ...args, '--progress');
    assert.equal(told.code, 0, told.stderr);
    assert.equal(told.stdout, `${digit}\n`);
    assert.match(told.stderr, words);
    assert.match(told.stderr, /^verifying 100 %, 0 s left$/m);
    const silent = await nthpi('digit', ...args);
    assert.deepEqual(silent, { code: 0, signal: null, stdout: `${digit}\n`, stderr: '' });
    const quick = await nthpi('digit', ...args, '--no-verify', '--progress');
    assert.equal(quick.stdout, `${digit}\n`);
    assert.doesNotMatch(quick.stderr, /verifying/);
    assert.match(quick.stderr, /not verified\n$/);
  }
});

test('auto takes what gives the one digit first', async () => {
  for (const [args, digit, phases] of [
    [['1000000', '--radix', '16'], '2', /^(summing|verifying)$/],
    [['1000000', '--radix', '16', '--no-verify'], '2', /^summing$/],
    [['100000'], '6', /^(splitting|dividing|converting|verifying)$/],
  ]) {
    const { code, stdout, stderr } = await nthpi('digit', ...args, '--progress');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${digit}\n`);
    const shown = [...stderr.matchAll(/^(\w+) \d+ %, .+ left$/gm)];
    assert.ok(shown.length > 0 && shown.every(([, phase]) => phases.test(phase)), stderr);
  }
  const beyond = await nthpi('digit', '10000000000000');
  assert.equal(beyond.code, 2);
  assert.match(beyond.stderr, /^nthpi: position 10000000000000: no algorithm computes it in radix 10\n$/);
});

test('a short stack is no reason to fail', () => {
  const { status, stdout, stderr } = spawnSync(
    'sh', ['-c', 'ulimit -s 256 && exec "$0" digit 1000', path.join(build, 'nthpi')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '9\n');
});

test('digits are verified after they were printed', async () => {
  for (const more of [[], ['--algorithm', 'spigot'], ['--no-verify']]) {
    const { code, stdout, stderr } = await nthpi('digits', '5000', '--progress', ...more);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, await pi(5000));
    const verified = !more.includes('--no-verify');
    assert.match(stderr, verified ? /\nall \d+ .*bbp\n$|\nall \d+ digits are the same by chudnovsky\n$/ : /not verified\n$/);
  }
  const hex = await nthpi('digits', '100', '--radix=16');
  assert.ok(hex.stdout.startsWith('3.243f6a8885a308d3'), hex.stdout);
  assert.equal(hex.stdout.length, 102);
});

test('progress rises to 100 percent, and tells the time left', async () => {
  const { code, stderr } = await nthpi('digits', '2000000', '--progress', '-o', path.join(folder(), 'pi'));
  assert.equal(code, 0, stderr);
  const found = percents(stderr);
  assert.ok(found.length >= 5 && rises(found) && found.at(-1) === 100, stderr);
  for (const phase of ['splitting', 'dividing', 'converting', 'verifying']) assert.match(stderr, new RegExp(`^${phase} `, 'm'));
});

test('a file is there when it is whole, with the rights of what it replaces', async () => {
  const place = folder();
  const file = path.join(place, 'pi.txt');
  assert.equal((await nthpi('digits', '3000', '-o', file)).code, 0);
  assert.equal(fs.readFileSync(file, 'latin1'), await pi(3000));
  assert.equal(fs.statSync(file).mode & 0o777, 0o666 & ~process.umask());
  fs.chmodSync(file, 0o640);
  assert.equal((await nthpi('digits', '20', '--output', file)).code, 0);
  assert.equal(fs.readFileSync(file, 'latin1'), await pi(20));
  assert.equal(fs.statSync(file).mode & 0o777, 0o640);
  fs.symlinkSync('pi.txt', path.join(place, 'link'));
  assert.equal((await nthpi('digits', '30', '-o', path.join(place, 'link'))).code, 0);
  assert.ok(fs.lstatSync(path.join(place, 'link')).isSymbolicLink());
  assert.equal(fs.readFileSync(file, 'latin1'), await pi(30));
  assert.deepEqual(fs.readdirSync(place).sort(), ['link', 'pi.txt']);
  assert.equal((await nthpi('digits', '10', '-o', '/dev/null')).code, 0);
  assert.ok(fs.statSync('/dev/null').isCharacterDevice());
});

test('files that cannot be written are told, and nothing is left', async () => {
  const place = folder();
  for (const file of ['/dev/full', place, `${place}/`, `${place}/pi/`, `${place}/none/pi`, '']) {
    const { code, stderr } = await nthpi('digits', '100', '-o', file);
    assert.equal(code, 1, file);
    assert.ok(stderr.startsWith(`nthpi: cannot write ${file}: `), stderr);
  }
  // A file that may not grow.
  const limited = spawnSync('sh', ['-c', 'ulimit -f 64; exec "$0" digits 2000000 -o "$1"',
    path.join(build, 'nthpi'), path.join(place, 'pi')], { encoding: 'utf8' });
  assert.equal(limited.status, 1, limited.stderr);
  assert.match(limited.stderr, /^nthpi: cannot write .*pi: File too large\n$/);
  assert.deepEqual(fs.readdirSync(place), []);
});

test('a result that is not verified keeps its name from appearing', async () => {
  const place = folder();
  const file = path.join(place, 'pi.txt');
  fs.writeFileSync(file, 'before');
  for (const [fault, status, message] of [
    ['mismatch', 4, 'The result is wrong: the digits differ from those of a test'],
    ['unverified', 4, 'The result could not be verified'],
    ['memory', 3, 'There was not enough memory'],
  ]) {
    const run = (...args) => start(args, { program: 'tests/unit/faulty_nthpi', env: { NTHPI_FAULT: fault } }).ended;
    const told = `nthpi: ${message}\n`.toLowerCase();
    let ended = await run('digits', '1000', '-o', file);
    assert.equal(ended.code, status);
    assert.equal(ended.stderr.toLowerCase(), told);
    assert.equal(fs.readFileSync(file, 'latin1'), 'before');
    assert.deepEqual(fs.readdirSync(place), ['pi.txt']);
    ended = await run('digits', '1000');
    assert.equal(ended.code, status);
    assert.equal(ended.stderr.toLowerCase(), told);
    assert.equal(ended.stdout, await pi(1000), 'they were printed as they came');
    ended = await run('digit', '1000');
    assert.equal(ended.code, status);
    assert.equal(ended.stdout, '', 'no digit');
    ended = await run('digits', '1000', '--no-verify', '-o', path.join(place, fault));
    assert.equal(ended.code, 0);
    fs.unlinkSync(path.join(place, fault));
  }
});

const long = (file) => ['digits', '300000000', '--threads=1', '--progress', '-o', file];

test('signals end a computation and leave no file', async () => {
  for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
    const place = folder();
    const { child, said, ended } = start(long(path.join(place, 'pi')));
    await until(() => percents(said.stderr).length > 0, 'progress');
    child.kill(signal);
    const { code, stderr } = await ended;
    assert.equal(code, status, stderr);
    assert.doesNotMatch(stderr, /nthpi:/);
    assert.deepEqual(fs.readdirSync(place), []);
  }
  const place = folder();
  const { child, said, ended } = start(long(path.join(place, 'pi')));
  await until(() => percents(said.stderr).length > 0, 'progress');
  child.kill('SIGKILL');
  assert.equal((await ended).signal, 'SIGKILL');
  assert.ok(!fs.existsSync(path.join(place, 'pi')));
  const digit = start(['digit', '10000000000', '--radix=16', '--threads=1', '--progress']);
  await until(() => percents(digit.said.stderr).length > 0, 'progress');
  digit.child.kill('SIGINT');
  assert.deepEqual([(await digit.ended).code, digit.said.stdout], [130, '']);
});

test('where files cannot be without a name, one with another name is used and removed', async () => {
  const how = { program: 'tests/unit/faulty_nthpi', env: { NTHPI_NAMED: '1' } };
  const place = folder();
  const file = path.join(place, 'pi');
  assert.equal((await start(['digits', '3000', '-o', file], how).ended).code, 0);
  assert.deepEqual(fs.readdirSync(place), ['pi']);
  assert.equal(fs.readFileSync(file, 'latin1'), await pi(3000));
  assert.equal(fs.statSync(file).mode & 0o777, 0o666 & ~process.umask());
  const { child, said, ended } = start(long(file), how);
  await until(() => percents(said.stderr).length > 0, 'progress');
  assert.equal(fs.readdirSync(place).length, 2);
  child.kill('SIGINT');
  assert.equal((await ended).code, 130);
  assert.deepEqual(fs.readdirSync(place), ['pi']);
  const faulty = { ...how, env: { ...how.env, NTHPI_FAULT: 'mismatch' } };
  assert.equal((await start(['digits', '20', '-o', file], faulty).ended).code, 4);
  assert.deepEqual(fs.readdirSync(place), ['pi']);
  assert.equal(fs.readFileSync(file, 'latin1'), await pi(3000));
});

test('Ctrl-C ends a write that nobody reads', async () => {
  const { child, said, ended } = start(['digits', '2000000', '--progress']);
  child.stdout.pause();
  await until(() => /converting/.test(said.stderr), 'the digits');
  let before = '';
  let idle = 0; // looks without any work in between
  await until(() => {
    const stat = fs.readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1];
    const now = stat.split(' ').slice(11, 13).join(' '); // user and system time
    idle = now === before && stat.startsWith('S') ? idle + 1 : 0;
    before = now;
    return idle >= 10;
  }, 'the pipe to be full');
  child.kill('SIGINT');
  await until(() => child.exitCode !== null, 'the end');
  assert.equal(child.exitCode, 130);
  child.stdout.resume();
  await ended;
});

test('a reader that has gone ends the run without a word', async () => {
  const { child, ended } = start(['digits', '300000']);
  child.stdout.destroy();
  const { code, stderr } = await ended;
  assert.equal(code, 1);
  assert.equal(stderr, '');
});
