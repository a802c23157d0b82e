// Two nthpi-fcgi behind one nginx, on one state folder: polls that wait in one see
// what was asked through the other, tokens count in both, and while one of them is
// gone the other answers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { parse } from '../lib/exposition.mjs';
import { csrf } from '../lib/html.mjs';
import { PollClient } from '../lib/poll.mjs';
import { Site, source, until } from '../lib/site.mjs';

const NUMBERS = [1, 2];
const webs = NUMBERS.map((n) => `web-${n}`);

/** nginx.conf with the upstream of nthpi-processes.nginx, and a way to each process:
 * with the header X-Web: 1 the first one answers, alone; with X-Web: first it is the
 * first one's turn, and the second one's when nginx gives it up. */
function processes(text) {
  const servers = NUMBERS.map((n) => `server unix:${this.state}/run/web-${n}.sock max_fails=0;`);
  const alone = NUMBERS.map((n) => `upstream alone${n} { server unix:${this.state}/run/web-${n}.sock; }`);
  const [first, second] = NUMBERS.map((n) => `server unix:${this.state}/run/web-${n}.sock max_fails=0`);
  alone.push(`upstream first { ${first}; ${second} backup; }`);
  const copy = path.join(this.state, 'nthpi.nginx');
  const rules = fs.readFileSync(path.join(source, 'conf', 'nthpi.nginx'), 'utf8');
  fs.writeFileSync(copy, rules.replaceAll(/fastcgi_pass (nthpi|\$nthpi_upstream);/g, 'fastcgi_pass $web;'));
  const changed = text
    .replace(/( *server unix:.*\n)+/g, `${servers.join('\n')}\n`)
    .replace('server {', `map $http_x_web $web { default nthpi; ~^([12])$ alone$1; first first; }\n${alone.join('\n')}\nserver {`)
    .replace(/include \S*\/nthpi\.nginx;/, `include ${copy};\nset $nthpi_process ${this.state}/run/web-;\ninclude ${source}/conf/nthpi-processes.nginx;`);
  assert.match(changed, /web-2\.sock max_fails=0/);
  assert.match(changed, /nthpi-processes\.nginx/);
  return changed;
}

const site = await Site.start({ processes: ['nginx', ...webs, 'daemon'], nginx: processes });
after(() => site.stop());

const through = (n, path_, options = {}) => site.get(path_, {
  ...options, headers: { accept: 'text/html', 'x-web': String(n), ...options.headers },
});

async function metrics(n) {
  const answer = await site.get(`/metrics/${n}`);
  assert.equal(answer.status, 200);
  return parse(answer.text);
}

const waiters = (n, count) => until(async () => (await metrics(n)).value('nthpi_waiters') === count,
  `${count} polls that wait in process ${n}`);

/** A poll that waits in process N. */
function park(n, revision) {
  return through(n, `/updates?since=${revision}`, {
    headers: { accept: 'application/json', prefer: 'wait=60' },
  });
}

/** Both are there again; connections that nginx kept to one that is gone are tried
 * and forgotten. */
async function bothAnswer() {
  for (const n of NUMBERS) {
    await until(async () => (await through(n, '/healthz')).status === 200, `process ${n}`);
  }
}

/** How many connections the socket of process N has, accepted or not. */
function connections(n) {
  const lines = fs.readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.filter((line) => line.endsWith(`${site.state}/run/web-${n}.sock`)).length;
}

/** The revision, once every computation has ended. */
async function lastRevision() {
  await until(async () => {
    const [{ n }] = await site.sql("SELECT count(*) AS n FROM computation WHERE status IN ('queued', 'running')");
    return n === 0;
  }, 'every computation to end');
  return (await site.get('/healthz')).json().revision;
}

/** Sends a form with TOKEN to process N. */
const submit = (n, token, position) => through(n, '/computations', {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ csrf: token, position, radix: 10, algorithm: 'auto' }).toString(),
});

// A site is ready when one of them answers.
for (const n of NUMBERS) await until(() => metrics(n), `process ${n}`);

test('each counts for itself, and both know the site', async () => {
  const before = [await metrics(1), await metrics(2)];
  for (let i = 0; i < 3; i++) await through(1, '/?status=failed');
  const now = [await metrics(1), await metrics(2)];
  const list = (one) => one.value('nthpi_http_requests_total', { route: 'list', status: '200' }) ?? 0;
  assert.equal(list(now[0]) - list(before[0]), 3);
  assert.equal(list(now[1]) - list(before[1]), 0);
  assert.equal(now[0].value('nthpi_revision'), now[1].value('nthpi_revision'));
  assert.equal((await site.get('/metrics/9')).status, 502, 'no such process');
  assert.equal((await site.get('/metrics/1', { headers: { 'x-forwarded-for': '::1' } })).status, 404);
});

test('nginx uses both', async () => {
  const count = async () => Promise.all(NUMBERS.map(async (n) => (await metrics(n))
    .value('nthpi_http_request_duration_seconds_count', { route: 'health' })));
  const before = await count();
  await Promise.all(Array.from({ length: 20 }, () => site.get('/healthz')));
  const now = await count();
  for (const i of [0, 1]) assert.ok(now[i] > before[i], `process ${i + 1}`);
  assert.equal(now[0] + now[1] - before[0] - before[1], 20);
});

test('what is asked through one is news for polls in the other', async () => {
  for (const [here, there] of [[1, 2], [2, 1]]) {
    const revision = await lastRevision();
    const polls = [park(there, revision), park(there, revision)];
    await waiters(there, 2);
    const page = await through(here, '/');
    const answer = await submit(here, csrf(page.text), 400 + here);
    assert.equal(answer.status, 303);
    for (const poll of polls) {
      const { changed, revision: newer } = (await poll).json();
      assert.ok(newer > revision);
      assert.ok(changed.length >= 1);
    }
    await waiters(there, 0);
  }
});

test('tokens of one count in the other', async () => {
  const page = await through(1, '/');
  const answer = await submit(2, csrf(page.text), 420);
  assert.equal(answer.status, 303);
  const owner = answer.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
  const id = Number(/\d+/.exec(answer.headers.location)[0]);
  await site.waitDone(id);
  const form = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ csrf: csrf(page.text) }).toString(),
  };
  const path_ = `/computations/${id}/delete`;
  assert.equal((await through(1, path_, form)).status, 403, 'somebody else');
  const own = await through(1, path_, { ...form, headers: { ...form.headers, cookie: owner } });
  assert.equal(own.status, 303);
  const etags = await Promise.all(NUMBERS.map(async (n) => (await through(n, '/')).headers.etag));
  assert.equal(etags[0], etags[1], 'and so do the ETags of pages');
});

// Every question is a new one, or it would be no news.
let position = 1000;

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`one ends by ${signal}: the other answers everything`, async () => {
    const clients = Array.from({ length: 10 }, () => new PollClient(site).start());
    let gets = 0;
    let done = false;
    const visitors = Array.from({ length: 4 }, async () => {
      while (!done) {
        const answer = await site.get('/', { headers: { accept: 'text/html' } });
        assert.equal(answer.status, 200);
        gets++;
      }
    });
    try {
      await until(async () => {
        const [one, two] = [await metrics(1), await metrics(2)];
        return one.value('nthpi_waiters') > 0 && two.value('nthpi_waiters') > 0;
      }, 'polls in both');
      for (const web of webs) {
        const { code } = await site.kill(web, signal);
        assert.equal(code, signal === 'SIGTERM' ? 0 : null);
        // Forms are carried out, while it is away, the first time they are sent.
        const visitor = site.visitor();
        for (let i = 0; i < 10; i++) await visitor.submit(position++);
        const before = gets;
        await until(() => gets > before + 50, 'pages');
        site.start(web);
        await bothAnswer();
        // nginx tries each process once for a request: a poll that has gone over
        // from this one must be over before the other one ends.
        const answers = clients.map((client) => client.answers);
        await visitor.submit(position++);
        await until(() => clients.every((client, i) => client.answers > answers[i]), 'news for all');
      }
      await lastRevision();
      const wanted = (await site.summary()).join('\n');
      for (const client of clients) {
        await until(() => client.summary().join('\n') === wanted, 'a client to have what the database has');
      }
    } finally {
      done = true;
      await Promise.all(visitors);
      for (const client of clients) await client.stop();
    }
    for (const client of clients) {
      assert.equal(client.failures, 0, `no poll failed: ${client.lastError?.message}`);
    }
  });
}

test('what was cut off: a page comes from the other, a form is not sent there', async () => {
  const page = await through(1, '/');
  const body = new URLSearchParams({
    csrf: csrf(page.text), position: 900, radix: 10, algorithm: 'auto',
  }).toString();
  const pages = (one) => one.value('nthpi_http_requests_total', { route: 'pi', status: '200' }) ?? 0;
  const before = await metrics(2);
  const connected = connections(1);
  // A stopped process takes requests and says nothing.
  process.kill(site.pid('web-1'), 'SIGSTOP');
  const get = through('first', '/pi/77');
  const post = through('first', '/computations', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  await until(() => connections(1) >= connected + 2, 'nginx to have sent both');
  await site.kill('web-1', 'SIGKILL');
  assert.equal((await get).status, 200);
  const refused = await post;
  assert.equal(refused.status, 502);
  assert.match(refused.text, /may not have got what you sent/);
  const now = await metrics(2);
  assert.equal(pages(now) - pages(before), 1);
  assert.equal(now.value('nthpi_http_requests_total', { route: 'add', status: '303' }),
    before.value('nthpi_http_requests_total', { route: 'add', status: '303' }));
  assert.deepEqual(await site.sql('SELECT id FROM computation WHERE position = 900'), []);
  // One that cannot even be reached has not got it: the other takes the form.
  assert.equal((await through('first', '/computations', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })).status, 303);
  site.start('web-1');
  await bothAnswer();
});

test('a process does not take the socket of one that lives', async () => {
  const file = path.join(site.state, 'run', 'web-1.sock');
  const first = site.processes.get('web-1');
  const second = site.start('web-1');
  assert.equal((await second.ended).code, 1);
  site.processes.set('web-1', first);
  await new Promise((resolve, reject) => {
    const socket = net.connect(file, () => { socket.end(); resolve(); }).on('error', reject);
  });
  assert.equal((await through(1, '/healthz')).status, 200);
});
