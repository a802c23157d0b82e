// Unknown paths, wrong methods, broken requests; headers of every answer; what
// nginx answers by itself.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const html = { headers: { accept: 'text/html' } };

function isProblem(answer, status) {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  const problem = answer.json();
  assert.equal(problem.status, status);
  assert.equal(typeof problem.title, 'string');
  return problem;
}

const unknown = [
  '/nothing', '/computations/', '/computations/0', '/computations/999999',
  '/computations/-1', '/computations/1x', '/computations/01', '/computations/99999999999999999999',
  '/computations/' + '1'.repeat(300), '/computations/1/nothing', '/pi', '/pi/', '/pi/0', '/pi/abc',
  '/pi/-5', '/pi/1.5', '/pi/99999999999999999999', '/pi/0.txt', '/pi/99999999999999999999.txt',
  '/pi/5.pdf', '/pi/.txt', '/static/', '/static/nothing.css', '/static/../schema', '/digits/pi-10-5.txt',
  '/db/nthpi.db', '/key', '/.git/config', '/%00', '/computations/%31%00', '//', '/updates/',
];
for (const path of unknown) {
  test(`404: ${path.slice(0, 60)}`, async () => {
    const answer = await site.get(path, html);
    if (path.includes('%00')) assert.ok([400, 404].includes(answer.status), String(answer.status));
    else if (path === '//') assert.ok([200, 404].includes(answer.status));
    else assert.equal(answer.status, 404);
    if (path !== '//') assert.match(answer.headers['content-type'], /^text\/html/);
    assert.equal(answer.headers['set-cookie'], undefined);
  });
}

test('unknown API paths and ids are problem documents', async () => {
  for (const path of ['/api/v1/nothing', '/api/v1/computations/999999', '/api/v1/computations/0',
    '/api/v1/computations/abc', '/api/v2/computations', '/api/v1/computations/99999999999999999999']) {
    isProblem(await site.get(path), 404);
  }
});

// Where programs ask, and a request that fails: with the status.
const programs = [
  ['GET', '/pi/90000000.txt', 404], ['GET', '/pi/0.txt', 404], ['GET', '/pi/5.txt?radix=7', 400],
  ['GET', '/pi/5.txt?%ff', 400], ['POST', '/pi/5.txt', 405], ['GET', '/computations/999.txt', 404],
  ['GET', '/computations/x.txt', 404], ['GET', '/v1/pi?start=%ff', 400], ['GET', '/v1/pi?%zz', 400],
  ['POST', '/v1/pi', 405], ['POST', '/healthz', 405], ['GET', '/healthz?%00', 400], ['POST', '/metrics', 405],
];
for (const [method, path, status] of programs) {
  test(`a problem for programs, a page for a browser: ${method} ${path}`, async () => {
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }, { accept: 'text/plain' }]) {
      isProblem(await site.get(path, { method, headers }), status);
    }
    const page = await site.get(path, { method, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    assert.equal(page.status, status);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.text, /class="card failure"/);
  });
}

test('what nginx itself does not find is a problem for who asks for JSON', async () => {
  for (const path of ['/static/nothing.css', '/digits/pi-10-5.txt']) {
    assert.equal(isProblem(await site.get(path, { headers: { accept: 'application/json' } }), 404).title, 'Not Found');
  }
});

const methods = [
  ['DELETE', '/', 'GET'], ['POST', '/', 'GET'], ['PUT', '/', 'GET'],
  ['GET', '/computations/1/cancel', 'POST'], ['DELETE', '/computations', 'POST'],
  ['POST', '/computations/1', 'GET'], ['GET', '/computations/1/cancel', 'POST'],
  ['GET', '/computations/1/retry', 'POST'], ['PATCH', '/computations/1/delete', 'POST'],
  ['POST', '/pi/5', 'GET'], ['POST', '/pi/5.txt', 'GET'], ['POST', '/updates', 'GET'],
  ['POST', '/v1/pi', 'GET'], ['POST', '/healthz', 'GET'], ['DELETE', '/healthz', 'GET'],
  ['OPTIONS', '/', 'GET'], ['BREW', '/', 'GET'],
];
for (const [method, path, allowed] of methods) {
  test(`405 with Allow: ${method} ${path}`, async () => {
    const answer = await site.get(path, { method, ...html });
    assert.equal(answer.status, 405);
    const list = answer.headers.allow.split(/,\s*/);
    assert.ok(list.includes(allowed), answer.headers.allow);
    assert.ok(!list.includes(method), answer.headers.allow);
  });
}

test('405 of the API is a problem document and lists every method', async () => {
  const list = await site.api('PUT', '/api/v1/computations', {});
  isProblem(list, 405);
  assert.deepEqual(new Set(list.headers.allow.split(/,\s*/)), new Set(['GET', 'HEAD', 'POST']));
  const one = await site.api('PATCH', '/api/v1/computations/1', {});
  isProblem(one, 405);
  assert.deepEqual(new Set(one.headers.allow.split(/,\s*/)), new Set(['GET', 'HEAD', 'DELETE']));
});

test('TRACE and CONNECT are not answered with what was sent', async () => {
  const answer = await site.raw(
    `TRACE / HTTP/1.1\r\nHost: 127.0.0.1:${site.port}\r\nX-Secret: 12345\r\nConnection: close\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 40[05] /);
  assert.ok(!answer.includes('12345'));
});

test('HEAD answers like GET, without a body', async () => {
  for (const path of ['/', '/healthz', '/robots.txt', '/api/v1/computations', '/nothing']) {
    const get = await site.get(path, html);
    const head = await site.get(path, { method: 'HEAD', ...html });
    assert.equal(head.status, get.status, path);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers['content-type'], get.headers['content-type'], path);
  }
});

const badQueries = [
  '/?status=nothing', '/?radix=7', '/?algorithm=agm', '/?after=x', '/?after=r', '/?highlight=x',
  '/?status=done&status=done', '/?radix=10&radix=16', '/pi/5?from=x', '/pi/5?from=-1',
  '/pi/5?from=1&from=2', '/pi/5?radix=8', '/updates?since=x', '/updates?since=-1',
  '/updates?since=1&since=2', '/updates?since=99999999999999999999', '/?after=' + '9'.repeat(100),
  '/api/v1/computations?limit=0', '/api/v1/computations?limit=101', '/api/v1/computations?limit=x',
  '/api/v1/computations?position=0', '/api/v1/computations?position=abc', '/pi/5.txt?radix=ten',
];
for (const path of badQueries) {
  test(`400: ${path.slice(0, 60)}`, async () => {
    const page = await site.get(path, html);
    assert.equal(page.status, 400);
    if (/^\/(api|updates)/.test(path)) isProblem(page, 400);
    else assert.match(page.headers['content-type'], /^text\/html/);
    isProblem(await site.get(path, { headers: { accept: 'application/json' } }), 400);
  });
}

test('unknown query parameters are ignored', async () => {
  assert.equal((await site.get('/?utm_source=x&utm_source=y', html)).status, 200);
});

test('a problem names the field at fault', async () => {
  const problem = isProblem(await site.get('/api/v1/computations?radix=7'), 400);
  assert.ok(JSON.stringify(problem).includes('radix'), JSON.stringify(problem));
});

test('security headers come with pages, errors and JSON', async () => {
  for (const [path, type] of [['/', 'text/html'], ['/nothing', 'text/html'], ['/api/v1/computations', 'application/json']]) {
    const { headers } = await site.get(path, { headers: { accept: type } });
    assert.match(headers['content-security-policy'], /default-src '(self|none)'/, path);
    assert.doesNotMatch(headers['content-security-policy'], /unsafe/, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.ok(headers['referrer-policy'], path);
    assert.doesNotMatch(headers.server ?? '', /\d/, 'the server hides its version');
    assert.equal(headers['x-powered-by'], undefined);
  }
  const page = await site.get('/', html);
  assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
});

test('pages hold no inline script or style', async () => {
  for (const path of ['/', '/nothing']) {
    const { text } = await site.get(path, html);
    assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)/i, path);
    assert.doesNotMatch(text, /<style/i, path);
    assert.doesNotMatch(text, /\sstyle="/i, path);
    assert.doesNotMatch(text, /\son[a-z]+="/i, path);
    assert.doesNotMatch(text, /(?:src|href)="https?:\/\//i, `${path} loads nothing from elsewhere`);
  }
});

test('/healthz', async () => {
  const answer = await site.get('/healthz');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.equal(answer.json().status, 'ok');
});

test('/robots.txt keeps crawlers out of endless places', async () => {
  const answer = await site.get('/robots.txt');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/plain/);
  assert.match(answer.text, /^User-agent: \*$/m);
  assert.match(answer.text, /^Disallow: \/updates/m);
  assert.match(answer.text, /^Disallow: .*from=/m);
  assert.match(answer.text, /^Disallow: \/\?$/m);
});

test('pages are compressed for those who ask', async () => {
  const answer = await site.get('/', { headers: { accept: 'text/html', 'accept-encoding': 'gzip' } });
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.match(answer.headers.vary, /accept-encoding/i);
});

test('when nthpi-fcgi is down nginx answers by itself, and recovers', async () => {
  const result = await site.kill('fcgi', 'SIGTERM');
  assert.equal(result.code, 0);
  const page = await site.get('/', html);
  assert.equal(page.status, 502);
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.match(page.headers['cache-control'] ?? '', /no-store/);
  assert.doesNotMatch(page.text, /nginx/i);
  const problem = await site.get('/api/v1/computations');
  const { type, request, detail } = isProblem(problem, 502);
  assert.equal(type, 'about:blank');
  assert.match(request, /^[0-9a-f]{32}$/);
  assert.match(detail, /^The site is restarting/);
  assert.equal(problem.headers['content-language'], 'en');
  assert.match(problem.headers['retry-after'], /^[1-9]\d*$/);
  for (const [headers, language] of [[{ 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.5' }, 'ru'],
    [{ 'accept-language': 'ru', cookie: 'nthpi_lang=en' }, 'en'], [{ cookie: 'a=b; nthpi_lang=ru' }, 'ru']]) {
    const answer = await site.get('/api/v1/computations', { headers });
    assert.match(isProblem(answer, 502).detail, language === 'ru' ? /^Сайт перезапускается/ : /^The site/);
    assert.equal(answer.headers['content-language'], language);
  }
  assert.equal((await site.get('/robots.txt')).status, 200);
  site.start('fcgi');
  await site.waitReady();
  assert.equal((await site.get('/', html)).status, 200);
});
