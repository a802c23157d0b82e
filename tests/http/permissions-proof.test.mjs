// What proves that a visitor meant it: browsers of all ages, other sites, TLS and its
// cookie, a new key.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { csrf, element, filled, text } from '../lib/html.mjs';
import { form, idOfRedirect } from '../lib/http.mjs';
import { Site, until } from '../lib/site.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-tls-'));
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
  '-days', '2', '-subj', '/CN=127.0.0.1', '-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`],
{ stdio: 'ignore' });

// Without a daemon: rows stay queued, wishes are granted at once.
const site = await Site.start({ processes: ['nginx', 'fcgi'] });
after(async () => {
  await site.stop();
  fs.rmSync(folder, { recursive: true });
});

const all = '/api/v1/computations';
const status = async (id, where = site) =>
  (await where.sql(`SELECT status FROM computation WHERE id = ${id}`))[0]?.status;

// A form as a browser sends it that tells nothing of where it comes from.
function sendSilently(visitor, path_, fields) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return visitor.request(path_, { method: 'POST', headers, body: form(fields) });
}

test('a silent browser: what a stranger may, and what needs a second look', async () => {
  const visitor = site.visitor();
  const shared = csrf((await site.get('/')).text);
  const first = await sendSilently(visitor, '/computations', { position: '31', csrf: shared });
  assert.equal(first.status, 303, 'nothing can be done in the name of a stranger');
  const id = idOfRedirect(first);

  // From now on he has a cookie, and the token on the page may be anybody's.
  const again = await sendSilently(visitor, '/computations', { position: '32', csrf: shared });
  assert.equal(again.status, 403);
  const sent = filled(again.text);
  assert.equal(sent.position, '32', 'filled in as it was');
  assert.notEqual(sent.csrf, shared);
  assert.match(again.headers['cache-control'], /no-store/);
  assert.equal((await sendSilently(visitor, '/computations', sent)).status, 303);

  for (const [action, result] of [['cancel', 'cancelled'], ['retry', 'queued'], ['delete', undefined]]) {
    const before = await status(id);
    const refused = await sendSilently(visitor, `/computations/${id}/${action}`, { csrf: shared });
    assert.equal(refused.status, 403, action);
    assert.match(refused.headers['cache-control'], /no-store/);
    assert.equal(await status(id), before);
    const asked = element(refused.text, 'form', { class: 'actions' });
    assert.equal(asked.attributes.action, `/computations/${id}/${action}`);
    assert.match(text(asked.inner), /Yes, do it/);
    assert.equal((await sendSilently(visitor, asked.attributes.action, { csrf: csrf(refused.text) })).status, 303);
    assert.equal(await status(id), result);
  }
});

test('the page for deleting has a token of its visitor only', async () => {
  const [visitor, other] = [site.visitor(), site.visitor()];
  const id = await visitor.submit(41);
  assert.equal(await other.submit(41), id);
  const path_ = `/computations/${id}/delete`;
  const own = csrf((await visitor.get(path_)).text);
  assert.notEqual(own, csrf((await other.get(path_)).text));
  assert.equal((await visitor.get(path_)).headers.etag, undefined);
  assert.equal((await sendSilently(other, path_, { csrf: own })).status, 403);
  assert.equal((await sendSilently(visitor, path_, { csrf: csrf((await other.get(path_)).text) })).status, 403);
  assert.equal(await status(id), 'queued');
  // Both asked: it stays for the other one, who may still be asked; the first may not.
  const left = await sendSilently(visitor, path_, { csrf: own });
  assert.equal(left.status, 303);
  assert.match((await visitor.get(left.headers.location)).text, /1 computation stays, because others asked for it, too;/);
  assert.equal(await status(id), 'queued');
  assert.equal((await visitor.get(path_)).status, 403);
  assert.equal((await sendSilently(other, path_, { csrf: csrf((await other.get(path_)).text) })).status, 303);
  assert.equal(await status(id), undefined);
});

test('who may not delete is not asked whether he means it', async () => {
  const id = await site.visitor().submit(43);
  const other = site.visitor();
  await other.submit(44);
  for (const who of [other, site.visitor()]) {
    const answer = await who.get(`/computations/${id}/delete`);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.etag, undefined);
    assert.match(text(answer.text), /Only someone who asked for this computation may do that/);
    assert.ok(element(answer.text, 'a', { class: 'button', href: `/computations/${id}` }), 'the way back');
  }
  assert.equal((await other.get('/computations/999999/delete')).status, 404);
});

test('pages are the same for whoever has a cookie', async () => {
  const [visitor, other] = [site.visitor(), site.visitor()];
  const id = await visitor.submit(43);
  await other.submit(44);
  for (const path_ of ['/', '/?radix=10', `/computations/${id}`, '/pi/43']) {
    const mine = await visitor.get(path_);
    for (const theirs of [await other.get(path_), await site.visitor().get(path_)]) {
      assert.equal(theirs.text, mine.text, path_);
      assert.equal(theirs.headers.etag, mine.headers.etag, path_);
    }
  }
});

// [Origin, Sec-Fetch-Site] of a page elsewhere, as browsers of all ages send them.
const elsewhere = [
  ['http://evil.example', 'cross-site'], ['http://evil.example', undefined], [undefined, 'cross-site'],
  ['null', 'cross-site'], ['null', undefined], [undefined, 'same-site'], ['http://evil.127.0.0.1', 'same-site'],
  ['https://127.0.0.1', undefined], ['http://127.0.0.1', undefined], ['http://127.0.0.1:1', 'same-origin'],
];
test('a page of another site, or of another host beside ours', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(51);
  const token = csrf((await visitor.get(`/computations/${id}/delete`)).text);
  for (const [origin, kind] of elsewhere) {
    const headers = { ...(origin && { origin }), ...(kind && { 'sec-fetch-site': kind }) };
    const what = JSON.stringify(headers);
    for (const action of ['cancel', 'delete']) {
      const answer = await visitor.request(`/computations/${id}/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: form({ csrf: token }),
      });
      assert.equal(answer.status, 403, what);
      assert.equal(element(answer.text, 'form', { class: 'actions' }), undefined, 'there is nothing to confirm');
    }
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ');
    for (const [method, path_] of [['POST', `${all}/${id}/cancel`], ['DELETE', `${all}/${id}`]]) {
      assert.equal((await site.api(method, path_, undefined, { headers: { cookie, ...headers } })).status, 403, what);
    }
    assert.equal((await site.get('/', { method: 'OPTIONS', headers })).headers['access-control-allow-origin'], undefined);
  }
  assert.equal(await status(id), 'queued');
});

test('the API takes a cookie from pages of ours, and a token from anywhere', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(52);
  const [[name, value]] = visitor.cookies;
  const send = (headers) => site.api('POST', `${all}/${id}/cancel`, undefined, { headers });
  const silently = await send({ cookie: `${name}=${value}` });
  assert.equal(silently.status, 403);
  assert.match(silently.json().detail, /Authorization: Bearer/);
  assert.equal((await send({ cookie: `${name}=${value}`, origin: site.url })).status, 200);
  assert.equal((await site.api('DELETE', `${all}/${id}`, undefined, { token: value })).status, 204);
  assert.equal(await status(id), undefined);
});

test('a new key: nobody is known, and nobody loses what was typed', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(61);
  const old = csrf((await visitor.get('/')).text);
  const etag = (await visitor.get('/')).headers.etag;
  fs.rmSync(path.join(site.state, 'key'));
  await site.restart('fcgi');
  await site.waitReady();
  assert.notEqual((await visitor.get('/')).headers.etag, etag, 'no page with an old token is kept');
  const refused = await visitor.post('/computations', { position: '62', csrf: old });
  assert.equal(refused.status, 403);
  const shown = filled(refused.text);
  assert.equal(shown.position, '62');
  assert.equal((await visitor.post(`/computations/${id}/cancel`)).status, 403, 'he is a stranger to his row');
  assert.equal(await status(id), 'queued');
  const answer = await visitor.post('/computations', shown);
  assert.equal(answer.status, 303);
  assert.ok(answer.headers['set-cookie'], 'a new cookie in place of the old');
  assert.equal((await visitor.post(`/computations/${idOfRedirect(answer)}/cancel`)).status, 303);
  assert.equal((await site.tool('cancel', String(id))).code, 0, 'the command line still can');
  assert.equal(await status(id), 'cancelled');
});

// ---- TLS

function tls(where, path_, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = https.request({ host: '127.0.0.1', port: where.port, path: path_, method, headers, agent: false,
      rejectUnauthorized: false }, (answer) => {
      let whole = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => { whole += chunk; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text: whole }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

class TlsSite extends Site {
  waitReady() {
    return until(async () => (await tls(this, '/')).status === 200, 'the site');
  }
}

test('behind TLS the cookie is this host\'s alone', async () => {
  const secure = await TlsSite.start({
    processes: ['nginx', 'fcgi'],
    nginx: (conf) => conf.replace(/listen (127\.0\.0\.1:\d+)([^;]*);/,
      `listen $1 ssl$2; ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;`),
  });
  try {
    const origin = `https://127.0.0.1:${secure.port}`;
    const token = csrf((await tls(secure, '/')).text);
    const send = (path_, fields, headers) => tls(secure, path_, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: form({ csrf: token, ...fields }),
    });
    const made = await send('/computations', { position: '71' });
    assert.equal(made.status, 303);
    const [line] = made.headers['set-cookie'];
    assert.match(line, /^__Host-nthpi_owner=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
    const value = /=([^;]+);/.exec(line)[1];
    const id = idOfRedirect(made);
    // The name that any host of the domain, or a page without TLS, could set.
    assert.equal((await send(`/computations/${id}/cancel`, {}, { cookie: `nthpi_owner=${value}` })).status, 403);
    assert.equal((await send(`/computations/${id}/cancel`, {},
      { cookie: `__Host-nthpi_owner=${value}`, origin: origin.replace('https', 'http') })).status, 403);
    assert.equal(await status(id, secure), 'queued');
    assert.equal((await send(`/computations/${id}/cancel`, {}, { cookie: `__Host-nthpi_owner=${value}` })).status, 303);
    assert.equal(await status(id, secure), 'cancelled');
  } finally {
    await secure.stop();
  }
});
