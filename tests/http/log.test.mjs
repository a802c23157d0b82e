// nginx's access log: a JSON object for each request, and one name for a request in
// the logs of nginx and of nthpi-fcgi.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Site, until } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());
const file = path.join(site.state, 'nginx', 'access.log');

/** All entries; fails when a line is not JSON with the members it should have. */
function entries() {
  const text = fs.readFileSync(file, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1).map((line) => {
    const entry = JSON.parse(line);
    assert.deepEqual(Object.keys(entry), ['time', 'remote', 'method', 'uri', 'status', 'bytes',
      'request_s', 'upstream_s', 'upstream', 'id'], line);
    for (const name of ['status', 'bytes', 'request_s']) assert.equal(typeof entry[name], 'number', line);
    assert.ok(Number.isFinite(Date.parse(entry.time)), line);
    assert.match(entry.id, /^[0-9a-f]{32}$/);
    return entry;
  });
}

/** The newest entry that CHECK() holds for, once it is written. */
const entry = (check, what) => until(() => entries().findLast(check), `${what} in the log`);

test('what was asked and answered', async () => {
  const answer = await site.get('/?status=done', { headers: { accept: 'text/html' } });
  const page = await entry(({ uri }) => uri === '/?status=done', 'a page');
  assert.equal(page.method, 'GET');
  assert.equal(page.status, 200);
  assert.equal(page.bytes, answer.body.length);
  assert.equal(page.remote, '127.0.0.1');
  assert.match(page.upstream, /fcgi-\d\.sock$/);
  assert.ok(Number(page.upstream_s) >= 0 && page.request_s >= 0);
  await site.get('/robots.txt');
  const text = await entry(({ uri }) => uri === '/robots.txt', 'a file');
  assert.equal(text.upstream, '');
  assert.equal(text.upstream_s, '');
});

test('a visitor cannot break a line', async () => {
  const bad = '/x"}\\{"id":"1","a\\u0000';
  await site.raw(`GET ${bad} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const odd = await entry(({ uri }) => uri === bad, 'the odd path');
  assert.equal(odd.status, 404);
  await site.raw('GET /caf\xe9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await entry(({ uri }) => uri.startsWith('/caf'), 'bytes beyond ASCII');
  await site.raw('no request at all\r\n\r\n');
  await entry(({ status, uri }) => status === 400 && uri === '', 'what was no request');
  await site.raw('G"E\\T / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.ok(entries().length > 5);
});

test('the id is on the error page and in the log of nthpi-fcgi', async () => {
  const page = await site.get('/no-such-page', { headers: { accept: 'text/html' } });
  assert.equal(page.status, 404);
  const { id } = await entry(({ uri }) => uri === '/no-such-page', 'the page');
  assert.ok(page.text.includes(id));
  await until(() => site.logs.some((line) => line.startsWith('fcgi:') && line.includes(id)),
    'a line with the id');
  const problem = await site.get('/api/v1/nothing');
  const { request } = problem.json();
  await entry((one) => one.id === request && one.uri === '/api/v1/nothing', 'the problem');
  const faked = await site.get('/no-such-page', {
    headers: { accept: 'application/json', 'request-id': 'mine', 'x-request-id': 'mine' },
  });
  assert.match(faked.json().request, /^[0-9a-f]{32}$/, 'not what a visitor says');
});
