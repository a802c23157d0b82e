// contrib/quickstart: reaches ready, serves, stops on a signal, and leaves
// nothing behind; two of them run side by side.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { request } from '../lib/http.mjs';
import { alive, build, children, freePort, source, until } from '../lib/site.mjs';

const script = path.join(source, 'contrib', 'quickstart');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-quickstart-'));
fs.chmodSync(folder, 0o755);
const all = [];
after(() => {
  for (const { child } of all) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  }
  return Promise.all(all.map(({ ended }) => ended)).then(() =>
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
});

function quickstart(...args) {
  const child = spawn(script, ['--no-install', '--build', build, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
  const run = { child, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => { run.out += chunk; });
  child.stderr.setEncoding('utf8').on('data', (chunk) => { run.err += chunk; });
  run.ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  all.push(run);
  return run;
}

async function ready(run, port) {
  const over = run.ended.then(({ code, signal }) => {
    throw new Error(`quickstart ended with ${signal ?? code}:\n${run.err}`);
  });
  over.catch(() => {});
  await Promise.race([over, until(() => run.out.includes('ready '), 'ready', { timeout: 120_000 })]);
  assert.equal(run.out, `ready http://127.0.0.1:${port}/\n`);
}

function below(pid) {
  return children(pid).flatMap((child) => [child, ...below(child)]);
}

async function computes(port, position, digit) {
  const made = await request(port, '/api/v1/computations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ position }),
  });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json();
  const done = await until(async () => {
    const found = (await request(port, `/api/v1/computations/${id}`)).json();
    return found.status === 'done' && found;
  }, 'the digit');
  assert.equal(done.digit, digit);
}

test('reaches ready, serves, and stops on SIGTERM leaving nothing', async () => {
  const port = await freePort();
  const state = path.join(folder, 'one');
  const run = quickstart('--port', String(port), '--state', state);
  await ready(run, port);
  for (const name of fs.readdirSync(path.join(state, 'run')).filter((name) => name.endsWith('.sock'))) {
    const { mode } = fs.statSync(path.join(state, 'run', name));
    assert.equal(mode & 0o007, 0, `${name} is for nginx only`);
  }
  assert.equal((await request(port, '/')).status, 200);
  assert.equal((await request(port, '/static/nthpi.css')).status, 200);
  await computes(port, 1000, '9');
  assert.equal((await request(port, '/pi/1000.txt')).body.length, 1002, 'nginx reads the digits');
  for (const name of ['nthpi-fcgi', 'nthpid']) {
    assert.match(run.err, new RegExp(`^${name} +\\| `, 'm'), `lines of ${name}`);
  }
  const processes = below(run.child.pid);
  assert.ok(processes.length >= 4, `${processes}`);
  run.child.kill('SIGTERM');
  assert.deepEqual(await run.ended, { code: 0, signal: null });
  assert.deepEqual(processes.filter(alive), []);
  assert.deepEqual(fs.readdirSync(path.join(state, 'run')).filter((name) => name.endsWith('.sock')), []);

  // Again on the same state folder: what was asked for is still there.
  const again = quickstart(`--port=${port}`, `--state=${state}`);
  await ready(again, port);
  assert.equal((await request(port, '/api/v1/computations')).json().computations.length, 1);
  again.child.kill('SIGINT');
  assert.deepEqual(await again.ended, { code: 0, signal: null });
});

test('two run side by side', async () => {
  const ports = [await freePort(), await freePort()];
  const runs = ports.map((port, i) =>
    quickstart('--port', String(port), '--state', path.join(folder, `side-${i}`)));
  await Promise.all(runs.map((run, i) => ready(run, ports[i])));
  await computes(ports[0], 1000, '9');
  assert.equal((await request(ports[1], '/api/v1/computations')).json().computations.length, 0);
  await computes(ports[1], 10_000, '8');
  runs[0].child.kill('SIGTERM');
  assert.deepEqual(await runs[0].ended, { code: 0, signal: null });
  assert.equal((await request(ports[1], '/')).status, 200, 'the other goes on');
  runs[1].child.kill('SIGTERM');
  assert.deepEqual(await runs[1].ended, { code: 0, signal: null });
});

test('a taken port and a taken state folder are said plainly', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.on('listening', resolve); });
  const taken = server.address().port;
  const run = quickstart('--port', String(taken), '--state', path.join(folder, 'taken'));
  assert.equal((await run.ended).code, 1);
  assert.match(run.err, new RegExp(`port ${taken} is taken`));
  assert.equal(run.out, '');
  server.close();

  const port = await freePort();
  const first = quickstart('--port', String(port), '--state', path.join(folder, 'shared'));
  await ready(first, port);
  const second = quickstart('--port', String(await freePort()), '--state', path.join(folder, 'shared'));
  assert.equal((await second.ended).code, 1);
  assert.match(second.err, /another quickstart uses the state folder/);
  first.child.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);
});

test('when one of the programs dies the others are stopped and it is said which', async () => {
  const port = await freePort();
  const run = quickstart('--port', String(port), '--state', path.join(folder, 'dies'));
  await ready(run, port);
  const processes = below(run.child.pid);
  const daemon = processes.find((pid) =>
    fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0].endsWith('/nthpid'));
  process.kill(daemon, 'SIGKILL');
  assert.equal((await run.ended).code, 1);
  assert.match(run.err, /nthpid ended with status/);
  assert.deepEqual(processes.filter(alive), []);
});

test('kill -9 of the script takes its programs along', async () => {
  const port = await freePort();
  const run = quickstart('--port', String(port), '--state', path.join(folder, 'killed'));
  await ready(run, port);
  const processes = below(run.child.pid);
  run.child.kill('SIGKILL');
  await until(() => !processes.some(alive), 'its programs to end');
});

test('wrong arguments are refused, --help explains', () => {
  assert.match(execFileSync(script, ['--help'], { encoding: 'utf8' }), /--port P/);
  for (const args of [['--port', '0'], ['--port', '65536'], ['--port', 'x'], ['--port'], ['--nothing'],
    ['--state', ''], ['--state', '/tmp/"quoted"'], ['--build', '/tmp/with space']]) {
    assert.throws(() => execFileSync(script, ['--no-install', ...args], { stdio: 'pipe' }), ({ status, stderr }) => {
      assert.equal(status, 1);
      assert.match(String(stderr), /^quickstart: /);
      return true;
    });
  }
});
