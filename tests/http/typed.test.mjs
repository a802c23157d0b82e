// Positions as people type them, wherever the site asks for one: in the form, where a
// row is found, and where a page of digits is turned. What is none comes back with the
// reason beside it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { element, elements, errors, filled, rows, tags, text } from '../lib/html.mjs';
import { idOfRedirect } from '../lib/http.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const N = 25_000;
await site.waitDone((await site.ask(N)).id);

const spellings = ['12,345', '12 345', '12\u00a0345', '12\u202f345', '12\u2009345', "12'345",
  '12\u2019345', '12_345', ' 12,345 ', '0012345'];
const wrong = [
  ['3,14', /without a fraction/], ['1,00', /without a fraction/], ['1.5', /without a fraction/],
  ['1,00,000', /digits 0 to 9/], ['1,000 000', /digits 0 to 9/], ['abc', /digits 0 to 9/],
  ['-5', /negative/],
];

const field = (html, id) => tags(html, 'input').find((input) => input.id === id);

// The field ID of the page has TEXT, is marked as wrong, and is told why; resolves to that.
function told(html, id, value) {
  const input = field(html, id);
  assert.equal(input.value, value);
  assert.equal(input['aria-invalid'], 'true');
  assert.ok('autofocus' in input);
  const message = element(html, 'p', { id: input['aria-describedby'] });
  assert.match(message.attributes.class, /\berror\b/);
  return text(message.inner);
}

test('the form takes groups and powers of ten', async () => {
  const ids = new Set();
  for (const position of spellings) {
    const answer = await site.visitor().post('/computations', { position, radix: '10', algorithm: 'auto' });
    assert.equal(answer.status, 303, position);
    ids.add(idOfRedirect(answer));
  }
  assert.equal(ids.size, 1);
  const [id] = ids;
  assert.equal((await site.api('GET', `/api/v1/computations/${id}`)).json().position, 12345);
  for (const [position, n] of [['1e4', 10_000], ['2E+4', 20_000], ['10^3', 1000], ['1,000', 1000]]) {
    const answer = await site.visitor().post('/computations', { position, radix: '10', algorithm: 'auto' });
    assert.equal(answer.status, 303, position);
    const found = (await site.api('GET', `/api/v1/computations/${idOfRedirect(answer)}`)).json();
    assert.equal(found.position, n);
  }
  for (const [position, message] of wrong) {
    const answer = await site.visitor().post('/computations', { position, radix: '10', algorithm: 'auto' });
    assert.equal(answer.status, 422, position);
    assert.match(errors(answer.text).position, message);
    assert.equal(filled(answer.text).position, position);
  }
});

test('a row is found by any of them; the address has plain digits', async () => {
  for (const position of spellings) {
    const answer = await site.get(`/?status=done&position=${encodeURIComponent(position)}`);
    assert.equal(answer.status, 303, position);
    assert.equal(answer.headers.location, '/?status=done&position=12345');
  }
  const plain = await site.get('/?position=12345');
  assert.equal(plain.status, 200);
  assert.equal(rows(plain.text).length, 1);
});

test('what is no position to be found comes back in the list, with the reason', async () => {
  for (const [position, message] of wrong) {
    const answer = await site.get(`/?position=${encodeURIComponent(position)}&status=done&radix=10`);
    assert.equal(answer.status, 400, position);
    assert.match(answer.headers['content-type'], /^text\/html/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.match(told(answer.text, 'where', position), message);
    assert.ok(rows(answer.text).length > 0, 'with the rows that it would narrow');
    const find = elements(answer.text, 'form').find(({ attributes }) => attributes.role === 'search');
    const kept = tags(find.inner, 'input').filter(({ type }) => type === 'hidden');
    assert.deepEqual(kept.map(({ name, value }) => [name, value]), [['status', 'done'], ['radix', '10']]);
  }
  const far = await site.get('/?position=10000000000001');
  assert.equal(far.status, 400);
  assert.equal(told(far.text, 'where', '10000000000001'), 'The last position is 10,000,000,000,000.');
  const twice = await site.get('/?position=5&position=6');
  assert.equal(twice.status, 400);
  assert.match(told(twice.text, 'where', '5'), /more than once/);
  const hostile = await site.get(`/?position=${encodeURIComponent('"><script>')}`);
  assert.equal(hostile.status, 400);
  assert.ok(!hostile.text.includes('"><script>'));
  const russian = await site.get('/?position=1,5', { headers: { 'accept-language': 'ru' } });
  assert.match(told(russian.text, 'where', '1,5'), /без дробной части/);
});

test('programs get problems, and write plain digits', async () => {
  const headers = { accept: 'application/json' };
  const list = await site.get('/?position=abc', { headers });
  assert.equal(list.status, 400);
  assert.match(list.headers['content-type'], /^application\/problem\+json/);
  assert.equal((await site.get(`/pi/${N}?from=abc`, { headers })).json().status, 400);
  assert.equal((await site.get('/api/v1/computations?position=12345')).status, 200);
  for (const position of ['12,345', '1e4', '10%5E3', '12+345']) {
    assert.equal((await site.get(`/api/v1/computations?position=${position}`)).status, 400, position);
  }
  const posted = await site.api('POST', '/api/v1/computations', { position: '12,345' });
  assert.equal(posted.status, 422);
});

test('a page of digits is turned to any of them', async () => {
  for (const from of spellings) {
    const answer = await site.get(`/pi/${N}?per=10000&columns=5&from=${encodeURIComponent(from)}`);
    assert.equal(answer.status, 303, from);
    assert.equal(answer.headers.location, `/pi/${N}?per=10000&columns=5&from=12345`);
  }
  assert.equal((await site.get(`/pi/${N}?from=12345`)).status, 200);
});

test('what is no place on it comes back on its first screen, with the reason', async () => {
  const cases = [...wrong.map(([from, message]) => [from, 400, message]),
    ['25001', 416, /^Position 25,001 is beyond the last one, 25,000\.$/],
    ['1,000,000', 416, /1,000,000/], ['1e20', 400, /^The last position is 25,000\.$/]];
  for (const [from, status, message] of cases) {
    const answer = await site.get(`/pi/${N}?per=10000&from=${encodeURIComponent(from)}`);
    assert.equal(answer.status, status, from);
    assert.match(told(answer.text, 'from', from), message);
    assert.equal(answer.headers.etag, undefined);
    assert.equal(element(answer.text, 'pre', { id: 'digits' }).attributes['data-from'], '1');
    assert.doesNotMatch(answer.text, /must be a whole number from 0/);
  }
  // Where there is nothing to turn otherwise, too.
  const small = await site.get('/pi/100?from=101');
  assert.equal(small.status, 416);
  assert.match(told(small.text, 'from', '101'), /beyond the last one, 100\./);
});

test('the command line takes them', async () => {
  for (const position of ['12,345', '12_345', '12 345']) {
    const { code, stdout } = await site.tool('digit', position);
    assert.equal(code, 0);
    assert.match(stdout, /^\d\n/);
  }
  const { code, stderr } = await site.tool('digit', '3,14');
  assert.notEqual(code, 0);
  assert.match(stderr, /whole number/);
});

test('the address of the form leads to the list', async () => {
  for (const method of ['GET', 'HEAD']) {
    const answer = await site.get('/computations', { method });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, '/');
  }
  const other = await site.get('/computations', { method: 'DELETE' });
  assert.equal(other.status, 405);
  assert.equal(other.headers.allow, 'GET, HEAD, POST');
});

test('what is chosen, not typed, is refused when it is no choice, and when it came twice', async () => {
  assert.equal((await site.get('/search?day=1&month=2&year=2003&order=ymd')).status, 200);
  assert.equal((await site.get('/search?day=1&month=2&year=2003&order=xyz')).status, 400);
  const { id } = await site.ask(77);
  const visitor = site.visitor();
  const twice = await visitor.post('/computations/bulk',
    [['id', id], ['action', 'cancel'], ['action', 'delete']]);
  assert.equal(twice.status, 400);
  assert.match(twice.text, /action came more than once/);
});

test('deleting what is gone already asks nothing, and says so', async () => {
  const visitor = site.visitor();
  const { id } = await site.ask(78);
  const gone = await visitor.post('/computations/bulk', [['id', 999_998], ['id', 999_999], ['action', 'delete']]);
  assert.equal(gone.status, 303);
  const told = await visitor.get(gone.headers.location);
  assert.match(told.text, /2 computations are not there any more\./);
  const some = await visitor.post('/computations/bulk', [['id', id], ['id', 999_999], ['action', 'delete']]);
  assert.equal(some.status, 303);
  assert.match((await visitor.get(some.headers.location)).text, /Delete 1 computation\?/);
});

test('a program that may not is told of its token, not of a browser', async () => {
  const { id } = await site.ask(79);
  await site.waitDone(id);
  const answer = await site.api('DELETE', `/api/v1/computations/${id}`);
  assert.equal(answer.status, 403);
  assert.match(answer.json().detail, /owner token/);
  const { code, stderr } = await site.tool('delete', '--url', site.url, String(id));
  assert.notEqual(code, 0);
  assert.doesNotMatch(stderr, /browser/);
});
