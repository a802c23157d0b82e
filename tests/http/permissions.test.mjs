// Who may cancel, retry and delete: those who asked, known by their cookie or
// token, and nobody else.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { element, reload, text } from '../lib/html.mjs';
import { Site } from '../lib/site.mjs';

// Without a daemon: rows stay queued, wishes are granted at once.
const site = await Site.start({ processes: ['nginx', 'fcgi'] });
after(() => site.stop());

const all = '/api/v1/computations';
const edit = (query) => promisify(execFile)('sqlite3', ['-cmd', '.timeout 5000', site.database, query]);
const revisionOf = async (id) => (await site.sql(`SELECT revision FROM computation WHERE id = ${id}`))[0].revision;
const status = async (id) => (await site.sql(`SELECT status FROM computation WHERE id = ${id}`))[0]?.status;

// The only long text of the answer that the row itself does not have.
function tokenOf(answer) {
  const made = answer.json();
  const found = Object.entries(made).find(([key]) => /token/.test(key));
  assert.ok(found, `a token in ${answer.text}`);
  return found[1];
}

test('a visitor cancels, retries and deletes his own', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(11);
  const from = `/computations/${id}`;
  const cancelled = await visitor.post(`${from}/cancel`, {}, { from });
  assert.equal(cancelled.status, 303);
  assert.match(cancelled.headers.location, /^\//);
  assert.equal(await status(id), 'cancelled');
  assert.equal((await visitor.post(`${from}/retry`, {}, { from })).status, 303);
  assert.equal(await status(id), 'queued');
  const confirm = await visitor.get(`${from}/delete`);
  assert.equal(confirm.status, 200);
  assert.equal(await status(id), 'queued', 'looking deletes nothing');
  const deleted = await visitor.post(`${from}/delete`, {}, { from: `${from}/delete` });
  assert.equal(deleted.status, 303);
  assert.equal(await status(id), undefined);
  const told = await visitor.get(deleted.headers.location);
  assert.match(text(element(told.text, 'ul', { class: 'told' }).inner), /^1 computation was deleted\.$/);
  assert.equal((await visitor.get(from)).status, 404);
});

test('another visitor, and one without a cookie, get 403', async () => {
  const id = await site.visitor().submit(12);
  const other = site.visitor();
  await other.submit(13);
  for (const visitor of [other, site.visitor()]) {
    for (const action of ['cancel', 'delete']) {
      const answer = await visitor.post(`/computations/${id}/${action}`, {}, { from: '/' });
      assert.equal(answer.status, 403, action);
      assert.match(answer.headers['content-type'], /^text\/html/);
    }
  }
  assert.equal(await status(id), 'queued');
});

test('forged and altered cookies are nobody', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(14);
  const [[name, value]] = visitor.cookies;
  for (const forged of ['', 'x', 'a'.repeat(value.length), value.slice(0, -2) + (value.endsWith('AA') ? 'BB' : 'AA'), value + 'x', '"', value.repeat(40)]) {
    const answer = await site.visitor().post(`/computations/${id}/cancel`, {},
      { from: '/', headers: { cookie: `${name}=${forged}` } });
    assert.equal(answer.status, 403, forged.slice(0, 30));
  }
  assert.equal(await status(id), 'queued');
  assert.equal((await visitor.post(`/computations/${id}/cancel`)).status, 303);
});

test('actions want the CSRF token and their own site', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(15);
  for (const action of ['cancel', 'retry', 'delete']) {
    assert.equal((await visitor.post(`/computations/${id}/${action}`, { csrf: null })).status, 403);
    assert.equal((await visitor.post(`/computations/${id}/${action}`, { csrf: 'x' })).status, 403);
    assert.equal((await visitor.post(`/computations/${id}/${action}`, {},
      { headers: { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' } })).status, 403);
  }
  assert.equal(await status(id), 'queued');
});

test('of several who asked, each withdraws alone', async () => {
  const [first, second] = [site.visitor(), site.visitor()];
  const id = await first.submit(16);
  assert.equal(await second.submit(16), id);
  const withdrawn = await first.post(`/computations/${id}/cancel`);
  assert.equal(withdrawn.status, 303);
  assert.equal(await status(id), 'queued', 'the other still wants it');
  const told = await first.get(withdrawn.headers.location);
  assert.match(text(element(told.text, 'ul', { class: 'told' }).inner), /^1 computation stays/);
  assert.equal(reload(told.text), `/computations/${id}`, 'without JavaScript it is said once, too');
  assert.equal((await first.post(`/computations/${id}/cancel`)).status, 403, 'he has left');
  assert.equal((await second.post(`/computations/${id}/cancel`)).status, 303);
  assert.equal(await status(id), 'cancelled');
});

test('the API knows its owner by the token', async () => {
  const made = await site.api('POST', all, { position: 17 });
  const token = tokenOf(made);
  const { id } = made.json();
  const other = tokenOf(await site.api('POST', all, { position: 18 }));
  for (const bad of [undefined, 'x', other, token + 'x', token.slice(1)]) {
    for (const [method, path] of [['POST', '/cancel'], ['DELETE', '']]) {
      const answer = await site.api(method, `${all}/${id}${path}`, method === 'POST' ? {} : undefined, { token: bad });
      assert.ok([401, 403].includes(answer.status), `${method} ${path} ${answer.status}`);
      assert.match(answer.headers['content-type'], /^application\/problem\+json/);
    }
  }
  assert.equal(await status(id), 'queued');
  const cancelled = await site.api('POST', `${all}/${id}/cancel`, {}, { token });
  assert.ok(cancelled.status >= 200 && cancelled.status < 300, String(cancelled.status));
  assert.equal(await status(id), 'cancelled');
  const retried = await site.api('POST', `${all}/${id}/retry`, {}, { token });
  assert.ok(retried.status >= 200 && retried.status < 300, String(retried.status));
  assert.equal(await status(id), 'queued');
  const deleted = await site.api('DELETE', `${all}/${id}`, undefined, { token });
  assert.ok(deleted.status >= 200 && deleted.status < 300, String(deleted.status));
  assert.equal(await status(id), undefined);
  assert.equal((await site.api('GET', `${all}/${id}`)).status, 404);
});

test('a form sent twice leads to the same place, the API says that nothing was left to do', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(19);
  const made = (await site.api('POST', all, { position: 24 })).json();
  const call = async (action) => (await site.api('POST', `${all}/${made.id}/${action}`, {}, { token: made.owner_token })).status;
  const send = async (action) => {
    const { status: code, headers: { location } } = await visitor.post(`/computations/${id}/${action}`);
    return [code, location];
  };
  assert.deepEqual(await send('retry'), [303, `/computations/${id}`], 'it waits already');
  assert.equal(await call('retry'), 409);
  for (const [action, result] of [['cancel', 'cancelled'], ['retry', 'queued']]) {
    const first = await send(action);
    const revision = await revisionOf(id);
    assert.deepEqual(first, [303, `/computations/${id}`]);
    assert.deepEqual(await send(action), first);
    assert.equal(await status(id), result);
    assert.equal(await revisionOf(id), revision, 'the second one changes nothing');
    assert.equal(await call(action), 200);
    assert.equal(await call(action), 409);
  }
  assert.equal((await site.visitor().post(`/computations/${id}/retry`, {}, { from: '/' })).status, 403, 'not for others');
});

test('wrong states answer 409', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(25);
  const refused = async (action) => {
    const answer = await visitor.post(`/computations/${id}/${action}`);
    assert.equal(answer.status, 409, action);
    assert.match(answer.headers['content-type'], /^text\/html/);
  };
  await edit(`UPDATE computation SET status = 'done', stage = 'stored', digit = '1', ended_at = 1 WHERE id = ${id}`);
  await refused('cancel');
  await refused('retry');
  await edit(`UPDATE computation SET status = 'failed', stage = 'taken', digit = NULL, error = 'x' WHERE id = ${id}`);
  await refused('cancel');
  // Told to end, but still there: what is asked for is not so yet.
  await edit(`UPDATE computation SET status = 'running', wanted = 'cancel', ended_at = NULL, error = NULL, lease = 'x', lease_owner = 'one', lease_until = 1 << 62 WHERE id = ${id}`);
  await refused('retry');
});

test('actions on rows that are not there answer 404', async () => {
  const visitor = site.visitor();
  await visitor.submit(20);
  for (const action of ['cancel', 'retry', 'delete']) {
    assert.equal((await visitor.post(`/computations/999999/${action}`)).status, 404);
  }
});

test('asking for a cancelled one queues it again, its id is kept', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(21);
  await visitor.post(`/computations/${id}/cancel`);
  assert.equal(await status(id), 'cancelled');
  assert.equal(await visitor.submit(21), id);
  assert.equal(await status(id), 'queued');
});

test('a deleted id never comes back', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(22);
  await visitor.post(`/computations/${id}/delete`);
  assert.ok((await visitor.submit(22)) > id);
});

test('REMOTE_USER is nobody\'s header to send', async () => {
  const id = await site.visitor().submit(23);
  for (const headers of [{ 'remote-user': 'root' }, { remote_user: 'root' }, { 'x-remote-user': 'root' },
    { authorization: `Basic ${Buffer.from('root:root').toString('base64')}` }]) {
    const answer = await site.visitor().post(`/computations/${id}/cancel`, {}, { from: '/', headers });
    assert.equal(answer.status, 403);
  }
});

// Every way to ask for something to be done, by everybody who might.
const ways = {
  'a form': (id, action, { visitor }) => visitor.post(`/computations/${id}/${action}`),
  'the API': (id, action, { token, cookie }) => {
    const headers = cookie ? { cookie, origin: site.url } : {};
    return action === 'delete'
      ? site.api('DELETE', `${all}/${id}`, undefined, { token, headers })
      : site.api('POST', `${all}/${id}/${action}`, undefined, { token, headers });
  },
};
// Somebody who asked for POSITION, as a browser and as a program know him.
async function askerOf(position) {
  const visitor = site.visitor();
  const id = await visitor.submit(position);
  const [[name, token]] = visitor.cookies;
  return { id, visitor, token, cookie: `${name}=${token}` };
}
const nobody = () => ({ visitor: site.visitor() });
const byCookie = ({ visitor, cookie }) => ({ visitor, cookie });
const byToken = ({ visitor, token }) => ({ visitor, token });
const results = { cancel: 'cancelled', retry: 'queued', delete: undefined };
let position = 5000;

for (const [way, act] of Object.entries(ways)) {
  for (const [action, result] of Object.entries(results)) {
    for (const known of way === 'a form' ? [byCookie] : [byCookie, byToken]) {
      test(`${action} by ${way}, ${known === byCookie ? 'a cookie' : 'a token'}`, async () => {
        const mine = await askerOf(position++);
        const { id } = mine;
        if (action === 'retry') await ways['a form'](id, 'cancel', mine);
        const before = await status(id);
        for (const other of [nobody(), known(await askerOf(position++))]) {
          assert.equal((await act(id, action, other)).status, 403);
          assert.equal(await status(id), before);
        }
        const done = await act(id, action, known(mine));
        assert.ok(done.status >= 200 && done.status < 400, String(done.status));
        assert.equal(await status(id), result);
      });
      if (action === 'retry') continue; // a row that waits for nobody has one asker
      test(`${action} by ${way}, ${known === byCookie ? 'a cookie' : 'a token'}, while others want it`, async () => {
        const mine = await askerOf(position);
        const other = await askerOf(position++);
        const { id } = mine;
        assert.equal(other.id, id);
        assert.ok((await act(id, action, known(mine))).status < 400);
        assert.equal(await status(id), 'queued', 'only his part has ended');
        assert.equal((await act(id, action, known(mine))).status, 403, 'he is a stranger to it now');
        assert.ok((await act(id, action, known(other))).status < 400);
        assert.equal(await status(id), result);
      });
    }
  }
}
