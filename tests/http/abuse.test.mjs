// Ten thousand hostile requests (lib/hostile.mjs) through a real nginx: nothing breaks,
// nothing ends, nothing grows, nothing changes, nothing comes back unescaped, and
// everybody else is served meanwhile. NTHPI_LONG sends 200,000.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { hostile, traces } from '../lib/hostile.mjs';
import { csrf } from '../lib/html.mjs';
import { Site, children, until } from '../lib/site.mjs';

const COUNT = process.env.NTHPI_LONG ? 200_000 : 10_000;
const CONNECTIONS = 16;

const site = await Site.start();
after(() => site.stop());

// What is there, and belongs to somebody.
const owner = site.visitor();
for (const [position, radix] of [[5, 10], [300, 10], [7, 16]]) await site.waitDone(await owner.submit(position, { radix }));

/** Resident memory of a process in MiB. */
const memory = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
/** How much of it may be new. Sanitizers keep for a while what was freed. */
const room = (pid) => (/lib[at]san/.test(fs.readFileSync(`/proc/${pid}/maps`, 'utf8')) ? 512 : 16);
const programs = () => [site.pid('nginx'), ...children(site.pid('nginx')), site.pid('fcgi'), site.pid('daemon')];
const rows = async () => ({
  rows: await site.summary(),
  askers: await site.sql('SELECT * FROM asker ORDER BY 1, 2'),
  events: await site.sql('SELECT count(*) AS n FROM event'),
  published: await site.sql('SELECT radix, length, sha256 FROM published ORDER BY radix'),
});

/**
 * Takes the first answer off TEXT (latin1): {status, headers, body, rest}; undefined
 * when it is not all there. `open`: more of it may come until the connection ends.
 */
function take(text, { head = false, over = false } = {}) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first, ...lines] = text.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.1 ([1-5]\d\d) /.exec(first)?.[1];
  assert.ok(status, `a status line: ${first.slice(0, 100)}`);
  const headers = lines.map((line) => {
    const found = /^([A-Za-z0-9-]+): ([^\r\n]*)$/.exec(line);
    assert.ok(found, `a header: ${line.slice(0, 100)}`);
    return [found[1].toLowerCase(), found[2]];
  });
  const answer = { status: Number(status), headers, body: '', rest: text.slice(end + 4) };
  const value = (name) => headers.find(([own]) => own === name)?.[1];
  if (head || status < 200 || status === '204' || status === '304') return answer;
  if (value('transfer-encoding') === 'chunked') {
    for (;;) {
      const size = /^([0-9a-f]+)\r\n/.exec(answer.rest);
      if (!size) return undefined;
      const begin = size[0].length;
      const length = parseInt(size[1], 16);
      if (answer.rest.length < begin + length + 2) return undefined;
      answer.body += answer.rest.slice(begin, begin + length);
      answer.rest = answer.rest.slice(begin + length + 2);
      if (length === 0) return answer;
    }
  }
  const length = value('content-length');
  if (length === undefined) {
    if (!over) return undefined;
    return { ...answer, body: answer.rest, rest: '' };
  }
  if (answer.rest.length < Number(length)) return undefined;
  answer.body = answer.rest.slice(0, length);
  answer.rest = answer.rest.slice(length);
  return answer;
}

// What nginx itself does not know: codings and versions to come.
const allowed = (status) => status < 500 || status === 501 || status === 505;

// How often there was which answer.
const statuses = new Map();

// What pages of other sites are told (fcgi/cors.h), whatever was asked.
const open = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Accept-Ranges, Content-Range, ETag, Preference-Applied, Retry-After',
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'If-None-Match, Prefer, Range',
  'access-control-max-age': '86400',
};

function check({ status, headers, body }) {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  assert.ok(allowed(status), `status ${status}: ${body.slice(0, 300)}`);
  for (const [name, text] of headers) {
    assert.doesNotMatch(name, traces.header);
    if (name === 'location') assert.match(text, /^\/(?!\/)/);
    if (name === 'set-cookie') assert.match(text, /^nthpi_owner=[\w-]+; Path=\//);
    if (name.startsWith('access-control')) assert.equal(text, open[name], name);
  }
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const found = type.startsWith('text/html') && traces.html.exec(body);
  if (found) assert.fail(`not escaped: ${body.slice(Math.max(0, found.index - 100), found.index + 100)}`);
}

/** A connection that hostile requests are sent on, one after the other. */
class Abuser {
  answered = 0;

  connect() {
    const socket = net.connect({ port: site.port, host: '127.0.0.1', allowHalfOpen: true });
    // The last words of one that was dropped are not those of its successor.
    const on = (event, act) => socket.on(event, (chunk) => {
      if (this.socket !== socket) return;
      act(chunk);
      this.changed?.();
    });
    this.text = '';
    this.over = false;
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    on('data', (chunk) => { this.text += chunk; });
    on('end', () => {
      this.over = true;
      socket.end();
    });
    on('close', () => { this.over = true; });
  }

  change() {
    return new Promise((resolve) => { this.changed = resolve; });
  }

  /** A request that is one: it gets one answer, and nothing follows. */
  async sendWhole(bytes) {
    let used = this.socket !== undefined && !this.over;
    if (!used) this.connect();
    const head = bytes.startsWith('HEAD ');
    this.socket.write(bytes, 'latin1');
    for (;;) {
      const answer = take(this.text, { head, over: this.over });
      if (answer?.status === 100) {
        this.text = answer.rest;
        continue;
      }
      if (answer) {
        assert.equal(answer.rest, '', 'one answer to one request');
        this.text = '';
        if (answer.headers.some(([name, text]) => name === 'connection' && text === 'close')) this.drop();
        check(answer);
        this.answered++;
        return;
      }
      if (this.over) {
        // As browsers do: whoever was used before may have been closed meanwhile.
        // (nginx ends connections that it said it would keep, after a 412 of a file.)
        assert.ok(used && this.text === '', `no answer: ${this.text.slice(0, 200)}`);
        this.connect();
        used = false;
        this.socket.write(bytes, 'latin1');
      }
      await this.change();
    }
  }

  /** A request that is none. When it has come nothing more does, so nobody waits. */
  async sendBroken(bytes) {
    this.drop();
    this.connect();
    this.socket.end(bytes, 'latin1');
    while (!this.over) await this.change();
    let rest = this.text;
    const head = bytes.startsWith('HEAD ');
    while (rest.startsWith('HTTP/')) {
      const answer = take(rest, { head, over: true });
      if (!answer) break; // the body was cut when the client had gone
      check(answer);
      rest = answer.rest;
      this.answered++;
    }
    assert.doesNotMatch(rest, /^HTTP\/1\.\d 5(?!01|05)/);
    this.drop();
  }

  drop() {
    this.socket?.destroy();
    this.socket = undefined;
  }
}

// The test would notice.
test('what must not come back is recognised', () => {
  for (const bad of ['<p><x5s></p>', '<input value="" x5s="1">', "<a title='' x5s='1'>", '<svg onload=x5s>', '<a href="javascript:x5s">']) {
    assert.match(bad, traces.html);
  }
  for (const good of ['&lt;x5s&gt;', 'value="&quot; x5s=&quot;1"', '%3Cx5s%3E']) assert.doesNotMatch(good, traces.html);
  for (const text of ['HTTP/1.1 200 OK\r\nX-Injected: 1\r\nContent-Length: 0\r\n\r\n', 'HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 303 See\r\nLocation: //evil.example\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<x5s>']) {
    assert.throws(() => check(take(text)), assert.AssertionError, text);
  }
  statuses.clear();
  // The same seed, the same requests; another one, others.
  const text = (seed) => [...hostile(200, seed)].map(({ bytes }) => bytes).join();
  assert.equal(text(1), text(1));
  assert.notEqual(text(1), text(2));
});

test(`${COUNT} hostile requests`, async (t) => {
  const before = await rows();
  const [pids, logs] = [programs(), site.logs.length];
  // The first ones fill what is kept anyway: caches, pools, tables of statements.
  const token = csrf((await site.get('/')).text);
  const requests = hostile(COUNT);
  const sent = { whole: 0, broken: 0 };
  const abusers = Array.from({ length: CONNECTIONS }, () => new Abuser());
  async function abuse(until_) {
    await Promise.all(abusers.map(async (abuser) => {
      while (sent.whole + sent.broken < until_) {
        const { value: next } = requests.next();
        if (!next) return;
        sent[next.whole ? 'whole' : 'broken']++;
        const bytes = next.whole && next.bytes.includes('{CSRF}')
          ? withToken(next.bytes, token) : next.bytes;
        try {
          await (next.whole ? abuser.sendWhole(bytes) : abuser.sendBroken(bytes));
        } catch (error) {
          error.message = `request ${next.number}: ${error.message}\n${JSON.stringify(bytes.slice(0, 600))}`;
          throw error;
        }
      }
    }));
  }

  let over = false;
  let served = 0;
  const visitor = site.visitor();
  const everybody = (async () => {
    while (!over) {
      for (const path_ of ['/', '/computations/1', '/pi/5.txt', '/healthz', '/updates?since=0']) {
        const answer = await visitor.get(path_);
        assert.equal(answer.status, 200, path_);
        served++;
      }
    }
  })();
  let sizes;
  try {
    await abuse(COUNT / 5);
    sizes = programs().map(memory);
    await abuse(COUNT);
  } finally {
    over = true;
    for (const abuser of abusers) abuser.drop();
    await everybody;
  }

  assert.deepEqual(programs(), pids, 'no process ended');
  assert.ok(served >= 20, 'everybody else was served');
  programs().forEach((pid, i) => {
    const grown = memory(pid) - sizes[i];
    assert.ok(grown < room(pid), `process ${pid} grew by ${grown} MiB`);
  });
  assert.deepEqual(await rows(), before, 'the database is as it was');
  assert.equal((await site.sql('PRAGMA integrity_check'))[0].integrity_check, 'ok');
  assert.deepEqual(site.logs.slice(logs).filter((line) => /error:|warning:|\[(alert|crit|emerg)\]|exited on signal/.test(line)), []);
  // The requests inside of others were never taken for requests.
  await until(() => fs.readFileSync(path.join(site.state, 'nginx', 'access.log'), 'utf8').includes('"id"'), 'a log');
  await site.kill('nginx', 'SIGQUIT'); // writes what it has in its buffers
  const log = fs.readFileSync(path.join(site.state, 'nginx', 'access.log'), 'utf8');
  assert.ok(!log.includes('"uri":"/smuggled"'), 'nothing was smuggled');
  for (const line of log.trim().split('\n')) JSON.parse(line);
  const answered = abusers.reduce((sum, abuser) => sum + abuser.answered, 0);
  assert.ok(answered >= sent.whole);
  for (const status of [200, 400, 403, 404, 405, 413, 414, 415, 422, 431, 501, 505]) {
    assert.ok(statuses.has(status), `some requests are answered ${status}`);
  }
  t.diagnostic([...statuses].sort().map(([status, n]) => `${status}: ${n}`).join(', '));
  t.diagnostic(`${sent.whole} whole and ${sent.broken} broken requests, ${answered} answers, ${served} of others`);
});

/** REQUEST with a token that is good in place of {CSRF}, and its length put right. */
function withToken(request, token) {
  const end = request.indexOf('\r\n\r\n');
  const body = request.slice(end + 4).replaceAll('{CSRF}', token);
  return `${request.slice(0, end).replace(/\r\nContent-Length: \d+/, `\r\nContent-Length: ${body.length}`)}\r\n\r\n${body}`;
}
