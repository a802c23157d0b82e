// Administrators: those for whom nginx asked for a password, and only where the site
// was told to have some.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { csrf } from '../lib/html.mjs';
import { form } from '../lib/http.mjs';
import { Site, until } from '../lib/site.mjs';

const folder = fs.mkdtempSync(path.join(fs.realpathSync(process.env.TMPDIR ?? '/tmp'), 'nthpi-admin-'));
const passwords = path.join(folder, 'administrators');
fs.writeFileSync(passwords, 'ann:{PLAIN}correct\n');

// A server of nginx as nthpi.nginx describes it for administrators.
const guarded = (text) => text.replace(/include [^;]*nthpi\.nginx;/, (line) => `${line}
        auth_basic "nthpi";
        auth_basic_user_file ${passwords};
        fastcgi_param REMOTE_USER $remote_user;`);
// What must not be done: REMOTE_USER without a password.
const careless = (text) => text.replace(/include [^;]*nthpi\.nginx;/, (line) => `${line}
        fastcgi_param REMOTE_USER $remote_user;`);

const basic = (user, password) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });
const ann = basic('ann', 'correct');

const starts = { processes: ['nginx', 'fcgi'] };
const ready = { ...starts, options: { admin: 'yes' } };
// waitReady() has no password: the page that asks for one is an answer, too.
class Guarded extends Site {
  waitReady() {
    return until(async () => (await this.get('/', { headers: ann })).status === 200, 'the site');
  }
}
const site = await Guarded.start({ ...ready, nginx: guarded });
const off = await Guarded.start({ ...starts, nginx: guarded });
const plain = await Site.start(ready);
const open = await Site.start({ ...starts, nginx: careless });
after(async () => {
  await Promise.all([site.stop(), off.stop(), plain.stop(), open.stop()]);
  fs.rmSync(folder, { recursive: true });
});

const all = '/api/v1/computations';
const exists = async (target, id) =>
  (await target.sql(`SELECT status FROM computation WHERE id = ${id}`))[0]?.status;
const add = async (target, position, headers) =>
  (await target.api('POST', all, { position }, { headers: { origin: target.url, ...headers } })).json().id;

test('without a password there is nothing to see, and 401 looks like the site', async () => {
  for (const headers of [{}, basic('ann', 'wrong'), basic('eve', 'correct'), { 'remote-user': 'ann' }]) {
    const page = await site.get('/', { headers });
    assert.equal(page.status, 401);
    assert.match(page.headers['www-authenticate'], /^Basic /);
    assert.match(page.text, /nthpi/);
    assert.doesNotMatch(page.text, /nginx/i);
  }
});

test('a program without a password is told what is asked for, in its language', async () => {
  const told = { en: ['For administrators', 'This address asks for a name and a password.'],
    ru: ['Для администраторов', 'По этому адресу нужны имя и пароль.'] };
  for (const where of [all, '/healthz', '/v1/pi?start=0', '/pi/5.txt', '/updates?since=0']) {
    for (const [language, [title, detail]] of Object.entries(told)) {
      const answer = await site.get(where, { headers: { 'accept-language': language } });
      assert.equal(answer.status, 401, where);
      assert.match(answer.headers['www-authenticate'], /^Basic /);
      assert.match(answer.headers['content-type'], /^application\/problem\+json/);
      assert.equal(answer.headers['content-language'], language);
      const problem = answer.json();
      assert.deepEqual([problem.status, problem.title, problem.detail], [401, title, detail], where);
    }
  }
});

test('beyond a limit no password is looked at', async () => {
  const tight = await Guarded.start({ ...ready, nginx: (conf) => guarded(conf)
    .replace('server {', 'limit_req_zone $arg_tight zone=tight:1m rate=1r/m;\n    server {')
    .replace('auth_basic "nthpi";', 'limit_req zone=tight; $&') });
  try {
    for (const headers of [basic('ann', 'wrong'), ann, {}]) {
      const name = `/?tight=${headers.authorization?.length ?? 0}`;
      assert.equal((await tight.get(name, { headers })).status, headers === ann ? 200 : 401);
      const page = await tight.get(name, { headers });
      assert.equal(page.status, 429);
      assert.equal(page.headers['retry-after'], '10');
      assert.match(page.text, /too many requests at a time/);
    }
  } finally {
    await tight.stop();
  }
});

test('an administrator changes what others asked for', async () => {
  const id = await add(site, 100, ann);
  const visitor = site.visitor();
  for (const [action, status] of [['cancel', 'cancelled'], ['retry', 'queued'], ['delete', undefined]]) {
    const token = csrf((await site.get(`/computations/${id}/delete`, { headers: { accept: 'text/html', ...ann } })).text);
    const answer = await visitor.post(`/computations/${id}/${action}`, { csrf: token }, { headers: ann });
    assert.equal(answer.status, 303, action);
    assert.equal(await exists(site, id), status);
  }
});

test('and by the API, from a page of ours', async () => {
  const id = await add(site, 101, ann);
  const send = (headers) => site.api('POST', `${all}/${id}/cancel`, {}, { headers: { ...ann, ...headers } });
  assert.equal((await send({})).status, 403, 'a password alone');
  assert.equal((await send({ origin: 'http://evil.example' })).status, 403);
  assert.equal((await send({ origin: site.url })).status, 200);
  assert.equal(await exists(site, id), 'cancelled');
});

// A browser sends the password with whatever another site makes it send.
test('the token that everybody can fetch is not enough for an administrator', async () => {
  const id = await add(site, 102, ann);
  const shared = csrf((await site.get('/', { headers: ann })).text);
  const send = (token, headers = {}) => site.get(`/computations/${id}/cancel`, {
    method: 'POST',
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...ann, ...headers },
    body: form({ csrf: token }),
  });
  const refused = await send(shared);
  assert.equal(refused.status, 403);
  assert.equal(await exists(site, id), 'queued');
  assert.equal((await send(csrf(refused.text))).status, 303, 'the page that asks again has one for him');
  assert.equal(await exists(site, id), 'cancelled');
});

test('off by default: a password makes no administrator', async () => {
  const id = await add(off, 103, ann);
  const headers = { ...ann, origin: off.url };
  assert.equal((await off.api('POST', `${all}/${id}/cancel`, {}, { headers })).status, 403);
  assert.equal((await off.api('DELETE', `${all}/${id}`, undefined, { headers })).status, 403);
  const token = csrf((await off.get('/', { headers: ann })).text);
  const answer = await off.visitor().post(`/computations/${id}/delete`, { csrf: token }, { headers: ann });
  assert.equal(answer.status, 403);
  assert.equal(await exists(off, id), 'queued');
});

// Every way in which somebody might name a user without nginx having asked for one.
const spoofs = [
  { 'remote-user': 'ann' }, { remote_user: 'ann' }, { 'REMOTE-USER': 'ann' }, { 'x-remote-user': 'ann' },
  { 'x-forwarded-user': 'ann' }, { 'proxy-remote-user': 'ann' }, { 'http-remote-user': 'ann' },
  { 'remote-user': 'ann', 'x-remote-user': 'ann', 'auth-user': 'ann' }, ann, basic('', ''),
];
test('no header makes an administrator', async () => {
  const id = await add(plain, 104);
  for (const headers of spoofs) {
    const form_ = await plain.visitor().post(`/computations/${id}/delete`, {}, { headers });
    assert.equal(form_.status, 403, JSON.stringify(headers));
    const api = await plain.api('DELETE', `${all}/${id}`, undefined, { headers: { origin: plain.url, ...headers } });
    assert.equal(api.status, 403, JSON.stringify(headers));
  }
  // Parameters with the name, in every place.
  for (const where of [`/computations/${id}/delete?REMOTE_USER=ann`, `/computations/${id}/delete?admin=yes`]) {
    assert.equal((await plain.visitor().post(where, { REMOTE_USER: 'ann' })).status, 403);
  }
  assert.equal(await exists(plain, id), 'queued');
});

test('a careless server is none while the option is off', async () => {
  const id = await add(open, 105);
  for (const headers of spoofs) {
    assert.equal((await open.visitor().post(`/computations/${id}/delete`, {}, { headers })).status, 403);
  }
  assert.equal(await exists(open, id), 'queued');
});

test('administrators are not limited', async () => {
  const few = await Guarded.start({
    ...starts, nginx: guarded, limited: true, options: { admin: 'yes', 'visitor-limit': 1, 'address-limit': 1 },
  });
  try {
    for (let position = 200; position < 205; position++) assert.ok(await add(few, position, ann) > 0);
  } finally {
    await few.stop();
  }
});
