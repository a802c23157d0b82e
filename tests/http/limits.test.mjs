// What one visitor may ask for: nginx's limits of rate, connections, sizes and time,
// and those of nthpi-fcgi for what one visitor and one address have set off.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { csrf, element, filled, text } from '../lib/html.mjs';
import { form } from '../lib/http.mjs';
import { Api } from '../lib/openapi.mjs';
import { Site, freePort, source, until } from '../lib/site.mjs';

const limited = fs.readFileSync(path.join(source, 'conf', 'nthpi-limited.nginx'), 'utf8').replace(/^#.*\n/gm, '');
const timeouts = /(client_(?:header|body)_timeout) 10s;/g;
const impatient = await freePort();

/** nginx.conf where visitors come from where X-Real-IP says. Two things are other than in
 * the examples, so that nothing here depends on how fast this machine is. This process is
 * hundreds of clients, who may keep a server waiting while others have their turn: those
 * who are slow on purpose have a server of their own, whose time-outs are short. And of
 * what a burst took next to nothing comes back meanwhile. */
function change(conf) {
  const limits = (timeout) => `${limited.replace(timeouts, `$1 ${timeout};`)}
    set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;`;
  const copy = path.join(this.state, 'nthpi-limits.nginx');
  const rates = fs.readFileSync(path.join(source, 'conf', 'nthpi-limits.nginx'), 'utf8');
  assert.equal(rates.match(/ rate=\d+r\/s;/g).length, 3);
  fs.writeFileSync(copy, rates.replace(/ rate=\d+r\/s;/g, ' rate=1r/m;'));
  const [server] = /^ {4}server \{\n[^]*?^ {4}\}\n/m.exec(conf);
  const serverOf = (port, timeout) => server.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)
    .replace(/include [^;]*nthpi-limited\.nginx;/, limits(timeout));
  return conf.replace(/include [^;]*nthpi-limits\.nginx;/, `include ${copy};`)
    .replace(server, serverOf(this.port, '75s') + serverOf(impatient, '3s'));
}

// Without a daemon rows stay queued.
const site = await Site.start({
  limited: true,
  options: { 'visitor-limit': 3, 'address-limit': 5 },
  processes: ['nginx', 'fcgi'],
  nginx: change,
});
after(() => site.stop());

test('the time-outs are what this is about', () => assert.equal(limited.match(timeouts).length, 2));

const all = '/api/v1/computations';
const from = (address, more = {}) => ({ headers: { 'x-real-ip': address, ...more } });
const count = (answers, status) => answers.filter((answer) => answer.status === status).length;

// The statuses of N times REQUEST (or of the requests in it), sent on one connection
// without a pause.
function pipeline(n, request, { port } = site) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(request.repeat(n).replace(/\r\n$/, 'Connection: close\r\n\r\n'));
    });
    let whole = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => { whole += chunk; });
    socket.on('error', reject);
    socket.on('close', () => resolve([...whole.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => Number(status))));
  });
}
const bare = (address, path_, method = 'GET') =>
  `${method} ${path_} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Real-IP: ${address}\r\n`
  + `${method === 'POST' ? 'Content-Length: 0\r\n' : ''}\r\n`;

test('a class of 30 behind one address is served, all at the same moment', async () => {
  const pupil = async (i) => {
    const where = from('198.51.100.1', { accept: 'text/html' });
    const page = await site.get('/', where);
    const files = [...page.text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, file]) => file);
    assert.ok(files.length >= 3);
    const answers = await Promise.all([...files.map((file) => site.get(file, where)),
      site.get('/updates?since=0', where)]);
    // Twice, as everybody does. (What they ask for is there already, but for one.)
    for (let k = 0; k < 2; k++) {
      answers.push(await site.get('/computations', {
        method: 'POST',
        headers: { ...where.headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: form({ position: `${1 + i % 3}`, csrf: csrf(page.text) }),
      }));
    }
    return [page, ...answers];
  };
  const answers = (await Promise.all(Array.from({ length: 30 }, (_, i) => pupil(i)))).flat();
  assert.deepEqual(answers.filter(({ status }) => ![200, 303, 304].includes(status)).map(({ status, text: said }) =>
    `${status} ${text(said)}`), []);
  assert.equal(count(answers, 303), 60);
});

test('a school opens the page 200 times at the same moment, for the first time', async () => {
  // With the rates as they are. (200 browsers take their time in one process.)
  const school = await Site.start({ limited: true, processes: ['nginx', 'fcgi'],
    nginx: (conf) => conf.replace(/include [^;]*nthpi-limited\.nginx;/, limited.replace(timeouts, '$1 75s;')) });
  try {
    const visit = async () => {
      const page = await school.get('/', { headers: { accept: 'text/html' } });
      const wanted = [...page.text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, file]) => file)
        .concat('/updates?since=0').map((file) => bare('127.0.0.1', file));
      const statuses = [page.status, ...await pipeline(1, wanted.join(''), school)];
      assert.equal(statuses.length, 1 + wanted.length);
      return statuses;
    };
    const visits = await Promise.all(Array.from({ length: 200 }, visit));
    assert.ok(visits[0].length >= 9, 'all that a page asks for');
    // A poll of a site without rows has nothing to tell.
    assert.deepEqual(visits.flat().filter((status) => ![200, 304].includes(status)), []);
  } finally {
    await school.stop();
  }
});

test('files of a page that came are no part of the rate', async () => {
  const { text: page } = await site.get('/', from('198.51.100.9', { accept: 'text/html' }));
  const [, file] = /src="(\/static\/[^"]+\.js)"/.exec(page);
  assert.deepEqual([...new Set(await pipeline(4000, bare('198.51.100.9', file, 'HEAD')))], [200]);
  // What is not named by its content is.
  assert.ok((await pipeline(4000, bare('198.51.100.9', '/static/none', 'HEAD'))).includes(429));
});

test('a flood of requests is cut, and nobody else suffers', async () => {
  const [flood, other] = await Promise.all([
    pipeline(4000, bare('198.51.100.2', '/robots.txt')), site.get('/', from('198.51.100.3'))]);
  assert.equal(flood.length, 4000);
  assert.ok(flood.filter((status) => status === 200).length >= 1000, 'the burst');
  assert.ok(flood.includes(429), 'and no more');
  assert.deepEqual([...new Set(flood)].sort(), [200, 429]);
  assert.equal(other.status, 200);
  assert.equal((await site.get('/', from('198.51.100.3'))).status, 200);
});

test('what changes something has a limit of its own', async () => {
  const statuses = await pipeline(400, bare('198.51.100.4', '/computations', 'POST'));
  assert.ok(statuses.filter((status) => status === 415).length >= 60);
  assert.ok(statuses.filter((status) => status === 429).length >= 200);
  assert.equal((await site.get('/', from('198.51.100.4'))).status, 200, 'reading goes on');
  const refused = await site.api('DELETE', `${all}/1`, undefined, from('198.51.100.4'));
  assert.equal(refused.status, 429);
  assert.match(refused.headers['content-type'], /^application\/problem\+json/);
  assert.equal(refused.json().status, 429);
  assert.match(refused.json().detail, /^Too many requests/);
  const russian = await site.api('DELETE', `${all}/1`, undefined,
    { headers: { ...from('198.51.100.4').headers, 'accept-language': 'ru' } });
  assert.match(russian.json().detail, /слишком много запросов/);
  assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
  const page = await site.get('/computations', { method: 'POST', ...from('198.51.100.4') });
  assert.equal(page.status, 429);
  assert.match(page.headers['retry-after'], /^[1-9]\d*$/);
  assert.match(text(page.text), /too many requests/);
});

test('searches have a limit, in JSON for who asks for that', async () => {
  const statuses = await pipeline(900, bare('198.51.100.6', '/search?q=1'));
  assert.ok(statuses.filter((status) => status === 200).length >= 250, 'the burst');
  assert.ok(statuses.includes(429));
  const answers = {};
  for (const accept of ['application/json', 'text/html']) {
    answers[accept] = await site.get('/search?q=1', from('198.51.100.6', { accept }));
    assert.equal(answers[accept].status, 429, accept);
  }
  new Api((await site.get('/api/openapi.json', from('198.51.100.7'))).json())
    .check('GET', '/search?q=1', answers['application/json']);
  assert.match(answers['text/html'].headers['content-type'], /^text\/html/);
});

test('IPv6 is limited by what one subscriber has', async () => {
  const statuses = await pipeline(400, bare('2001:db8:1:1::1', '/computations', 'POST'));
  assert.ok(statuses.includes(429));
  const post = (address) => site.get('/computations', { method: 'POST', ...from(address) });
  assert.equal((await post('2001:db8:1:1:ffff::2')).status, 429, 'the same network');
  assert.equal((await post('2001:db8:1:2::1')).status, 415, 'another one');
});

test('connections of one address', async () => {
  const { revision } = (await site.get('/updates?since=0', from('198.51.100.5'))).json();
  const sockets = [];
  let refused = 0;
  let open = 0;
  const poll = (address) => {
    const socket = net.connect(site.port, '127.0.0.1', () => {
      open++;
      socket.write(`GET /updates?since=${revision} HTTP/1.1\r\nHost: x\r\nX-Real-IP: ${address}\r\nPrefer: wait=60\r\n\r\n`);
    });
    socket.on('data', (chunk) => { refused += /^HTTP\/1\.1 429 /.test(chunk.toString('latin1')); });
    socket.on('error', () => {});
    sockets.push(socket);
  };
  try {
    for (let i = 0; i < 520; i++) poll('198.51.100.5');
    await until(() => open === 520 && refused === 20, '20 of 520 polls to be refused');
    assert.equal((await site.get('/', from('198.51.100.5'))).status, 429);
    assert.equal((await site.get('/', from('198.51.100.6'))).status, 200);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  // (Each look is a request of the burst.)
  await until(async () => (await site.get('/', from('198.51.100.5'))).status === 200, 'room again', { every: 250 });
});

// Resolves to what came until the server closed, after the first bytes and then one
// more every 50 ms.
function drip(first, rest) {
  return new Promise((resolve) => {
    const socket = net.connect(impatient, '127.0.0.1', () => socket.write(first));
    let whole = '';
    let sent = 0;
    const timer = setInterval(() => socket.write(rest(sent++)), 50);
    socket.on('data', (chunk) => { whole += chunk; });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(whole);
    });
  });
}

test('slow clients: heads and bodies that never end', async () => {
  const head = 'GET / HTTP/1.1\r\nHost: x\r\n';
  const slow = [
    ...Array.from({ length: 100 }, (_, i) => drip(`${head}X-Real-IP: 203.0.113.${i}\r\n`, (n) => `X-${n}: ${n}\r\n`)),
    ...Array.from({ length: 50 }, () => drip('G', () => 'E')),
    // A body stops after half of it; how long gaps may be is limited, not the whole.
    ...Array.from({ length: 50 }, (_, i) => drip(`POST /computations HTTP/1.1\r\nHost: x\r\nX-Real-IP: 203.0.113.${100 + i}\r\n`
      + 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 40\r\n\r\n', (n) => (n < 20 ? 'x' : ''))),
  ];
  let over = false;
  const ended = Promise.all(slow).then((answers) => {
    over = true;
    return answers;
  });
  // Everybody else is served meanwhile.
  let served = 0;
  while (!over) {
    assert.equal((await site.get('/', from('198.51.100.7'))).status, 200);
    served += !over;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(served > 0, 'while they were there');
  for (const answer of await ended) assert.match(answer, /^(HTTP\/1\.1 4\d\d |$)/);
});

// ---- what one visitor and one address have set off

const ask = (position, { address, token, ...more }) =>
  site.api('POST', all, { position }, { token, headers: { 'x-real-ip': address, ...more } });

test('a visitor has a limit: JSON', async () => {
  const address = '203.0.113.201';
  const { owner_token: token } = (await ask(1001, { address })).json();
  for (const position of [1002, 1003]) assert.equal((await ask(position, { address, token })).status, 201);
  const refused = await ask(1004, { address, token });
  assert.equal(refused.status, 429);
  assert.match(refused.headers['content-type'], /^application\/problem\+json/);
  assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
  assert.equal(refused.json().status, 429);
  assert.match(refused.json().detail, /3 computations of one visitor/);
  assert.equal((await ask(1003, { address, token })).status, 200, 'what is there is found');
  const { id } = (await ask(1001, { address, token })).json();
  const bearer = { token, headers: { 'x-real-ip': address } };
  assert.equal((await site.api('POST', `${all}/${id}/cancel`, undefined, bearer)).status, 200);
  assert.equal((await ask(1004, { address, token })).status, 201, 'one ended: there is room');
  const retry = await site.api('POST', `${all}/${id}/retry`, undefined, bearer);
  assert.equal(retry.status, 429, 'trying again counts, too');
  // Without the token he is nobody we know; the address has room for one more.
  assert.equal((await ask(1005, { address })).status, 201);
  assert.equal((await ask(1006, { address })).status, 201);
  const full = await ask(1007, { address });
  assert.equal(full.status, 429);
  assert.match(full.json().detail, /5 computations from one network address/);
  assert.equal(full.json().owner_token, undefined);
  assert.equal((await ask(1007, { address: '203.0.113.202' })).status, 201, 'somebody else');
});

test('a visitor has a limit: the form comes back filled in', async () => {
  const visitor = site.visitor();
  const headers = { 'x-real-ip': '203.0.113.210' };
  const post = async (position) => visitor.post('/computations', { position, radix: '16', algorithm: 'bbp',
    csrf: csrf((await site.get('/', { headers })).text) }, { headers });
  for (const position of ['2001', '2002', '2003']) assert.equal((await post(position)).status, 303);
  const refused = await post('2004');
  assert.equal(refused.status, 429);
  assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
  assert.match(refused.headers['content-type'], /^text\/html/);
  assert.match(text(element(refused.text, 'p', { class: 'notice' }).inner), /3 computations of one visitor/);
  const shown = filled(refused.text);
  assert.deepEqual([shown.position, shown.radix, shown.algorithm], ['2004', '16', 'bbp']);
});

test('cookies in stock are no way round the address', async () => {
  const address = '2001:db8:7:7::1';
  const tokens = [];
  for (let i = 0; i < 4; i++) {
    // What exists gives a cookie for nothing.
    tokens.push((await ask(1007, { address })).json().owner_token);
  }
  const statuses = [];
  for (let i = 0; i < 8; i++) {
    statuses.push((await ask(3000 + i, { address: `2001:db8:7:7::${i}`, token: tokens[i % 4] })).status);
  }
  assert.deepEqual(statuses, [201, 201, 201, 201, 201, 429, 429, 429]);
});

test('at the same moment no more get in', async () => {
  const address = '203.0.113.220';
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(4000 + i, { address })));
  assert.equal(count(answers, 201), 5);
  assert.equal(count(answers, 429), 25);
});

test('addresses are kept as hashes, while the computation lasts', async () => {
  const dump = (await site.sql('SELECT * FROM charge')).map((row) => JSON.stringify(row)).join('\n');
  assert.match(dump, /"address":"[0-9a-f]{64}"/);
  assert.doesNotMatch(dump, /203\.0|2001:db8/);
  const [{ id }] = await site.sql('SELECT max(computation_id) AS id FROM charge');
  assert.equal((await site.tool('cancel', String(id))).code, 0);
  assert.deepEqual(await site.sql(`SELECT * FROM charge WHERE computation_id = ${id}`), []);
});
