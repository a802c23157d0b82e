// The command line tool on a site's database.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { Site, build, children, slow, until } from '../lib/site.mjs';

const site = await Site.start({ options: slow.options });
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
  for (const [i, position] of [100000, 1000000].entries()) {
    const [algorithm, radix, at, best, median, speed, digits] = rows[i].trim().split(/ +/);
    assert.deepEqual([algorithm, radix, at], ['chudnovsky', '10', String(position)]);
    assert.ok(Number(best) > 0 && Number(median) >= Number(best), rows[i]);
    assert.ok(Number(speed) > 0, rows[i]);
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
  await site.tool('submit', String(slow.position), '--algorithm', 'spigot');
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

test('mistakes are explained and end with a status', async () => {
  for (const args of [[], ['nothing'], ['digit'], ['digit', '0'], ['digit', 'abc'], ['digit', '5', '--radix', '8'],
    ['digit', '5', '--algorithm', 'agm'], ['bench', '10'],
    ['bench', '--rounds=0'], ['bench', '--largest=99999'], ['bench', '--threads=0'], ['submit', '-5'], ['show', '999999'], ['cancel', 'x'], ['retry', '999999']]) {
    const { code, stderr, stdout } = await site.tool(...args);
    assert.notEqual(code, 0, args.join(' '));
    assert.ok((stderr + stdout).trim().length > 0, args.join(' '));
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
