// The command line tool on a site's database.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { endless } from '../lib/pause.mjs';
import { pi } from '../lib/pi.mjs';
import { Site, build, children, until } from '../lib/site.mjs';

// (No worker but those of computations: no index is made meanwhile.)
const site = await Site.start({ options: { ...endless.options, index: 'no' } });
after(() => site.stop());

const idOf = (text) => Number(/\d+/.exec(text)[0]);

test('digit and digits compute without a site', async () => {
  const digit = await site.tool('digit', '1000');
  assert.equal(digit.code, 0, digit.stderr);
  assert.equal(digit.stdout.trim(), '9');
  const hex = await site.tool('digit', '1', '--radix', '16');
  assert.equal(hex.stdout.trim(), '2');
  const spigot = await site.tool('digit', '762', '--algorithm', 'spigot');
  assert.equal(spigot.stdout.trim(), '9');
  const digits = await site.tool('digits', '2000');
  assert.equal(digits.stdout.trim(), await pi(2000));
});

test('digit as JSON is what a site tells', async () => {
  const tell = async (...args) => JSON.parse((await site.tool('digit', '--json', ...args)).stdout);
  const { wall_s: wall, verified, ...decimal } = await tell('1000');
  assert.deepEqual(decimal, { position: 1000, radix: 10, algorithm: 'auto', method: 'chudnovsky', digit: '9', window: '9380952572010654' });
  assert.ok(wall > 0 && wall < 60);
  assert.match(verified, /hexadecimal digits .* bbp/);
  const { wall_s: again, ...hex } = await tell('--radix=16', '--algorithm=bbp', '--no-verify', '1');
  assert.deepEqual([hex.radix, hex.algorithm, hex.method, hex.digit, hex.verified], [16, 'bbp', 'bbp', '2', null]);
  assert.ok(hex.window.startsWith('243f6a8885a308d3') && again > 0);
});

test('what will take long says so before it begins', async () => {
  const begun = async (...args) => {
    const child = spawn(path.join(build, 'nthpi'), ['digit', '--progress', ...args], { env: site.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    child.stderr.setEncoding('utf8');
    const ended = new Promise((resolve) => child.on('close', resolve));
    await Promise.race([ended, new Promise((resolve) => child.stderr.on('data', (text) => {
      told += text;
      if (/\d %/.test(told)) resolve();
    }))]);
    child.kill('SIGINT');
    assert.equal(await ended, 130, told);
    return told;
  };
  assert.match(await begun('--radix=16', '--threads=1', '9000000000000'),
    /^estimated: (\d+ h \d\d min|over 1000 days) and \d+\.\d [MG]iB of memory, by bbp with 1 thread\n[a-z]+ 0 %/);
  assert.match(await begun('--threads=2', '100000000'),
    /^estimated: (\d+ min )?\d+ s and \d+\.\d [MG]iB of memory, by chudnovsky with 2 threads\n/);
  assert.doesNotMatch((await site.tool('digit', '--progress', '1000')).stderr, /estimated/);
});

test('on a terminal a long computation shows a bar; Ctrl-C ends it', async () => {
  const child = spawn('script', ['-qefc', `exec ${path.join(build, 'nthpi')} digit --algorithm=spigot 1500000`, '/dev/null'],
    { env: site.environment, stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  child.stdout.setEncoding('utf8');
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  await new Promise((resolve) => {
    child.stdout.on('data', (text) => {
      shown += text;
      if (/\r\w+ +\[[#-]{30}\] +\d+ %, .* left/.test(shown)) resolve();
    });
    child.on('close', resolve);
  });
  const [below] = children(child.pid);
  process.kill(below, 'SIGINT');
  assert.equal(await ended, 130);
  assert.match(shown, /\[[#-]{30}\]/);
});

test('bench tells times and the digits it found', async () => {
  const { code, stdout, stderr } = await site.tool('bench', '--rounds=2', '--largest=1000000', '--threads=2');
  assert.equal(code, 0, stderr);
  const [head, columns, ...rows] = stdout.trim().split('\n');
  assert.match(head, /^2 of \d+ CPUs, 2 rounds; bbp with the kernel (ifma|avx2|portable), products by (nthpi|GMP|FLINT)/);
  assert.match(columns, /algorithm +radix +position +best s +median s +digits\/s +digits from there/);
  assert.equal(rows.length, 2, stdout);
  const json = JSON.parse((await site.tool('bench', '--json', '--rounds=1', '--largest=100000', '--threads=1')).stdout);
  assert.deepEqual([json.threads, json.rounds, json.results.length], [1, 1, 1]);
  const { best_s: best, median_s: median, digits_per_s: speed, ...one } = json.results[0];
  assert.deepEqual(one, { algorithm: 'chudnovsky', radix: 10, position: 100000, digits: rows[0].split(' ').at(-1) });
  assert.ok(best > 0 && median === best && Math.abs(speed * median - 100000) < 1, stdout);
  for (const [i, position] of [100000, 1000000].entries()) {
    const [algorithm, radix, at, fastest, middle, perSecond, digits] = rows[i].trim().split(/ +/);
    assert.deepEqual([algorithm, radix, at], ['chudnovsky', '10', String(position)]);
    assert.ok(Number(fastest) > 0 && Number(middle) >= Number(fastest), rows[i]);
    assert.ok(Number(perSecond) > 0, rows[i]);
    const { stdout: expected } = await site.tool('digit', String(position), '--window');
    assert.ok(expected.startsWith(digits) && digits.length === 16, rows[i]);
  }
});

test('submit, show, list', async () => {
  const submitted = await site.tool('submit', '1234');
  assert.equal(submitted.code, 0, submitted.stderr);
  const [{ id }] = await site.sql('SELECT id FROM computation WHERE position = 1234');
  assert.ok(submitted.stdout.includes(String(id)), submitted.stdout);
  const done = await site.waitDone(id);
  const shown = await site.tool('show', String(id));
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /done/);
  assert.ok(shown.stdout.includes(done.window.slice(0, 10)) || shown.stdout.includes(done.digit));
  assert.match(shown.stdout, /^attempts +1$/m);
  assert.match(shown.stdout, /^cost +[\d.]+ s of wall time, [\d.]+ s of CPU time, \d+ KiB$/m);
  assert.match(shown.stdout, new RegExp(`^worker +process ${done.worker.pid} of main, threads: [12]$`, 'm'));
  assert.match(shown.stdout, new RegExp(`^speed +${done.digits_per_s.toFixed(0)} digits/s$`, 'm'));
  const list = await site.tool('list');
  assert.equal(list.code, 0, list.stderr);
  assert.match(list.stdout, /1234/);
});

test('cancel, retry, delete', async () => {
  await site.tool('submit', String(endless.position), '--algorithm', 'spigot');
  const [{ id }] = await site.sql("SELECT id FROM computation WHERE algorithm = 'spigot'");
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  assert.equal((await site.tool('cancel', String(id))).code, 0);
  await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
  assert.equal((await site.tool('retry', String(id))).code, 0);
  await site.waitFor(id, ({ status }) => status === 'running', 'running again');
  assert.equal((await site.tool('delete', String(id))).code, 0);
  await until(async () => (await site.get(`/api/v1/computations/${id}`)).status === 404, 'the row to go');
  await until(() => site.workers().length === 0, 'its worker to end');
});

test('cancel, retry, delete: as JSON', async () => {
  const does = async (command, id) => JSON.parse((await site.tool(command, '--json', String(id))).stdout);
  const { id } = JSON.parse((await site.tool('submit', '--json', String(endless.position + 1), '--algorithm=spigot')).stdout);
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  assert.equal((await does('cancel', id)).id, id);
  const { revision: before } = await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
  const again = await does('retry', id);
  assert.match(again.status, /queued|running/);
  const api = (await site.get(`/api/v1/computations/${id}`)).json();
  assert.deepEqual(Object.keys(again), Object.keys(api));
  await site.waitFor(id, ({ status, revision }) => status === 'running' && revision > before, 'running again');
  assert.deepEqual(await does('delete', id), { id, status: 'deleting' });
  await until(async () => (await site.get(`/api/v1/computations/${id}`)).status === 404, 'the row to go');
  const [{ id: done }] = await site.sql('SELECT id FROM computation WHERE position = 1234');
  assert.deepEqual(await does('delete', done), { id: done, status: 'deleted' });
  assert.equal((await site.tool('delete', '--json', String(done))).stdout, '');
});

test('show tells how long each stage took, and what it cost', async () => {
  const { stdout: submitted } = await site.tool('submit', '--wait', '--algorithm=chudnovsky', '20000');
  const { stdout } = await site.tool('show', idOf(submitted).toString());
  assert.match(stdout, /^cost +\d+\.\d\d s of wall time, \d+\.\d\d s of CPU time, \d+ KiB$/m);
  const lines = stdout.split('history\n')[1].trimEnd().split('\n');
  assert.match(lines[0], /^ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2,}registered/);
  for (const line of lines.slice(1)) assert.match(line, /UTC {2}\+(\d\.\d{3}|\d\d+) s +[a-z]+/);
  await site.tool('submit', String(endless.position + 2), '--algorithm=spigot');
  const [{ id }] = await site.sql(`SELECT id FROM computation WHERE position = ${endless.position + 2}`);
  await site.waitFor(id, ({ status, progress }) => status === 'running' && progress > 0, 'running');
  assert.match((await site.tool('show', String(id))).stdout, /^progress +\d+ % [a-z]+\ntime left +\d/m);
  await site.tool('delete', String(id));
  await until(() => site.workers().length === 0, 'its worker to end');
});

test('mistakes are explained and end with a status', async () => {
  for (const args of [[], ['nothing'], ['digit'], ['digit', '0'], ['digit', 'abc'], ['digit', '5', '--radix', '8'],
    ['digit', '5', '--algorithm', 'agm'], ['bench', '10'],
    ['bench', '--rounds=0'], ['bench', '--largest=99999'], ['bench', '--threads=0'], ['submit', '-5'], ['show', '999999'], ['cancel', 'x'], ['retry', '999999']]) {
    const { code, stderr, stdout } = await site.tool(...args);
    assert.notEqual(code, 0, args.join(' '));
    assert.ok((stderr + stdout).trim().length > 0, args.join(' '));
  }
  for (const [args, words] of [
    [['digit', '-5'], 'nthpi: digit: -5: a number without a sign is needed\n'],
    [['digit', '--', '-5'], 'nthpi: position -5: positions are counted from 1\n'],
    [['list', '--nothing'], 'nthpi: list: --nothing: there is no such flag; see --help\n'],
    [['list', '--limit'], 'nthpi: list: --limit: a value is missing; see --help\n'],
    [['show'], 'nthpi: show: an argument is missing; see --help\n'],
  ]) {
    const { code, stdout, stderr } = await site.tool(...args);
    assert.deepEqual([code, stdout, stderr], [2, '', words]);
  }
  assert.equal((await site.tool('--help')).code, 0);
  assert.match((await site.tool('--version')).stdout, /nthpi/);
});

test('what is submitted here and there is one row', async () => {
  const { id } = await site.ask(4321);
  const submitted = await site.tool('submit', '4321');
  assert.equal(submitted.code, 0, submitted.stderr);
  assert.equal(idOf(submitted.stdout.replace(/4321/g, '')) || id, id);
  assert.equal((await site.sql('SELECT count(*) AS n FROM computation WHERE position = 4321'))[0].n, 1);
});
