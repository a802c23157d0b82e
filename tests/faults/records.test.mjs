// Records malformed on purpose, to the socket of the real nthpi-fcgi. Whatever comes, it
// stays the same process, answers everybody else, and keeps no file and no memory of it.
// (What exactly is answered to each record: tests/unit/test_records*.c.)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as fcgi from '../lib/fcgi.mjs';
import { Site, until } from '../lib/site.mjs';

const MANY = process.env.NTHPI_LONG ? 20_000 : 2_000;
const SOME_MEMORY = 8 << 20;
const SOME_FILES = 16; // nginx keeps some connections, now more, now less
const WAITING = 50;
const post = fcgi.request('/computations', {
  method: 'POST',
  body: 'position=0&radix=10',
  headers: { CONTENT_TYPE: 'application/x-www-form-urlencoded', HTTP_HOST: 'localhost' },
});
let site;
let socket;
let pid;

before(async () => {
  site = await Site.start({ options: { threads: 2 } });
  socket = path.join(site.state, 'run', 'fcgi-1.sock');
  pid = site.pid('fcgi');
});
after(() => site.stop());

const files = () => fs.readdirSync(`/proc/${pid}/fd`).length;
const memory = () =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
// Sanitizers keep what was freed for a while.
const sanitized = () => /lib[at]san/.test(fs.readFileSync(`/proc/${pid}/maps`, 'utf8'));

// The same process, and both of its threads, serve.
async function serves() {
  for (let i = 0; i < 4; i++) assert.equal((await site.get('/')).status, 200);
  const answer = await fcgi.exchange(socket, fcgi.request('/nope', { keep: false }));
  const { list, rest } = fcgi.records(answer);
  assert.match(list[0].content.toString(), /^Status: 404 /);
  assert.equal(list.at(-1).type, fcgi.END);
  assert.equal(rest.length, 0);
  assert.equal(site.processes.get('fcgi').result, undefined);
  assert.equal(site.pid('fcgi'), pid);
}

// What comes back must be whole records whatever was sent.
async function abuse(inputs, limit = 16) {
  let next = 0;
  let answered = 0;
  const turn = async () => {
    while (next < inputs.length) {
      const { list, rest } = fcgi.records(await fcgi.exchange(socket, inputs[next++]));
      assert.equal(rest.length, 0, inputs[next - 1].toString('hex'));
      answered += list.length > 0;
    }
  };
  await Promise.all(Array.from({ length: limit }, turn));
  return answered;
}

test('a request cut at every byte', async () => {
  const cuts = Array.from(post, (_, i) => post.subarray(0, i));
  assert.equal(await abuse(cuts), 0);
  assert.equal(await abuse([post]), 1);
  await serves();
});

test('names and values of absurd lengths', async () => {
  const max = [0xff, 0xff, 0xff, 0xff];
  const lengths = [[...max, ...max], [...max, 0], [0, ...max], [0x80, 2, 0, 0, 0],
    [0xff, 0xff, 0xff, 0xfe, 0x80, 0, 0, 1], [127, 127], [0x80]];
  await abuse(lengths.flatMap((pair) => [
    Buffer.concat([fcgi.begin(), fcgi.record(fcgi.PARAMS, 1, pair), fcgi.record(fcgi.PARAMS, 1),
      fcgi.record(fcgi.STDIN, 1)]),
    fcgi.record(fcgi.GET_VALUES, 0, pair),
    Buffer.concat([fcgi.begin(), fcgi.record(fcgi.GET_VALUES, 0, pair)]),
  ]));
  await serves();
});

test('more management records than any answer has room for', async () => {
  const names = fcgi.pairs({ FCGI_MAX_CONNS: '', FCGI_MAX_REQS: '', FCGI_MPXS_CONNS: '' });
  const many = fcgi.record(fcgi.GET_VALUES, 0, Buffer.concat(Array(1200).fill(names)));
  const { list } = fcgi.records(await fcgi.exchange(socket,
    Buffer.concat([many, fcgi.record(99, 0, 'what'), fcgi.request('/nope', { keep: false })])));
  assert.deepEqual(list.map(({ type }) => type),
    [fcgi.GET_VALUES_RESULT, fcgi.UNKNOWN_TYPE, fcgi.STDOUT, fcgi.STDOUT, fcgi.END]);
  assert.match(list[0].content.toString('latin1'),
    /^..FCGI_MAX_CONNS\d+..FCGI_MAX_REQS\d+\x0f\x01FCGI_MPXS_CONNS0$/s);
  await serves();
});

test('requests mixed on one connection', async () => {
  const body = fcgi.pairs({ REQUEST_METHOD: 'GET', REQUEST_URI: '/nope' });
  const { list } = fcgi.records(await fcgi.exchange(socket, Buffer.concat([
    fcgi.begin(1, { keep: false }), fcgi.begin(2), fcgi.record(fcgi.PARAMS, 2, body),
    fcgi.record(fcgi.PARAMS, 1, body), fcgi.record(fcgi.STDIN, 2), fcgi.record(fcgi.PARAMS, 1),
    fcgi.record(fcgi.ABORT, 2), fcgi.record(fcgi.STDIN, 1)])));
  assert.deepEqual([list[0].type, list[0].id, list[0].content[4]], [fcgi.END, 2, 1]);
  assert.match(list[1].content.toString(), /^Status: 404 /);
  assert.deepEqual(new Set(list.slice(1).map(({ id }) => id)), new Set([1]));
  await serves();
});

test('requests aborted while they wait', async () => {
  const waiting = async () => (await site.get('/healthz')).json().waiters;
  const poll = fcgi.request('/updates', {
    headers: { HTTP_IF_NONE_MATCH: `"${(await site.get('/healthz')).json().revision}"`,
      HTTP_PREFER: 'wait=60' },
  });
  const before = files();
  const sockets = await Promise.all(Array.from({ length: WAITING }, () => new Promise((resolve) => {
    const one = net.connect(socket, () => one.write(poll, () => resolve(one)));
    one.on('error', () => {}); // it is closed with the abort unread
  })));
  await until(async () => (await waiting()) === WAITING, 'all to wait');
  for (const one of sockets) one.write(fcgi.record(fcgi.ABORT, 1));
  await until(async () => (await waiting()) === 0, 'none to wait');
  for (const one of sockets) one.destroy();
  await until(() => files() < before + SOME_FILES, 'their connections to be closed');
  await serves();
});

test(`${MANY} requests with some bytes changed leave nothing behind`, async () => {
  let seed = 1;
  const random = (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  const base = [post, fcgi.request('/'), fcgi.request('/pi/10'),
    Buffer.concat([fcgi.record(fcgi.GET_VALUES, 0, fcgi.pairs({ FCGI_MAX_REQS: '' })), post])];
  const inputs = (count) => Array.from({ length: count }, () => {
    const bytes = Buffer.from(base[random(base.length)]);
    for (let i = random(4); i >= 0; i--) bytes[random(bytes.length)] = random(256);
    return random(3) ? bytes : bytes.subarray(0, random(bytes.length));
  });
  await abuse(inputs(500));
  await serves();
  await site.get('/');
  const filesBefore = files();
  const memoryBefore = memory();
  assert.ok(await abuse(inputs(MANY)) > 0);
  await serves();
  await until(() => files() < filesBefore + SOME_FILES, 'all connections to be closed');
  const grown = memory() - memoryBefore;
  if (!sanitized()) assert.ok(grown < SOME_MEMORY, `${grown} bytes more`);
});
