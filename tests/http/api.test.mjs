// The JSON API: asking, reading, lists, waiting, and the twins of every bad
// input of the form, as problem documents that name the field.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const all = '/api/v1/computations';
const post = (body, options) => site.api('POST', all, body, options);

function isProblem(answer, status, field) {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  const problem = answer.json();
  assert.equal(problem.status, status);
  assert.equal(typeof problem.title, 'string');
  if (field) assert.ok(JSON.stringify(problem).includes(field), JSON.stringify(problem));
  return problem;
}

test('asking answers 201 with Location, a token once, and every field', async () => {
  const answer = await post({ position: 1000, radix: 10, algorithm: 'auto' });
  assert.equal(answer.status, 201);
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.equal(answer.headers['set-cookie'], undefined);
  const made = answer.json();
  assert.equal(answer.headers.location.replace(site.url, ''), `${all}/${made.id}`);
  assert.equal(made.position, 1000);
  assert.equal(made.radix, 10);
  assert.equal(made.algorithm, 'auto');
  assert.ok(Number.isSafeInteger(made.revision) && made.revision > 0);
  const strings = Object.values(made).filter((value) => typeof value === 'string');
  assert.ok(strings.some((value) => value.length >= 32), 'an owner token');

  const done = await site.waitDone(made.id);
  for (const key of ['id', 'position', 'radix', 'algorithm', 'method', 'status', 'stage', 'digit',
    'window', 'progress', 'phase', 'eta_s', 'error', 'verified', 'attempts', 'created_at', 'stages',
    'wall_s', 'cpu_s', 'peak_kib', 'digits_per_s', 'worker', 'revision', 'links']) {
    assert.ok(key in done, `${key} is there`);
  }
  assert.ok(Math.abs(done.digits_per_s - 1000 / done.wall_s) < 1, `${done.digits_per_s}`);
  assert.equal(done.worker.daemon, 'main');
  assert.ok(done.worker.pid > 1 && done.worker.threads >= 1);
  assert.equal(done.digit, '9');
  assert.equal(done.window[0], '9');
  assert.ok(done.window.length >= 16, done.window);
  assert.match(done.method, /^(spigot|chudnovsky)$/);
  assert.equal(done.stage, 'stored');
  assert.equal(done.error, null);
  const names = ['registered', 'scheduled', 'taken', 'calculated', 'stored'];
  assert.deepEqual(Object.keys(done.stages), names);
  const times = names.map((name) => done.stages[name]);
  for (const time of [...times, done.created_at]) {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
  }
  assert.deepEqual([...times].sort(), times, 'stages follow each other');
  assert.equal(done.links.self, `${all}/${made.id}`);
  assert.equal(done.links.page, `/computations/${made.id}`);
  for (const link of Object.values(done.links)) {
    assert.equal((await site.get(link)).status, 200, link);
  }
  assert.ok(!JSON.stringify(done).includes(strings.find((value) => value.length >= 32)), 'no token');
});

test('asking again answers 200 with the same row', async () => {
  const first = await post({ position: 1001 });
  const second = await post({ position: 1001, algorithm: 'auto', radix: 10 });
  assert.equal(first.status, 201);
  assert.equal(second.status, 200);
  assert.equal(second.json().id, first.json().id);
});

test('radix and algorithm are part of the question', async () => {
  const ids = new Set();
  for (const [radix, algorithm] of [[10, 'auto'], [10, 'spigot'], [10, 'chudnovsky'], [16, 'auto'], [16, 'bbp'], [16, 'chudnovsky']]) {
    const answer = await post({ position: 500, radix, algorithm });
    assert.equal(answer.status, 201);
    ids.add(answer.json().id);
  }
  assert.equal(ids.size, 6);
  const digits = new Map();
  for (const id of ids) {
    const done = await site.waitDone(id);
    digits.set(`${done.radix} ${done.algorithm}`, done.digit);
    if (done.algorithm !== 'auto') assert.equal(done.method, done.algorithm);
  }
  assert.equal(new Set([...digits].filter(([key]) => key.startsWith('10')).map(([, digit]) => digit)).size, 1);
  assert.equal(new Set([...digits].filter(([key]) => key.startsWith('16')).map(([, digit]) => digit)).size, 1);
});

const badFields = [
  ['no position', {}, 'position'],
  ['position null', { position: null }, 'position'],
  ['position text', { position: '5' }, 'position'],
  ['position empty text', { position: '' }, 'position'],
  ['position fraction', { position: 1.5 }, 'position'],
  ['position negative', { position: -5 }, 'position'],
  ['position zero', { position: 0 }, 'position'],
  ['position true', { position: true }, 'position'],
  ['position list', { position: [5] }, 'position'],
  ['position above the limit', { position: 100_000_001 }, '100000000'],
  ['position above the limit of spigot', { position: 50_001, algorithm: 'spigot' }, '50000'],
  ['radix unknown', { position: 5, radix: 8 }, 'radix'],
  ['radix text', { position: 5, radix: '10' }, 'radix'],
  ['algorithm unknown', { position: 5, algorithm: 'agm' }, 'algorithm'],
  ['algorithm number', { position: 5, algorithm: 1 }, 'algorithm'],
  ['algorithm without that radix', { position: 5, radix: 16, algorithm: 'spigot' }, 'radix'],
  ['bbp in radix 10', { position: 5, radix: 10, algorithm: 'bbp' }, 'radix'],
  ['markup', { position: 5, algorithm: '<script>"\'&' }, 'algorithm'],
];
for (const [name, body, word] of badFields) {
  test(`422: ${name}`, async () => {
    const answer = await post(body);
    const problem = isProblem(answer, 422);
    assert.ok(JSON.stringify(problem).replace(/(?<=\d)[,. \u202f](?=\d{3})/g, '').includes(word), answer.text);
  });
}

test('a position of 40 digits and one with an exponent are refused', async () => {
  for (const position of ['1'.repeat(40), '1e400', '1e6', '18446744073709551617']) {
    const answer = await post(`{"position":${position}}`);
    assert.ok([400, 422].includes(answer.status), `${position}: ${answer.status}`);
    isProblem(answer, answer.status);
  }
});

const broken = ['', '{', '[]x', 'position=5', '{"position":5', '{"position":5}}', '{position:5}',
  '{"position":5,}', '\u0000', '{"position":5}\u0000', '"\ud800"', '['.repeat(5000), '{"a":'.repeat(2500)];
for (const body of broken) {
  test(`400: broken JSON ${JSON.stringify(body.slice(0, 20))}`, async () => {
    isProblem(await post(body), 400);
  });
}

test('JSON that is no object, and repeated members, are refused', async () => {
  for (const body of ['[]', '5', 'null', '"x"', 'true']) {
    const answer = await post(body);
    assert.ok([400, 422].includes(answer.status), `${body}: ${answer.status}`);
    isProblem(answer, answer.status);
  }
  isProblem(await post('{"position":5,"position":6}'), 400);
});

test('bytes that are not UTF-8 are refused', async () => {
  const answer = await site.get(all, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  });
  isProblem(answer, 400);
});

test('wrong content type 415, body over the limit 413', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
    isProblem(await post('{"position":5}', { headers: { 'content-type': type } }), 415);
  }
  assert.ok((await post('{"position":5}', { headers: { 'content-type': 'application/json; charset=utf-8' } })).status < 300);
  isProblem(await post(JSON.stringify({ position: 5, filler: 'x'.repeat(17_000) })), 413);
  isProblem(await post(JSON.stringify({ position: 5, filler: 'x'.repeat(3 << 20) })), 413);
});

test('another site cannot ask through somebody\'s browser', async () => {
  isProblem(await post({ position: 4242 }, {
    headers: { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
  }), 403);
  assert.deepEqual((await site.api('GET', `${all}?position=4242`)).json().computations, []);
});

test('the list: order, filters, limit and pages', async () => {
  for (let position = 100; position < 112; position++) await site.ask(position);
  await site.ask(100, { radix: 16 });
  const wait = await site.api('GET', all);
  assert.equal(wait.status, 200);
  const page = wait.json();
  assert.ok(Number.isSafeInteger(page.revision));
  assert.ok('next' in page);

  for (const { id } of page.computations) await site.waitDone(id);
  const whole = (await site.api('GET', `${all}?limit=100`)).json().computations;
  const ids = whole.map(({ id }) => id);
  assert.deepEqual(ids, [...ids].sort((a, b) => b - a), 'newest first');

  const seen = [];
  let path = `${all}?limit=5`;
  for (let i = 0; i < 50 && path; i++) {
    const { computations, next } = (await site.api('GET', path)).json();
    assert.ok(computations.length <= 5);
    seen.push(...computations.map(({ id }) => id));
    path = next && (next.startsWith('/') ? next : `${all}?limit=5&after=${next}`);
  }
  assert.deepEqual(seen, ids, 'pages cover every row once');

  const query = async (text) => (await site.api('GET', `${all}?limit=100&${text}`)).json().computations;
  assert.ok((await query('radix=16')).every(({ radix }) => radix === 16));
  assert.ok((await query('algorithm=bbp')).every(({ algorithm }) => algorithm === 'bbp'));
  assert.deepEqual(await query('status=failed'), []);
  assert.equal((await query('position=100')).length, 2);
  assert.equal((await query('position=100&radix=16')).length, 1);
});

test('the list waits for news with Prefer', async () => {
  const { revision } = (await site.api('GET', all)).json();
  const quick = await site.api('GET', `${all}?since=${revision}`);
  assert.ok([200, 304].includes(quick.status));
  const waiting = site.api('GET', `${all}?since=${revision}`, undefined, { headers: { prefer: 'wait=60' } });
  const { id } = await site.ask(7001);
  const answer = await waiting;
  assert.equal(answer.status, 200);
  assert.ok(answer.json().revision > revision);
  await site.waitDone(id);
});

test('one row waits for news with Prefer', async () => {
  const made = await site.ask(7002);
  const last = await site.waitDone(made.id);
  const same = await site.api('GET', `${all}/${made.id}`, undefined,
    { headers: { 'if-none-match': `"${last.revision}"`, prefer: 'wait=0' } });
  assert.equal(same.status, 304);
  // Any other revision than its own is answered: an older one, and the list's, which is newer.
  await site.ask(7003);
  const { revision } = (await site.api('GET', all)).json();
  assert.ok(revision > last.revision);
  for (const [since, status] of [[last.revision, 304], [last.revision - 1, 200], [revision, 200], [revision + 1000, 200]]) {
    const answer = await site.api('GET', `${all}/${made.id}?since=${since}`, undefined, { headers: { prefer: 'wait=2' } });
    assert.equal(answer.status, status, `since=${since}`);
  }
  const slow = (await site.ask(150_000, { algorithm: 'chudnovsky' })).id;
  let known = (await site.api('GET', `${all}/${slow}`)).json();
  for (let i = 0; known.status !== 'done'; i++) {
    assert.ok(i < 200, 'it ends');
    assert.notEqual(known.status, 'failed');
    const answer = await site.api('GET', `${all}/${slow}?since=${known.revision}`, undefined,
      { headers: { prefer: 'wait=60' } });
    if (answer.status === 304) continue;
    assert.equal(answer.status, 200);
    assert.ok(answer.json().revision > known.revision, 'only news ends the wait');
    known = answer.json();
  }
});
