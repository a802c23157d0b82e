// openapi.json against the program: it is valid itself, every operation is called with
// every parameter, and every status that it names was seen, with a body and headers
// that are as it says. (That it has every route of the program is in
// unit/test_openapi.c.)
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Api } from '../lib/openapi.mjs';
import { endless } from '../lib/pause.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
// One without a daemon: what is asked there stays in the queue.
const full = await Site.start({
  options: { 'queue-limit': 3, 'visitor-limit': 2 }, processes: ['nginx', 'fcgi'],
});
after(() => Promise.all([site.stop(), full.stop()]));

const served = await site.get('/api/openapi.json');
const api = new Api(served.json());
const all = '/api/v1/computations';
const call = (...args) => api.call(site, ...args);

test('the description is served to everybody, and is OpenAPI 3.1', async () => {
  assert.equal(served.status, 200);
  assert.match(served.headers['content-type'], /^application\/json/);
  assert.equal(served.headers['access-control-allow-origin'], '*');
  assert.ok(served.headers.etag);
  const { valid, errors } = await new Validator().validate(served.json());
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(served.json().openapi, '3.1.0');
});

test('an answer that is not as described is found', async () => {
  const answer = (body) => ({ status: 200, headers: { 'content-type': 'application/json', etag: '"5"', 'access-control-allow-origin': '*' },
    text: JSON.stringify(body), json: () => body });
  const good = { content: '31415' };
  const bad = new Api(served.json());
  bad.check('GET', '/v1/pi', answer(good));
  for (const body of [{}, { content: 'x' }, { content: 3 }, { ...good, more: 1 }]) {
    assert.throws(() => bad.check('GET', '/v1/pi', answer(body)), JSON.stringify(body));
  }
  assert.throws(() => bad.check('GET', '/v1/pi', { ...answer(good), status: 202 }), /not described/);
  assert.throws(() => bad.check('GET', '/v1/pi', { ...answer(good), headers: { 'content-type': 'application/json', etag: '"5"' } }),
    /pages of any site/);
  assert.throws(() => bad.find('GET', '/v2/pi'), /not described/);
  assert.throws(() => bad.check('GET', `${all}/1`, answer(good)), /must have required/);
});

test('the life of a computation', async () => {
  const asked = await call('POST', all, { body: { position: 1000 } });
  assert.equal(asked.status, 201);
  const { id, owner_token: token } = asked.json();
  assert.equal((await call('POST', all, { body: { position: 1000, radix: 10, algorithm: 'auto' }, token })).status, 200);
  let row = (await call('GET', `${all}/${id}`)).json();
  for (let i = 0; row.status !== 'done'; i++) {
    assert.ok(i < 100);
    row = (await call('GET', `${all}/${id}`, { headers: { prefer: 'wait=60', 'if-none-match': `"${row.revision}"` } })).json();
  }
  assert.equal((await call('GET', `${all}/${id}?since=${row.revision}`)).status, 304);
  const { etag } = (await call('GET', `/computations/${id}.txt`)).headers;
  assert.equal((await call('GET', `/computations/${id}.txt`, { headers: { 'if-none-match': etag } })).status, 304);
  assert.equal((await call('POST', `${all}/${id}/cancel`, { token })).status, 409);
  assert.equal((await call('POST', `${all}/${id}/retry`, { token })).status, 409);
  assert.equal((await call('DELETE', `${all}/${id}`)).status, 403);
  assert.equal((await call('DELETE', `${all}/${id}`, { token })).status, 204);
  for (const gone of [`${all}/${id}`, `/computations/${id}.txt`]) assert.equal((await call('GET', gone)).status, 404);
});

test('cancel, retry and delete of one that runs', async () => {
  const { id, owner_token: token } = (await call('POST', all,
    { body: { position: endless.position, algorithm: 'spigot' } })).json();
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  const own = (what, options) => call('POST', `${all}/${id}/${what}`, { token, ...options });
  assert.equal((await own('cancel', { token: undefined })).status, 403);
  assert.equal((await own('cancel', { body: 'x=1', headers: { 'content-type': 'text/plain' } })).status, 415);
  assert.equal((await own('cancel')).status, 202);
  await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
  assert.equal((await own('retry', { token: undefined })).status, 403);
  assert.equal((await own('retry', { body: 'x=1', headers: { 'content-type': 'text/plain' } })).status, 415);
  assert.equal((await own('retry')).status, 200);
  await site.waitFor(id, ({ status }) => status === 'running', 'running again');
  assert.equal((await call('DELETE', `${all}/${id}`, { token })).status, 202);
  for (const what of ['cancel', 'retry']) {
    assert.equal((await call('POST', `${all}/999999/${what}`, { token })).status, 404);
  }
  assert.equal((await call('DELETE', `${all}/999999`, { token })).status, 404);
});

test('a full queue, and what one visitor may ask', async () => {
  const ask = (position, token) => api.call(full, 'POST', all, { body: { position }, token });
  const { id, owner_token: token } = (await ask(11)).json();
  assert.equal((await ask(12, token)).status, 201);
  assert.equal((await ask(13, token)).status, 429);
  assert.equal((await api.call(full, 'POST', `${all}/${id}/cancel`, { token })).status, 200);
  const { id: other } = (await ask(16, token)).json();
  assert.equal((await api.call(full, 'POST', `${all}/${id}/retry`, { token })).status, 429);
  assert.equal((await api.call(full, 'POST', `${all}/${other}/cancel`, { token })).status, 200);
  assert.equal((await ask(13)).status, 201);
  assert.equal((await ask(14)).status, 201);
  assert.equal((await ask(15)).status, 503);
  assert.equal((await api.call(full, 'POST', `${all}/${id}/retry`, { token })).status, 503);
});

test('bad questions', async () => {
  for (const [body, status] of [['{', 400], ['{}', 422], [{ position: 0 }, 422], [{ position: 1, colour: 1 }, 422],
    [{ position: 1, radix: 7 }, 422], [{ position: 'x' }, 422], ['x'.repeat(20000), 413]]) {
    assert.equal((await call('POST', all, { body })).status, status, JSON.stringify(body).slice(0, 50));
  }
  assert.equal((await call('POST', all, { body: 'position=1', headers: { 'content-type': 'text/plain' } })).status, 415);
  assert.equal((await call('POST', all, { body: { position: 5 }, headers: { origin: 'http://evil.example' } })).status, 403);
});

// What is tried of a parameter: values that its schema allows, and others.
function tries({ schema, example }) {
  if (example) return { good: [example], bad: ['', 'g'] };
  if (schema.enum) return { good: schema.enum, bad: ['nonsense'] };
  if (schema.type === 'integer') {
    const good = [schema.minimum, schema.default, schema.maximum].filter((value) => value !== undefined);
    const bad = [schema.minimum - 1, 'x', '1.5'];
    if (schema.maximum) bad.push(schema.maximum + 1);
    return { good, bad };
  }
  return { good: ['r12', '12'], bad: ['x', 'r'] };
}

test('every parameter of a query: its values, others, twice', async () => {
  await site.waitDone((await site.ask(2000)).id);
  await site.waitDone((await site.ask(1000, { radix: 16 })).id);
  let tried = 0;
  for (const { path, method, parameters } of api.operations()) {
    const plain = path.replace('{n}', '1000').replace('{id}', String((await site.ask(2000)).id));
    const queries = parameters.filter((one) => one.in === 'query');
    for (const parameter of queries) {
      const needed = queries.filter((one) => one.required && one !== parameter);
      const target = `${plain}?${needed.map(({ name, example }) => `${name}=${example}&`).join('')}`;
      const { good, bad } = tries(parameter);
      tried++;
      for (const value of good) {
        const { status } = await call(method, `${target}${parameter.name}=${value}`);
        assert.ok(status === 200 || status === 304, `${target} ${parameter.name}=${value}: ${status}`);
      }
      for (const value of bad) {
        assert.equal((await call(method, `${target}${parameter.name}=${value}`)).status, 400, `${target} ${parameter.name}=${value}`);
      }
      assert.equal((await call(method, `${target}${parameter.name}=${good[0]}&${parameter.name}=${good[0]}`)).status, 400);
    }
  }
  assert.ok(tried >= 12, `${tried} parameters`);
});

test('digits, and how the site is', async () => {
  const { etag } = (await call('GET', '/v1/pi?start=0&numberOfDigits=20')).headers;
  assert.equal((await call('GET', '/v1/pi?start=0&numberOfDigits=20', { headers: { 'if-none-match': etag } })).status, 304);
  const text = await call('GET', '/pi/900.txt');
  assert.equal(text.status, 200);
  for (const [headers, status] of [[{ 'if-none-match': text.headers.etag }, 304], [{ range: 'bytes=2-5' }, 206],
    [{ range: 'bytes=5000-' }, 416], [{ 'if-match': '"x"' }, 412]]) {
    assert.equal((await call('GET', '/pi/900.txt', { headers })).status, status, JSON.stringify(headers));
  }
  const { length } = (await call('GET', '/pi/2000.txt')).text; // the file itself, which nginx sends
  assert.equal(length, 2002);
  assert.equal((await call('GET', '/pi/2000.txt', { headers: { range: 'bytes=2-5' } })).text, '1415');
  assert.equal((await call('GET', '/pi/900.txt?radix=7')).status, 400);
  assert.equal((await call('GET', '/pi/90000000.txt')).status, 404);
  assert.equal((await call('GET', '/healthz')).json().status, 'ok');
  const { revision } = (await call('GET', all)).json();
  assert.equal((await call('GET', `${all}?since=${revision}`)).status, 304);
});

// Every operation as {method, target} of a request that is as good as can be.
const requests = () => api.operations().map(({ path: template, method, operation: { operationId } }) => ({
  method, operationId, body: operationId === 'askForDigit' ? { position: 7 } : undefined,
  target: `${template.replace('{n}', '100').replace('{id}', '1')}${operationId === 'searchDigits' ? '?q=99' : ''}`,
}));

test('what any request may fail with', async () => {
  const many = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`x-${i}`, '1']));
  const large = 'x'.repeat(20000);
  for (const { method, target, body } of requests()) {
    const odd = `${target}${target.includes('?') ? '&' : '?'}`;
    for (const bad of ['%zz', 'a=%ff']) assert.equal((await call(method, `${odd}${bad}`, { body })).status, 400, `${target} ${bad}`);
    assert.equal((await call(method, target, { body, headers: many })).status, 431, target);
    assert.equal((await call(method, target, { body: large, headers: { 'content-length': large.length } })).status, 413, target);
  }
});

test('a database that another program writes to', async () => {
  const [{ id, status }] = await full.sql("SELECT id, status FROM computation WHERE status = 'queued' LIMIT 1");
  assert.equal(status, 'queued');
  const other = spawn('sqlite3', [full.database], { stdio: ['pipe', 'pipe', 'inherit'] });
  other.stdin.write('BEGIN IMMEDIATE;\n.print locked\n');
  await once(other.stdout, 'data');
  try {
    await Promise.all([['POST', `${all}/${id}/cancel`], ['POST', `${all}/${id}/retry`], ['DELETE', `${all}/${id}`],
      ['POST', all, { position: 21 }]].map(async ([method, target, body]) => {
      const answer = await api.call(full, method, target, { body });
      assert.equal(answer.status, 503, target);
      assert.match(answer.json().detail, /busy/, target);
    }));
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
});

test('digits that are damaged are neither searched nor shown', async () => {
  const [{ file, length }] = await site.sql('SELECT file, length FROM published WHERE radix = 10 ORDER BY length DESC LIMIT 1');
  await site.kill('daemon'); // it would heal them
  fs.writeFileSync(path.join(site.state, 'digits', file), '4.', { flag: 'r+' });
  for (const target of ['/search?q=999999', '/v1/pi?start=0', `/pi/${length}.txt`, `/pi/${length - 1}.txt`]) {
    assert.equal((await call('GET', target)).status, 503, target);
  }
});

test('a database that cannot be read', async () => {
  const other = spawn('sqlite3', [full.database], { stdio: ['pipe', 'pipe', 'inherit'] });
  // A table that is said to be where there is nothing; by another version of the schema,
  // so that whoever has read that reads it again.
  other.stdin.end(`PRAGMA wal_autocheckpoint = 0;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET rootpage = 999999 WHERE type = 'table' AND name NOT LIKE 'sqlite%';
    PRAGMA schema_version = 9999;\n`);
  await once(other, 'exit');
  for (const { method, target, body } of requests()) {
    assert.equal((await api.call(full, method, target, { body })).status, 503, target);
  }
});

test('every status of the description was seen', () => {
  // A flood: limits.test.mjs.
  const elsewhere = new Set(['searchDigits 429']);
  const missing = api.operations().flatMap(({ operation }) => Object.keys(operation.responses)
    .map((status) => `${operation.operationId} ${status}`))
    .filter((one) => !api.seen.has(one) && !elsewhere.has(one));
  assert.deepEqual(missing, []);
});
