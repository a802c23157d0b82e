// The headers that every answer has: those of nthpi-fcgi, of files and downloads, and
// of what nginx answers by itself. Each of them once, and none left out.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, test } from 'node:test';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
const limited = await Site.start({ limited: true, processes: ['nginx', 'fcgi'] });
after(() => Promise.all([site.stop(), limited.stop()]));

const expected = {
  'content-security-policy': "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; "
    + "style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

// Everything that TARGET sends for BYTES until it closes, or until STATUS, headers and
// the announced body are there: who waits for a body that was announced keeps the
// connection for some seconds.
function answerTo(target, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(target.port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
      const end = text.indexOf('\r\n\r\n');
      const length = /^content-length: (\d+)\r$/im.exec(text.slice(0, end + 2))?.[1];
      if (end >= 0 && length && text.length >= end + 4 + Number(length)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

// Sends LINES (the first is the request line) and reads one answer:
// {status, headers: {name: [values]}, text}.
async function exchange(target, lines, body = '') {
  const all = [lines[0], `Host: 127.0.0.1:${target.port}`, 'Connection: close', ...lines.slice(1)];
  const text = await answerTo(target, `${all.join('\r\n')}\r\n\r\n${body}`);
  const end = text.indexOf('\r\n\r\n');
  const [first, ...rest] = text.slice(0, end).split('\r\n');
  const headers = {};
  for (const line of rest) {
    const [, name, value] = /^([^:]+): (.*)$/.exec(line) ?? assert.fail(`a header: ${line}`);
    (headers[name.toLowerCase()] ??= []).push(value);
  }
  return { status: Number(first.split(' ')[1]), headers, text: text.slice(end + 4) };
}

// Asserts on the headers of an answer with STATUS.
function check(answer, status, what) {
  assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 200)}`);
  for (const [name, value] of Object.entries(expected)) {
    assert.deepEqual(answer.headers[name], [value], `${what}: ${name}`);
  }
  for (const name of ['content-type', 'cache-control', 'etag', 'last-modified', 'retry-after', 'vary']) {
    if (name !== 'vary') assert.ok((answer.headers[name] ?? []).length <= 1, `${what}: ${name} once`);
  }
  assert.deepEqual(answer.headers.server, ['nginx'], what);
  assert.equal(answer.headers['x-powered-by'], undefined, what);
  if (status >= 400) {
    assert.doesNotMatch(answer.text, /nginx/i, what);
    assert.match(answer.headers['cache-control']?.[0] ?? '', /no-store/, what);
  }
  return answer;
}

const get = (path, ...more) => exchange(site, [`GET ${path} HTTP/1.1`, ...more]);
const json = 'Accept: application/json';

test('pages, the API and polls', async () => {
  const { id } = await site.ask(50);
  await site.waitDone(id);
  const page = check(await get('/', 'Accept: text/html'), 200, '/');
  check(await get('/', `If-None-Match: ${page.headers.etag[0]}`), 304, 'a page that is known');
  check(await exchange(site, ['HEAD / HTTP/1.1']), 200, 'HEAD');
  for (const path of [`/computations/${id}`, '/pi/50', '/pi/50?from=1', '/api', '/healthz',
    '/metrics', '/v1/pi?numberOfDigits=20', '/api/v1/computations', `/api/v1/computations/${id}`, '/updates?since=0']) {
    check(await get(path), 200, path);
  }
  check(await get(`/computations/${id}`, json), 200, 'a live part');
  check(await get('/pi/50', json), 200, 'a live part');
  const { revision } = (await site.get('/updates?since=0')).json();
  check(await get(`/updates?since=${revision}`), 304, 'nothing new');
  check(await get(`/updates?since=${revision}`, 'Prefer: wait=1'), 304, 'nothing new after a wait');
  const waits = get(`/updates?since=${revision}`, 'Prefer: wait=60');
  await site.ask(51);
  check(await waits, 200, 'news after a wait');
});

test('a picture may have its style sheet in it', async () => {
  const answer = await get('/pictures/speed.svg');
  const policy = answer.headers['content-security-policy'];
  assert.deepEqual(policy, [expected['content-security-policy'].replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")]);
  answer.headers['content-security-policy'] = [expected['content-security-policy']];
  check(answer, 200, 'a picture');
  check(await get('/pictures'), 200, 'their page');
});

test('refusals of nthpi-fcgi', async () => {
  for (const [status, path] of [[404, '/nothing'], [404, '/computations/99999'], [403, '/computations/1/delete'], [400, '/?radix=7'], [400, '/%ff'],
    [400, '/v1/pi?start=x'], [405, '/computations/1/cancel'], [404, '/pi/0'], [404, '/api/v1/computations/99999']]) {
    const answer = await get(path, 'Accept: text/html');
    // What was an error of programs in /v1/pi is a text that pi.delivery's clients know.
    if (path !== '/v1/pi?start=x') check(answer, status, path);
    else assert.equal(answer.status, 400);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(answer.headers[name], [value], path);
  }
  const form = 'Content-Type: application/x-www-form-urlencoded';
  check(await exchange(site, ['POST /computations HTTP/1.1', form, 'Content-Length: 6'], 'csrf=x'), 403, 'no token');
  check(await exchange(site, ['POST /computations/1/cancel HTTP/1.1', form, 'Content-Length: 6'], 'csrf=x'), 403, 'no token');
  check(await exchange(site, ['POST /computations HTTP/1.1', 'Content-Length: 1'], 'x'), 415, 'a type');
  const large = 'x'.repeat(20000);
  check(await exchange(site, ['POST /computations HTTP/1.1', form, `Content-Length: ${large.length}`], large), 413, '20 KB');
  check(await exchange(site, ['POST /api/v1/computations HTTP/1.1', 'Content-Type: application/json',
    'Content-Length: 2'], '{}'), 422, 'no position');
});

test('files', async () => {
  const page = (await get('/', 'Accept: text/html')).text;
  const [hashed] = /\/static\/nthpi\.[0-9a-f]{12}\.css/.exec(page);
  const answer = check(await get(hashed), 200, hashed);
  assert.deepEqual(answer.headers['cache-control'], ['public, max-age=31536000, immutable']);
  check(await get(hashed, 'Accept-Encoding: gzip'), 200, 'gzip');
  check(await get(hashed, `If-Modified-Since: ${answer.headers['last-modified'][0]}`), 304, 'a file that is known');
  const old = check(await get('/static/nthpi.000000000000.css'), 200, 'an old name');
  assert.deepEqual(old.headers['cache-control'], ['no-cache']);
  for (const path of ['/static/nthpi.css', '/robots.txt', '/favicon.ico', '/api/openapi.json']) check(await get(path), 200, path);
  for (const path of ['/static/', '/static/nothing.css', '/static/x.000000000000.css', '/digits/pi-10-50.txt',
    '/nthpi-errors/404.html']) {
    check(await get(path), 404, path);
  }
  check(await get('/static/nthpi.css', 'Range: bytes=99999999-'), 200, 'a part of a file');
  check(await get('/static/nthpi.css', 'If-Match: "x"'), 412, 'another file');
  check(await exchange(site, ['POST /robots.txt HTTP/1.1', 'Content-Length: 0']), 405, 'POST of a file');
});

test('downloads', async () => {
  const { id } = await site.ask(1000);
  await site.waitDone(id);
  const [{ length }] = await site.sql('SELECT length FROM published WHERE radix = 10');
  // The whole file by X-Accel-Redirect, a shorter text by nthpi-fcgi.
  for (const n of [length, 20]) {
    const path = `/pi/${n}.txt`;
    const answer = check(await get(path), 200, path);
    assert.equal(answer.text.length, n + 2);
    const [etag] = answer.headers.etag;
    check(await get(path, `If-None-Match: ${etag}`), 304, path);
    check(await get(path, 'Range: bytes=2-4'), 206, path);
    for (const range of ['999999-', '-0', '99999999999999999999-']) check(await get(path, `Range: bytes=${range}`), 416, range);
    for (const range of ['5-2', '0-1,', '0-1,3-4']) check(await get(path, `Range: bytes=${range}`), 200, range);
    for (const range of ['0-99999999999999999999', '-99999999999999999999']) {
      check(await get(path, `Range: bytes=${range}`), 206, range);
    }
    check(await exchange(site, [`HEAD ${path} HTTP/1.1`]), 200, path);
  }
});

// What nginx refuses without asking: as a page, and for programs as JSON.
const refusals = [
  ['a broken header', 400, (path) => [`GET ${path} HTTP/1.1`, 'Content-Length: x']],
  ['two lengths', 400, (path) => [`POST ${path} HTTP/1.1`, 'Content-Length: 1', 'Transfer-Encoding: chunked']],
  ['an unknown coding', 501, (path) => [`POST ${path} HTTP/1.1`, 'Transfer-Encoding: x']],
  ['a large body', 413, (path) => [`POST ${path} HTTP/1.1`, 'Content-Length: 70000']],
  ['a long address', 414, (path) => [`GET ${path}?${'x'.repeat(9000)} HTTP/1.1`]],
  ['a long header', 431, (path) => [`GET ${path} HTTP/1.1`, `X-Long: ${'x'.repeat(9000)}`]],
  ['many headers', 431, (path) => [`GET ${path} HTTP/1.1`, ...Array(9).fill(`X-Long: ${'x'.repeat(7900)}`)]],
  ['a version to come', 505, (path) => [`GET ${path} HTTP/3.0`]],
];
for (const [what, status, lines] of refusals) {
  test(`nginx refuses ${what}`, async () => {
    const page = check(await exchange(site, lines('/')), status, what);
    assert.match(page.headers['content-type'][0], /^text\/html/);
    for (const path of ['/api/v1/computations', '/v1/pi', '/pi/5.txt', '/computations/1.txt', '/healthz', '/metrics']) {
      const answer = check(await exchange(site, lines(path)), status, `${what}, ${path}`);
      // Before the address is known, answers are pages.
      if (status === 414 || status === 505) continue;
      assert.match(answer.headers['content-type'][0], /^application\/problem\+json/, `${what}, ${path}`);
      assert.equal(JSON.parse(answer.text).status, status);
    }
  });
}

test('nginx refuses a body too large for the API as JSON', async () => {
  const answer = await exchange(site, ['POST /api/v1/computations HTTP/1.1', 'Content-Length: 70000']);
  assert.match(answer.headers['content-type'][0], /^application\/problem\+json/);
  assert.equal(JSON.parse(answer.text).status, 413);
});

test('too many requests', async () => {
  const form = 'Content-Type: application/x-www-form-urlencoded';
  for (const [path, type] of [['/computations', 'text/html'], ['/api/v1/computations', 'application/problem+json']]) {
    let answer;
    for (let i = 0; i < 500 && answer?.status !== 429; i++) {
      answer = await exchange(limited, [`POST ${path} HTTP/1.1`, form, 'Content-Length: 0']);
    }
    check(answer, 429, path);
    assert.ok(answer.headers['content-type'][0].startsWith(type), path);
    assert.match(answer.headers['retry-after'][0], /^[1-9]\d*$/);
  }
});

// Who may read what (fcgi/cors.h) holds for nginx's own problems, too.
const opened = [['GET', '/api/v1/computations'], ['GET', '/api/v1/computations/1'], ['HEAD', '/api/v1/computations'],
  ['GET', '/v1/pi?start=0'], ['GET', '/pi/5.txt'], ['GET', '/computations/1.txt'], ['GET', '/healthz'], ['GET', '/search?q=1']];
const closed = [['GET', '/updates?since=0'], ['GET', '/metrics'], ['GET', '/'], ['GET', '/pi/5'], ['GET', '/api'],
  ['GET', '/api/v2/computations'], ['GET', '/nothing?/v1/pi']];
const changes = [['POST', '/api/v1/computations'], ['DELETE', '/api/v1/computations/1']];

async function whoMayRead(target, status, more = []) {
  for (const [list, allowed] of [[opened, ['*']], [[...closed, ...more], undefined]]) {
    for (const [method, path] of list) {
      const what = `${method} ${path}`;
      const answer = check(await exchange(target, [`${method} ${path} HTTP/1.1`, json, 'Origin: https://other.example',
        ...(method === 'POST' ? ['Content-Length: 0'] : [])]), status, what);
      assert.deepEqual(answer.headers['access-control-allow-origin'], allowed, what);
    }
  }
}

test('pages of other sites may not read what nginx refuses, but for the API', async () => {
  for (const lines of [['GET /static/none HTTP/1.1'], ['GET /metrics HTTP/1.1', 'X-Forwarded-For: 192.0.2.1'],
    ['GET /digits/x HTTP/1.1']]) {
    const answer = check(await exchange(site, [...lines, json]), 404, lines[0]);
    assert.match(answer.headers['content-type'][0], /^application\/problem\+json/);
    assert.equal(answer.headers['access-control-allow-origin'], undefined, lines[0]);
  }
  const large = await exchange(site, ['POST /api/v1/computations HTTP/1.1', 'Content-Length: 70000']);
  assert.equal(large.headers['access-control-allow-origin'], undefined);
});

test('nor what it says beyond a limit', async () => {
  const none = await Site.start({ limited: true, processes: ['nginx', 'fcgi'],
    nginx: (conf) => conf.replace('server {', 'limit_req_zone $arg_none$http_origin zone=none:1m rate=1r/m;\n    server {')
      .replace(/include [^;]*nthpi\.nginx;/, '$& limit_req zone=none;') });
  try {
    await exchange(none, ['GET / HTTP/1.1', 'Origin: https://other.example']);
    await whoMayRead(none, 429, changes);
  } finally {
    await none.stop();
  }
});

test('no nthpi-fcgi', async () => {
  await limited.kill('fcgi');
  await whoMayRead(limited, 502);
  const types = { page: /^text\/html/, problem: /^application\/problem\+json/ };
  // What is answered without an Accept header, and to a browser that is led there.
  for (const [path, anything, browser] of [['/', 'page', 'page'], ['/pi/5', 'page', 'page'], ['/pi/5.txt', 'problem', 'page'],
    ['/pi/5.txt?radix=16', 'problem', 'page'], ['/computations/1.txt', 'problem', 'page'], ['/computations/1', 'page', 'page'],
    ['/v1/pi?start=0', 'problem', 'page'], ['/healthz', 'problem', 'page'], ['/metrics', 'problem', 'page'],
    ['/search?q=1', 'page', 'page'], ['/api', 'page', 'page'], ['/updates', 'problem', 'problem'],
    ['/api/v1/computations', 'problem', 'problem']]) {
    for (const [accept, kind] of [[[], anything], [['Accept: */*'], anything], [['Accept: text/plain'], anything],
      [['Accept: text/html,application/xhtml+xml,*/*;q=0.8'], browser], [[json], 'problem']]) {
      const answer = check(await exchange(limited, [`GET ${path} HTTP/1.1`, ...accept]), 502, `${path} ${accept}`);
      assert.match(answer.headers['retry-after'][0], /^[1-9]\d*$/);
      assert.match(answer.headers['content-type'][0], types[kind], `${path} ${accept}`);
    }
  }
});
