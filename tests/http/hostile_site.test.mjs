// nthpi --url on a site that is broken, or no friend of ours: the digit of another question
// is never taken for the answer, nothing that it sends commands the terminal or fills the
// memory, and our token goes to nobody else. The sites are small servers of this file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import zlib from 'node:zlib';
import { build } from '../lib/site.mjs';

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-hostile-'));
const servers = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  fs.rmSync(home, { recursive: true });
});
const environment = { PATH: process.env.PATH, HOME: home, LC_ALL: 'C.UTF-8', NTHPI_STATE: path.join(home, 'no-state-here'),
  ASAN_OPTIONS: process.env.ASAN_OPTIONS };

/** A site that answers with HANDLER(request, answer); resolves to its address. */
function serve(handler) {
  const server = http.createServer(handler);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
  });
}

/** Runs nthpi COMMAND on the site at URL: {code, stdout, stderr}. */
function nthpi(command, url, ...args) {
  return new Promise((resolve) => {
    execFile(path.join(build, 'nthpi'), [command, '--url', url, ...args],
      { env: environment, cwd: home, maxBuffer: 32 << 20, encoding: 'utf8' },
      (error, stdout, stderr) => resolve({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
  });
}

const json = (body) => (request, answer) => answer.end(JSON.stringify(body));
const done = { id: 7, position: 1000, radix: 10, algorithm: 'auto', status: 'done', digit: '9', window: '9380952572010654',
  revision: 5 };
const running = { ...done, status: 'running', digit: null, window: null, progress: 0.5, phase: 'summing', eta_s: 3, revision: 4 };

test('what answers the question is printed', async () => {
  const url = await serve(json(done));
  assert.deepEqual(await nthpi('digit', url, '1000'), { code: 0, stdout: '9\n', stderr: '' });
  assert.equal((await nthpi('digit', url, '--window', '1000')).stdout, '9380952572010654\n');
  assert.deepEqual(JSON.parse((await nthpi('digit', url, '--json', '1000')).stdout), done);
  const hex = await serve(json({ ...done, position: 2, radix: 16, algorithm: 'bbp', digit: 'a', window: undefined }));
  assert.equal((await nthpi('digit', hex, '--radix=16', '--algorithm=bbp', '2')).stdout, 'a\n');
  const later = await serve((request, answer) => json(request.method === 'POST' ? running : done)(request, answer));
  assert.equal((await nthpi('digit', later, '1000')).stdout, '9\n');
});

// Each is no answer to "the digit at 1000".
const wrong = {
  'another position': { position: 1001 },
  'no position': { position: undefined },
  'a position in words': { position: '1000' },
  'a position with a point': { position: 1000.0001 },
  'another radix': { radix: 16 },
  'another algorithm': { algorithm: 'spigot' },
  'no algorithm': { algorithm: undefined },
  'no digit': { digit: null },
  'an empty digit': { digit: '' },
  'two digits': { digit: '93' },
  'a digit of another radix': { digit: 'a', window: 'a380952572010654' },
  'no digit at all': { digit: '\u001b[2J', window: '' },
  'a number for a digit': { digit: 9 },
  'a window that begins otherwise': { window: '8380952572010654' },
  'a window with more than digits': { window: '9380952572010654 ok' },
  'a window without end': { window: '9'.repeat(70) },
  'no id': { id: 0 },
  'no status': { status: undefined },
  'a status of its own': { status: 'perfect' },
  failure: { status: 'failed', digit: '9', error: 'no luck' },
};
for (const [what, members] of Object.entries(wrong)) {
  test(`no digit from ${what}, at once or after a wait`, async () => {
    const bad = { ...done, ...members };
    const sites = [await serve(json(bad)), await serve((request, answer) =>
      json(request.method === 'POST' ? running : bad)(request, answer))];
    for (const [i, url] of sites.entries()) {
      for (const args of [['digit', '1000'], ['digit', '--window', '1000'], ['digit', '--json', '1000'],
        ['submit', '--wait', '1000']]) {
        if (args[0] === 'submit' && /status|failure/.test(what)) continue; // it prints the status
        const { code, stdout, stderr } = await nthpi(args[0], url, ...args.slice(1));
        assert.equal(code, 1, `${args} ${i}: ${stdout}`);
        assert.equal(stdout, '', `${args} ${i}`);
        assert.match(stderr, /^nthpi: \S/, `${args} ${i}`);
      }
    }
  });
}

test('a window that was asked for and does not come', async () => {
  const { code, stdout, stderr } = await nthpi('digit', await serve(json({ ...done, window: null })), '--window', '1000');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /does not say which digits follow/);
});

test('a row that was not asked for is not shown, waited for or changed', async () => {
  const url = await serve(json({ ...done, id: 8 }));
  for (const command of ['show', 'wait', 'cancel', 'retry']) {
    const { code, stdout, stderr } = await nthpi(command, url, '7');
    assert.deepEqual([code, stdout], [1, ''], command);
    assert.match(stderr, /another one/, command);
  }
});

test('another text than the one that was asked for is not asked for again', async () => {
  const asked = [];
  const url = await serve((request, answer) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === 'POST') json({ ...done, position: 30 })(request, answer);
    else answer.writeHead(404).end();
  });
  assert.equal((await nthpi('digits', url, '20')).code, 1);
  assert.deepEqual(asked, ['GET /pi/20.txt', 'POST /api/v1/computations']);
});

test('numbers beyond all measure', async () => {
  for (const [members, words] of [
    [{ eta_s: 1e300 }, /over 1000 days left/], [{ eta_s: -1e300 }, /50 %\n/], [{ progress: 1e300 }, /100 %/],
    [{ progress: -1e300 }, /0 %/], [{ eta_s: 1e18 }, /over 1000 days left/],
    [{ revision: 9e15 }, /50 %/], [{ eta_s: 86399e3 }, /23999 h 43 min left/],
  ]) {
    const answers = [json({ ...running, ...members }), json(done)];
    const url = await serve((request, answer) => (answers.shift() ?? json(done))(request, answer));
    const { code, stdout, stderr } = await nthpi('wait', url, '--progress', '7');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '7 done 9\n');
    assert.match(stderr, words, JSON.stringify(members));
  }
  const huge = { ...running, id: 7, position: 9e15, radix: 9e15, progress: 1e308, eta_s: 1e308, wall_s: 1e308, cpu_s: 1e308,
    peak_kib: 9e15, attempts: 9e15, stages: { registered: '9999-99-99T99:99:99.999Z', taken: '2026-01-01T00:00:00.000Z' } };
  for (const [command, body, args] of [['show', huge, ['7']], ['list', { computations: [huge] }, []]]) {
    const { code, stdout, stderr } = await nthpi(command, await serve(json(body)), ...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /100 %/);
    assert.doesNotMatch(stdout, /inf|nan/i);
  }
  for (const text of ['1e999', '99999999999999999999', 'NaN', 'Infinity']) {
    const url = await serve((request, answer) => answer.end(`{"id":7,"status":"running","eta_s":${text}}`));
    const { code, stdout, stderr } = await nthpi('show', url, '7');
    assert.deepEqual([code, stdout], [1, ''], text);
    assert.match(stderr, /the answer is not JSON/, text);
  }
});

test('a list has no more rows than were asked for, and an end', async () => {
  const rows = (count, next) => ({ computations: Array.from({ length: count }, (none, i) => ({ ...done, id: i + 1 })), next });
  const refused = async (handler, ...args) => {
    const { code, stdout, stderr } = await nthpi('list', await serve(handler), ...args);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, /the answer is not a list of computations/);
  };
  await refused(json(rows(11, null)), '--limit=10');
  await refused(json(rows(10, '10')), '--limit=1000');
  await refused(json(rows(10, 'x&limit=1')), '--limit=1000');
  await refused(json({ computations: [1, 2] }));
  await refused(json({ computations: [{ ...done, digit: 'no' }] }));
  await refused(json({ computations: { 0: done } }));
  let asked = 0;
  const empty = await serve((request, answer) => json({ computations: [], next: String(++asked) })(request, answer));
  assert.deepEqual(JSON.parse((await nthpi('list', empty, '--json')).stdout), []);
  assert.equal(asked, 1);
});

const found = { query: '14', radix: 10, after: 0, position: 1, count: 1, searched: 100, known: 100, before: '', behind: '15' };
test('what was found is what was looked for', async () => {
  assert.equal((await nthpi('search', await serve(json(found)), '14')).code, 0);
  for (const members of [{ query: '15' }, { query: undefined }, { radix: 16 }, { after: 1 }, { position: -1 }]) {
    const { code, stdout, stderr } = await nthpi('search', await serve(json({ ...found, ...members })), '14');
    assert.deepEqual([code, stdout], [1, ''], JSON.stringify(members));
    assert.match(stderr, /the answer is to another question/);
  }
});

// What terminals obey: control characters, and marks that turn the direction of writing.
const commands = '\u001b]0;owned\u0007\u009b31m\u007f\b\r\n\u202e\u2066\u200f\u061c\u2028';
const obeyed = /[^\n\x20-\x7e]/; // nothing else is in what the program says itself

test('no text of a site reaches the terminal as a command, whatever shows it', async () => {
  const text = `words${commands}`;
  const row = { ...done, status: 'failed', error: text, phase: text, verified: text, method: text, stage: text, algorithm: text,
    worker: { daemon: text, pid: 9e15, threads: 9e15 }, digits_per_s: 9e15, stages: { registered: `2026-01-01T00:00:00.000Z${text}` } };
  const problem = (request, answer) => answer.writeHead(409, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ detail: text }));
  const named = { ...done, [commands]: 1 };
  for (const [command, handler, ...args] of [
    ['show', json(row), '7'], ['show', json({ ...row, status: 'running' }), '7'], ['show', json(row), '--json', '7'],
    ['list', json({ computations: [row] })], ['list', json({ computations: [row] }), '--json'], ['wait', json(row), '7'],
    ['wait', json(row), '--json', '7'], ['cancel', problem, '7'], ['retry', problem, '--json', '7'], ['delete', problem, '7'],
    ['submit', problem, '1000'], ['search', json({ ...found, before: text, behind: text }), '14'],
    ['show', json(named), '7'], ['show', json(named), '--json', '7'],
  ]) {
    const { stdout, stderr } = await nthpi(command, await serve(handler), ...args);
    assert.ok(stdout + stderr, command);
    assert.doesNotMatch(stdout + stderr, obeyed, `${command} ${args.join(' ')}`);
  }
});

test('JSON is ASCII, and the same values', async () => {
  const row = { ...done, error: 'größer: π ≠ 3 \u{1f967}' };
  const { stdout } = await nthpi('show', await serve(json(row)), '--json', '7');
  assert.doesNotMatch(stdout, obeyed);
  assert.deepEqual(JSON.parse(stdout), row);
});

test('a token goes to the site that gave it, and to no other', async () => {
  const seen = [];
  const other = await serve((request, answer) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    json(done)(request, answer);
  });
  let status = 0;
  const first = [];
  const url = await serve((request, answer) => {
    first.push(request.headers.authorization);
    if (status) answer.writeHead(status, { location: `${other}${request.url}`, refresh: `0; url=${other}/` }).end();
    else json({ ...done, owner_token: 'secret-token-of-ours' })(request, answer);
  });
  assert.equal((await nthpi('submit', url, '1000')).code, 0);
  for (status of [300, 301, 302, 303, 307, 308]) {
    for (const [command, ...args] of [['submit', '1000'], ['digit', '1000'], ['cancel', '7'], ['retry', '7'], ['delete', '7'],
      ['show', '7'], ['list'], ['search', '14'], ['digits', '20']]) {
      const { code, stdout, stderr } = await nthpi(command, url, ...args);
      assert.deepEqual([code, stdout], [1, command === 'digits' ? stdout : ''], `${status} ${command}`);
      assert.match(stderr, /it sends us to another address \(status 30\d\)|status 30\d/, `${status} ${command}`);
    }
  }
  assert.deepEqual(seen, []);
  assert.ok(first.includes('Bearer secret-token-of-ours'));
  // Another name is another site, and so is another port.
  const folder = path.join(home, '.local/state/nthpi/tokens');
  const port = /\d+$/.exec(url)[0];
  status = 0;
  assert.equal((await nthpi('submit', `http://a_b.localhost:${port}`, '1000')).code, 0);
  assert.equal(first.at(-1), undefined);
  assert.deepEqual(fs.readdirSync(folder).sort(), [`http___127.0.0.1_${port}`, `http___a%5Fb.localhost_${port}`]);
  assert.equal((await nthpi('submit', other, '1000')).code, 0);
  assert.deepEqual(seen, ['POST /api/v1/computations ']);
});

test('a token that is none is not kept, and never sent', async () => {
  for (const token of [`a\r\nX-Evil: 1`, 'x'.repeat(500), 'two words', 'π', 5, ['x']]) {
    const seen = [];
    const url = await serve((request, answer) => {
      seen.push([request.headers.authorization, request.headers['x-evil']]);
      json({ ...done, owner_token: token })(request, answer);
    });
    for (let i = 0; i < 2; i++) assert.equal((await nthpi('submit', url, '1000')).code, 0);
    assert.deepEqual(seen, [[undefined, undefined], [undefined, undefined]], JSON.stringify(token));
  }
});

test('bodies without end, and those that unpack to one', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(64 << 20, ' '));
  const deep = '{"a":'.repeat(3000) + '1' + '}'.repeat(3000);
  for (const [what, handler, words] of [
    ['bomb', (request, answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb), /too large/],
    ['long', (request, answer) => answer.end(`{"id":7,"error":"${'x'.repeat(5 << 20)}"}`), /too large/],
    ['deep', (request, answer) => answer.end(deep), /not JSON/],
    ['header', (request, answer) => {
      request.socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1 << 20)}\r\n\r\n{}`);
      request.socket.end();
    }, /./],
  ]) {
    const { code, stdout, stderr } = await nthpi('show', await serve(handler), '7');
    assert.deepEqual([code, stdout], [1, ''], what);
    assert.match(stderr, words, what);
  }
});

/** Runs nthpi COMMAND until WHEN, then sends it SIGINT; its code and what it printed. */
async function interrupted(when, command, url, ...args) {
  return new Promise((resolve) => {
    const child = execFile(path.join(build, 'nthpi'), [command, '--url', url, ...args], { env: environment, cwd: home },
      (error, stdout) => resolve({ code: error?.code ?? error?.signal, stdout }));
    when.then(() => child.kill('SIGINT'));
  });
}

test('Ctrl-C ends what comes drop by drop', async () => {
  for (const [command, ...args] of [['show', '7'], ['list'], ['wait', '7'], ['digit', '1000'], ['submit', '--wait', '1000'],
    ['digits', '-o', 'slow.txt', '100000']]) {
    let begun;
    const when = new Promise((resolve) => { begun = resolve; });
    const url = await serve((request, answer) => {
      let sent = 0;
      const timer = setInterval(() => {
        answer.write(command === 'digits' ? '3.14'[sent] ?? '1' : '{"id": 7'[sent] ?? ' ');
        if (++sent === 5) begun();
      }, 20);
      answer.on('close', () => clearInterval(timer));
    });
    const { code, stdout } = await interrupted(when, command, url, ...args);
    assert.ok(code === 130 || code === 'SIGINT', `${command}: ${code}`);
    assert.equal(stdout, '', command);
  }
  assert.ok(!fs.existsSync(path.join(home, 'slow.txt')));
});
