// nthpi --url: the command line on a site elsewhere, by its API. Nothing of it needs the
// site's state folder.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { endless } from '../lib/pause.mjs';
import { pi } from '../lib/pi.mjs';
import { Site, build, until } from '../lib/site.mjs';

// (No worker but those of computations: no index is made meanwhile.)
const site = await Site.start({ options: { ...endless.options, index: 'no' } });
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-home-'));
const servers = [];
after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await site.stop();
  fs.rmSync(home, { recursive: true });
});

const environment = { PATH: process.env.PATH, HOME: home, LC_ALL: 'C.UTF-8', NTHPI_CONFIG: path.join(site.state, 'nthpi.conf'),
  ASAN_OPTIONS: process.env.ASAN_OPTIONS, NTHPI_STATE: path.join(home, 'no-state-here') };
const program = path.join(build, 'nthpi');

/** Runs nthpi with ARGS: {code, stdout, stderr}. */
function nthpi(args, { env = {}, killed } = {}) {
  return new Promise((resolve) => {
    const child = execFile(program, args, { env: { ...environment, ...env }, cwd: home, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => resolve({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
    killed?.(child);
  });
}
const at = (command, ...args) => nthpi([command, '--url', site.url, ...args]);
const tokens = path.join(home, '.local/state/nthpi/tokens');
const tokenFile = () => path.join(tokens, fs.readdirSync(tokens)[0]);
const ok = (result) => {
  assert.equal(result.code, 0, result.stderr);
  return result.stdout;
};

test('submit, show, list, wait: as text and as JSON', async () => {
  const [, id, status] = /^(\d+) (\w+)/.exec(ok(await at('submit', '1000')));
  assert.match(status, /^(queued|running|done)$/);
  assert.equal(ok(await at('wait', id)), `${id} done 9\n`);
  const shown = ok(await at('show', id));
  assert.match(shown, /digit +9\n/);
  assert.match(shown, /stages\n +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +registered/);
  assert.match(ok(await at('list', '--status=done', '--radix=10', '--algorithm=auto')), /1000 +10 auto +done +9/);
  const api = (await site.get(`/api/v1/computations/${id}`)).json();
  const { worker, ...listed } = api; // a list has no workers
  assert.match(shown, new RegExp(`^worker +process ${worker.pid} of main, threads: ${worker.threads}$`, 'm'));
  assert.deepEqual(JSON.parse(ok(await at('wait', '--json', id))), api);
  const { history, ...row } = JSON.parse(ok(await at('show', '--json', id)));
  assert.deepEqual(row, api);
  assert.equal(history, undefined);
  assert.deepEqual(JSON.parse(ok(await at('list', '--json'))), [listed]);
  // The same of a state folder.
  const here = JSON.parse((await site.tool('show', '--json', id)).stdout);
  assert.equal(here.history.at(-1).stage, 'stored');
  delete here.history;
  assert.deepEqual(here, api);
  assert.deepEqual(JSON.parse((await site.tool('list', '--json')).stdout), [listed]);
  assert.equal((await site.tool('wait', id)).stdout, `${id} done 9\n`);
});

test('a token is kept for its user alone, and is the right to cancel and delete', async () => {
  assert.equal(fs.statSync(tokens).mode & 0o777, 0o700);
  assert.equal(fs.statSync(tokenFile()).mode & 0o777, 0o600);
  const token = fs.readFileSync(tokenFile(), 'utf8');
  const [, id] = /^(\d+)/.exec(ok(await at('submit', '--algorithm=spigot', String(endless.position))));
  assert.equal(fs.readFileSync(tokenFile(), 'utf8'), token, 'one token for all that we ask');
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  const stranger = await nthpi(['cancel', '--url', site.url, id], { env: { XDG_STATE_HOME: path.join(home, 'other') } });
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /\(status 403\)/);
  fs.chmodSync(tokenFile(), 0o644);
  const open = await at('cancel', id);
  assert.equal(open.code, 1);
  assert.match(open.stderr, /only you may be able to read it/);
  // A question without it gets another token, which takes nothing's place.
  const other = await at('submit', '1000');
  assert.match(other.stderr, /cannot be kept in .*: File exists/);
  assert.equal(fs.readFileSync(tokenFile(), 'utf8'), token);
  assert.deepEqual(fs.readdirSync(tokens), [path.basename(tokenFile())]);
  fs.chmodSync(tokenFile(), 0o600);
  ok(await at('cancel', id));
  await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
  assert.equal((await at('cancel', id)).code, 1);
  ok(await at('retry', id));
  await site.waitFor(id, ({ status }) => status === 'running', 'running again');
  ok(await at('delete', id));
  await until(async () => (await at('show', id)).code === 1, 'the row to go');
  await until(() => site.workers().length === 0, 'its worker to end');
});

test('cancel, retry and delete tell as JSON what became of a row', async () => {
  const { id } = JSON.parse(ok(await at('submit', '--json', '--algorithm=spigot', String(endless.position + 3))));
  const does = async (command) => JSON.parse(ok(await at(command, '--json', String(id))));
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  const api = (await site.get(`/api/v1/computations/${id}`)).json();
  const cancelled = await does('cancel');
  assert.deepEqual(Object.keys(cancelled), Object.keys(api));
  assert.equal(cancelled.id, id);
  const gone = await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
  assert.match((await does('retry')).status, /queued|running/);
  await site.waitFor(id, ({ status, revision }) => status === 'running' && revision > gone.revision, 'running again');
  assert.deepEqual(await does('delete'), { id, status: 'deleting' });
  await until(async () => (await at('show', String(id))).code === 1, 'the row to go');
  const [, other] = /^(\d+) done/.exec(ok(await at('submit', '--wait', '77')));
  assert.deepEqual(JSON.parse(ok(await at('delete', '--json', other))), { id: Number(other), status: 'deleted' });
  const twice = await at('delete', '--json', other);
  assert.deepEqual([twice.code, twice.stdout], [1, '']);
});

test('a list of several pages', async () => {
  for (let position = 1; position <= 120; position++) await site.ask(position);
  const rows = JSON.parse(ok(await at('list', '--json', '--limit=110')));
  assert.equal(rows.length, 110);
  assert.equal(new Set(rows.map(({ id }) => id)).size, 110);
  assert.equal(JSON.parse(ok(await at('list', '--json', '--limit=1000'))).length, 121);
});

test('digit and digits are found by the site', async () => {
  assert.equal(ok(await at('digit', '762')), '9\n');
  assert.equal(ok(await at('digit', '--radix=16', '--window', '1')).slice(0, 16), '243f6a8885a308d3');
  assert.equal(JSON.parse(ok(await at('digit', '--json', '762'))).digit, '9');
  const [{ n }] = await site.sql('SELECT count(*) AS n FROM computation WHERE position = 20000');
  assert.equal(n, 0);
  assert.equal(ok(await at('digits', '20000')), await pi(20000));
  const file = path.join(home, 'pi.txt');
  ok(await at('digits', '-o', file, '5000'));
  assert.equal(fs.readFileSync(file, 'utf8'), await pi(5000));
  assert.equal(ok(await at('digits', '--radix=16', '17')), '3.243f6a8885a308d31');
});

test('search is done by the site', async () => {
  const found = JSON.parse(ok(await at('search', '--json', '999999')));
  assert.equal(found.position, 762);
  const api = (await site.get('/search?q=999999', { headers: { accept: 'application/json' } })).json();
  assert.deepEqual(found, api);
  assert.match(ok(await at('search', '999999')), /999999: first at position 762\n {2}\.\.\.\d+ \[999999\] \d+\noccurrences: \d+ in/);
  const { links, ...rest } = api;
  assert.deepEqual(JSON.parse((await site.tool('search', '--json', '999999')).stdout), rest);
  const missing = await at('search', '99999999999999');
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /not in the first \d+ digits/);
  assert.ok(links.next);
});

test('progress: lines in a file, a bar on a terminal', async () => {
  const lines = await at('submit', '--wait', '--progress', '--algorithm=spigot', '40000');
  assert.match(lines.stdout, /^\d+ done \d\n$/);
  assert.match(lines.stderr, /^(queued|\w[\w ]*) \d+ %/m);
  assert.doesNotMatch(lines.stderr, /\r/);
  assert.equal((await at('submit', '--wait', '30001')).stderr, '', 'nothing that was not asked for');
  const child = spawn('script', ['-qefc',
    `exec ${program} submit --url ${site.url} --wait --algorithm=spigot ${endless.position + 9}`, '/dev/null'],
  { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  const bar = new Promise((resolve) => child.stdout.on('data', (text) => {
    shown += text;
    if (/\r\w[\w ]* +\[#*-*\] +\d+ %/.test(shown)) resolve();
  }));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await Promise.race([bar, ended]);
  const [{ id }] = JSON.parse(ok(await at('list', '--json', '--limit=1')));
  ok(await at('cancel', String(id)));
  assert.equal(await ended, 1);
  assert.match(shown, new RegExp(`\\[[#-]{30}\\] +\\d+ %[^]*\\n${id} cancelled\\r?\\n$`));
});

test('Ctrl-C ends a wait, and the computation goes on', async () => {
  const [, id] = /^(\d+)/.exec(ok(await at('submit', '--algorithm=spigot', String(endless.position + 1))));
  const result = await nthpi(['wait', '--url', site.url, '--progress', id], {
    killed: (child) => child.stderr.once('data', () => child.kill('SIGINT')),
  });
  assert.equal(result.code, 130);
  const { status } = (await site.get(`/api/v1/computations/${id}`)).json();
  assert.match(status, /queued|running/);
  ok(await at('delete', id));
});

test('a site that restarts does not end a wait', async () => {
  const [, id] = /^(\d+)/.exec(ok(await at('submit', '--algorithm=spigot', String(endless.position + 2))));
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  let wait;
  const waiting = nthpi(['wait', '--url', site.url, '--progress', id], { killed: (child) => { wait = child; } });
  await new Promise((resolve) => wait.stderr.once('data', resolve));
  await site.kill('fcgi');
  site.start('fcgi');
  await site.waitReady();
  ok(await at('cancel', id));
  const result = await waiting;
  assert.equal(result.code, 1);
  assert.equal(result.stdout, `${id} cancelled\n`);
});

// A server of our own for answers that no site gives; resolves to its address.
function serve(handler, options) {
  const server = options ? https.createServer(options, handler) : http.createServer(handler);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`${options ? 'https' : 'http'}://127.0.0.1:${server.address().port}`));
  });
}

test('TLS is verified', async () => {
  const key = path.join(home, 'key.pem');
  const certificate = path.join(home, 'certificate.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  let requests = 0;
  const url = await serve((request, answer) => {
    requests++;
    const onward = http.request({ host: '127.0.0.1', port: site.port, path: request.url, method: request.method,
      headers: { ...request.headers, host: `127.0.0.1:${site.port}` } },
    (from) => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    request.pipe(onward);
  }, { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) });
  const refused = await nthpi(['list', '--url', url]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /certificate could not be verified/);
  assert.equal(requests, 0);
  assert.equal(ok(await nthpi(['digit', '--url', url, '--ca-file', certificate, '1000'])), '9\n');
  assert.equal(fs.readdirSync(tokens).length, 2, 'a token for each site');
  const named = await nthpi(['list', '--url', url.replace('127.0.0.1', 'localhost'), '--ca-file', certificate]);
  assert.match(named.stderr, /certificate could not be verified/, 'of another host');
});

test('what is not a site is told', async () => {
  const answers = {
    html: (answer) => answer.end('<p>welcome'),
    array: (answer) => answer.end('[]'),
    object: (answer) => answer.end('{"id":"x"}'),
    deep: (answer) => answer.end(`${'['.repeat(100000)}`),
    moved: (answer) => answer.writeHead(301, { location: 'https://elsewhere.example/' }).end(),
    missing: (answer) => answer.writeHead(404).end('no'),
    endless: (answer) => {
      const more = () => {
        while (!answer.destroyed && answer.write('x'.repeat(65536)));
        if (!answer.destroyed) answer.once('drain', more);
      };
      more();
    },
    cut: (answer) => {
      answer.writeHead(200, { 'content-length': 1000 });
      answer.write('{"id":');
      answer.destroy();
    },
  };
  for (const [what, handler] of Object.entries(answers)) {
    const url = await serve((request, answer) => handler(answer));
    for (const args of [['show', '5'], ['list'], ['submit', '5']]) {
      const result = await nthpi([args[0], '--url', url, ...args.slice(1)]);
      assert.equal(result.code, 1, `${what} ${args}: ${result.stdout}`);
      assert.match(result.stderr, /^nthpi: http:\/\/127\.0\.0\.1:\d+: \S/, `${what} ${args}`);
      assert.equal(result.stdout, '', `${what} ${args}`);
    }
  }
});

test('a site that does not let us wait is asked again', async () => {
  const asked = [];
  const row = { id: 7, position: 5, radix: 10, status: 'running', phase: 'summing', progress: 0.5, eta_s: 3, revision: 4 };
  const url = await serve((request, answer) => {
    asked.push([request.url, request.headers.prefer]);
    if (asked.length === 1) answer.end(JSON.stringify(row));
    else if (asked.length === 2) answer.writeHead(304).end();
    else if (asked.length === 3) answer.writeHead(503).end();
    else answer.end(JSON.stringify({ ...row, status: 'done', digit: '9', revision: 5 }));
  });
  assert.equal(ok(await nthpi(['wait', '--url', url, '7'])), '7 done 9\n');
  assert.deepEqual(asked.map(([target]) => target), ['/api/v1/computations/7',
    ...Array(3).fill('/api/v1/computations/7?since=4')]);
  assert.match(asked[1][1], /^wait=\d+$/);
});

test('digits that are not pi, or not as many, leave no file', async () => {
  const file = path.join(home, 'wrong.txt');
  for (const text of ['3.1415', '2.71828182845904', '3.14159265358979323846264338', '']) {
    const url = await serve((request, answer) => answer.end(text));
    const result = await nthpi(['digits', '--url', url, '-o', file, '10']);
    assert.equal(result.code, 1, text);
    assert.match(result.stderr, /what came is not pi to 10 digits/, text);
    assert.ok(!fs.existsSync(file), text);
  }
});

test('what a site says does not reach the terminal as commands', async () => {
  const url = await serve((request, answer) => answer.end(JSON.stringify({
    id: 5, status: 'failed', error: '\u001b[31mred\u009b', revision: 1, computations: [{ id: 6, algorithm: '\u0007' }] })));
  for (const args of [['show', '5'], ['wait', '5'], ['list']]) {
    const { stdout, stderr } = await nthpi([args[0], '--url', url, ...args.slice(1)]);
    assert.match(stdout + stderr, /red|6/);
    assert.doesNotMatch(stdout + stderr, /[\u001b\u0007\u0080-\u009f]/, args[0]);
  }
});

test('mistakes are explained', async () => {
  for (const [args, code, words] of [
    [['list', '--url', 'http://127.0.0.1:1'], 1, /onnect/],
    [['list', '--url', 'ftp://pi.example'], 2, /write it as https:/],
    [['show', '--url', 'pi.example', '1'], 2, /write it as https:/],
    [['search', '--url', '', '5'], 2, /write it as https:/],
    [['cancel', '--url', 'x', '1'], 2, /write it as https:/],
    [['submit', '--url', 'x', '1'], 2, /write it as https:/],
    [['wait', '--url', 'x', '1'], 2, /write it as https:/],
    [['digit', '--url', 'x', '1'], 2, /write it as https:/],
    [['digits', '--url', 'x', '1'], 2, /write it as https:/],
    [['list', '--url', `${site.url}/api`], 2, /write it as https:/],
    [['list', '--url', 'http://user:word@127.0.0.1'], 2, /write it as https:/],
    [['list', '--ca-file', 'x'], 2, /--ca-file goes with --url/],
    [['list', '--url', 'https://127.0.0.1:1', '--ca-file', '/nowhere'], 1, /./],
    [['show', '--url', site.url, '999999'], 1, /status 404/],
    [['wait', '--url', site.url, 'x'], 2, /not the id/],
    [['submit', '--url', site.url, '0'], 2, /counted from 1/],
    [['submit', '--url', site.url, '--algorithm=spigot', '9999999'], 1, /status 422/],
    [['digit', '--url', site.url, '--threads=2', '5'], 2, /--threads/],
    [['digit', '--ca-file', 'x', '5'], 2, /--ca-file goes with --url/],
    [['digits', '--url', site.url, '--algorithm=bbp', '--radix=16', '5'], 2, /single digits/],
  ]) {
    const result = await nthpi(args);
    assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    assert.match(result.stderr, words, args.join(' '));
  }
});

test('a home that cannot be written is told, and the answer is there', async () => {
  const file = path.join(home, 'file');
  fs.writeFileSync(file, '');
  const child = spawn(program, ['submit', '--url', site.url, '4242'],
    { env: { ...environment, XDG_STATE_HOME: file }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => { out += chunk; });
  child.stderr.on('data', (chunk) => { err += chunk; });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0);
  assert.match(out, /^\d+ /);
  assert.match(err, /the token of .* cannot be kept in \/.*: Not a directory/);
  const homeless = await nthpi(['submit', '--url', site.url, '4243'], { env: { HOME: '' } });
  assert.match(ok(homeless), /^\d+ /);
  assert.match(homeless.stderr, /cannot be kept in a home/);
});
