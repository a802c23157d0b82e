// The form: what it accepts, and every kind of bad input with its status, its
// message beside the field, and the form still filled in.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { attributes, element, errors, filled, rows, tags } from '../lib/html.mjs';
import { idOfRedirect } from '../lib/http.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start();
after(() => site.stop());

const plain = (text) => text.replace(/(?<=\d)[\s,.\u00a0\u202f](?=\d{3})/g, '');

async function rowCount() {
  return (await site.sql('SELECT count(*) AS n FROM computation'))[0].n;
}

// Sends the form; it must be refused with 422, a message beside FIELD, the form
// filled in as it was sent, and nothing stored. Resolves to the message.
async function refused(fields, field, options) {
  const before = await rowCount();
  const answer = await site.visitor().post('/computations', fields, options);
  assert.equal(answer.status, 422);
  assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/i);
  assert.equal(answer.headers['set-cookie'], undefined);
  const messages = errors(answer.text);
  assert.deepEqual(Object.keys(messages), [field]);
  assert.ok(messages[field].length > 5, `a message for ${field}: ${messages[field]}`);
  const shown = filled(answer.text);
  if (fields.position !== undefined) assert.equal(shown.position, fields.position);
  if (['10', '16'].includes(fields.radix)) assert.equal(shown.radix, fields.radix);
  if (['auto', 'spigot', 'chudnovsky', 'bbp'].includes(fields.algorithm)) {
    assert.equal(shown.algorithm, fields.algorithm);
  }
  const input = tags(element(answer.text, 'form', { id: 'new' }).inner, 'input')
    .find(({ name }) => name === field);
  if (input && input.type !== 'radio') assert.equal(input['aria-invalid'], 'true');
  assert.equal(await rowCount(), before);
  return messages[field];
}

const badPositions = [
  ['empty', ''],
  ['only spaces', '   '],
  ['letters', 'abc'],
  ['negative', '-5'],
  ['zero', '0'],
  ['a fraction by an exponent', '1e-6'],
  ['a fraction', '1.5'],
  ['other digits', '٣'],
  ['a plus sign', '+7'],
  ['hexadecimal', '0x10'],
  ['two numbers', '1 2'],
  ['40 digits', '1'.repeat(40)],
  ['above 64 bits', '18446744073709551617'],
];
for (const [name, position] of badPositions) {
  test(`position: ${name}`, async () => {
    await refused({ position, radix: '10', algorithm: 'auto' }, 'position');
  });
}

test('position missing', async () => {
  await refused({ radix: '10', algorithm: 'auto' }, 'position');
});

test('different mistakes get different messages', async () => {
  const messages = new Set();
  for (const position of ['', 'abc', '-5', '0', '1.5', '9'.repeat(40)]) {
    messages.add(await refused({ position, radix: '10', algorithm: 'auto' }, 'position'));
  }
  assert.equal(messages.size, 6);
});

const limits = [
  ['10', 'auto', 100_000_000],
  ['10', 'spigot', 50_000],
  ['10', 'chudnovsky', 100_000_000],
  ['16', 'bbp', 10_000_000_000],
  ['16', 'auto', 10_000_000_000],
];
for (const [radix, algorithm, limit] of limits) {
  test(`position above the limit of ${algorithm} in radix ${radix}: the message names it`, async () => {
    for (const position of [String(limit + 1), '1' + '0'.repeat(39)]) {
      const message = await refused({ position, radix, algorithm }, 'position');
      assert.ok(plain(message).includes(String(limit)), message);
    }
  });
}

test('spigot knows no radix 16, bbp no radix 10', async () => {
  for (const [radix, algorithm] of [['16', 'spigot'], ['10', 'bbp']]) {
    const answer = await site.visitor().post('/computations', { position: '5', radix, algorithm });
    assert.equal(answer.status, 422);
    const messages = errors(answer.text);
    const [field] = Object.keys(messages);
    assert.match(field, /^(radix|algorithm)$/);
    assert.equal(filled(answer.text).radix, radix);
    assert.equal(filled(answer.text).algorithm, algorithm);
    assert.equal(filled(answer.text).position, '5');
  }
});

for (const radix of ['', '2', '8', '010', '10 ', 'ten', '-10']) {
  test(`unknown radix '${radix}'`, async () => {
    await refused({ position: '5', radix, algorithm: 'auto' }, 'radix');
  });
}

for (const algorithm of ['', 'Spigot', 'agm', 'auto ', 'bbp\n']) {
  test(`unknown algorithm ${JSON.stringify(algorithm)}`, async () => {
    await refused({ position: '5', radix: '10', algorithm }, 'algorithm');
  });
}

test('white space around a position is dropped', async () => {
  for (const position of [' 42 ', '\t42\r\n', '0042']) {
    const answer = await site.visitor().post('/computations',
      { position, radix: '10', algorithm: 'auto' });
    assert.equal(answer.status, 303, position);
    const id = idOfRedirect(answer);
    assert.equal((await site.sql(`SELECT position FROM computation WHERE id = ${id}`))[0].position, 42);
  }
});

// The form came back as it was sent, with a token that works.
function assertKept(answer, { position, radix, algorithm }) {
  const shown = filled(answer.text);
  assert.deepEqual([shown.position, shown.radix, shown.algorithm], [position, radix, algorithm]);
  assert.ok(shown.csrf.length >= 20);
}

test('a form that was refused for its token can be sent again as it is', async () => {
  const visitor = site.visitor();
  const sent = { position: '81', radix: '16', algorithm: 'bbp' };
  const refused = await visitor.post('/computations', { ...sent, csrf: 'old' });
  assert.equal(refused.status, 403);
  assert.match(refused.text, /class="notice" role="alert"/);
  const { position, radix, algorithm, csrf } = filled(refused.text);
  const answer = await visitor.post('/computations', { position, radix, algorithm, csrf });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers['cache-control'], 'no-store');
});

test('a repeated field is a bad request', async () => {
  const before = await rowCount();
  for (const name of ['position', 'radix', 'algorithm', 'csrf']) {
    const visitor = site.visitor();
    const page = (await visitor.get('/')).text;
    const token = filled(page).csrf;
    const fields = [['position', '77'], ['radix', '16'], ['algorithm', 'bbp'], ['csrf', token]];
    fields.push(fields.find(([own]) => own === name));
    const answer = await visitor.post('/computations', fields);
    assert.equal(answer.status, 400, name);
    assert.match(answer.headers['content-type'], /^text\/html/);
    assertKept(answer, { position: '77', radix: '16', algorithm: 'bbp' });
    if (name !== 'csrf') assert.deepEqual(Object.keys(errors(answer.text)), [name]);
  }
  assert.equal(await rowCount(), before);
});

test('CSRF: missing, empty, invented and altered tokens are refused', async () => {
  const before = await rowCount();
  const visitor = site.visitor();
  const token = filled((await visitor.get('/')).text).csrf;
  assert.ok(token.length >= 20);
  const altered = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
  for (const csrf of [null, '', 'x', 'a'.repeat(64), altered, token.slice(0, -1), token + 'A', token + token]) {
    const sent = { position: '78', radix: '16', algorithm: 'chudnovsky' };
    const answer = await visitor.post('/computations', { ...sent, csrf });
    assert.equal(answer.status, 403, `token ${csrf}`);
    assert.match(answer.headers['content-type'], /^text\/html/);
    assert.equal(answer.headers['set-cookie'], undefined);
    assertKept(answer, sent);
  }
  assert.equal(await rowCount(), before);
});

test('CSRF: a right token from another site is refused', async () => {
  const before = await rowCount();
  for (const headers of [
    { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: site.url, 'sec-fetch-site': 'cross-site' },
    { origin: site.url + '0', 'sec-fetch-site': 'same-site' },
    { origin: `http://127.0.0.1:${site.port}.evil.example` },
  ]) {
    const answer = await site.visitor().post('/computations',
      { position: '79', radix: '10', algorithm: 'auto' }, { headers });
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.ok(!answer.text.includes('name="csrf"'), 'no form for another site to bring up');
  }
  assert.equal(await rowCount(), before);
});

test('the token of one visitor serves another: pages can be shared', async () => {
  const first = filled((await site.visitor().get('/')).text).csrf;
  const answer = await site.visitor().post('/computations',
    { position: '80', radix: '10', algorithm: 'auto', csrf: first });
  assert.equal(answer.status, 303);
});

test('wrong content types are refused', async () => {
  const visitor = site.visitor();
  for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencodedx', '']) {
    const answer = await visitor.post('/computations',
      { position: '81', radix: '10', algorithm: 'auto' }, { headers: { 'content-type': type } });
    assert.equal(answer.status, 415, type);
  }
  const fine = await visitor.post('/computations', { position: '81', radix: '10', algorithm: 'auto' },
    { headers: { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' } });
  assert.equal(fine.status, 303);
});

test('a body over the limit is refused with 413', async () => {
  const visitor = site.visitor();
  for (const size of [16 * 1024 + 1, 64 * 1024, 3 << 20]) {
    const answer = await visitor.post('/computations',
      { position: '82', radix: '10', algorithm: 'auto', filler: 'x'.repeat(size) });
    assert.equal(answer.status, 413, `${size} bytes`);
    assert.match(answer.headers['content-type'], /^text\/html/);
  }
  const fine = await visitor.post('/computations',
    { position: '82', radix: '10', algorithm: 'auto', filler: 'x'.repeat(12_000) });
  assert.equal(fine.status, 303);
});

test('a zero byte is refused', async () => {
  const answer = await site.visitor().post('/computations',
    { position: '12\u00003', radix: '10', algorithm: 'auto' });
  assert.equal(answer.status, 400);
});

test('broken percent-encoding and broken UTF-8 are refused politely', async () => {
  const token = filled((await site.visitor().get('/')).text).csrf;
  for (const position of ['%', '%4', '%zz', '%ff%fe', '%C0%80', '%ED%A0%80']) {
    const answer = await site.get('/computations', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.url },
      body: `position=${position}&radix=10&algorithm=auto&csrf=${encodeURIComponent(token)}`,
    });
    assert.ok([400, 422].includes(answer.status), `${position}: ${answer.status}`);
  }
});

test('HTML, quotes and scripts in every field come back escaped', async () => {
  const nasty = `"><script>alert(1)</script>'&lt;<img src=x onerror=alert(2)>`;
  for (const name of ['position', 'radix', 'algorithm']) {
    const fields = { position: '5', radix: '10', algorithm: 'auto', [name]: nasty };
    const answer = await site.visitor().post('/computations', fields);
    assert.equal(answer.status, 422, name);
    assert.ok(!answer.text.includes('<script>alert'), name);
    assert.ok(!answer.text.includes('<img src=x'), name);
    for (const tag of answer.text.match(/<[a-z](?:[^>"]|"[^"]*")*>/gi)) {
      for (const attribute of Object.keys(attributes(tag))) assert.doesNotMatch(attribute, /^on/i, tag);
    }
    if (name === 'position') assert.equal(filled(answer.text).position, nasty);
  }
  for (const path of [
    `/?status=${encodeURIComponent(nasty)}`, `/?radix=${encodeURIComponent(nasty)}`,
    `/?after=${encodeURIComponent(nasty)}`, `/?highlight=${encodeURIComponent(nasty)}`,
    `/${encodeURIComponent(nasty)}`, `/pi/${encodeURIComponent(nasty)}`,
    `/pi/5?from=${encodeURIComponent(nasty)}`, `/computations/${encodeURIComponent(nasty)}`,
  ]) {
    const answer = await site.get(path, { headers: { accept: 'text/html' } });
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
    assert.ok(!answer.text.includes('<script>alert'), path);
    assert.ok(!answer.text.includes('<img src=x'), path);
  }
});

test('a good form leads to its row with 303, an owner cookie and no other', async () => {
  const visitor = site.visitor();
  const answer = await visitor.post('/computations', { position: '1000', radix: '10', algorithm: 'auto' });
  assert.equal(answer.status, 303);
  const id = idOfRedirect(answer);
  assert.equal(answer.headers['set-cookie'].length, 1);
  const [cookie] = answer.headers['set-cookie'];
  const own = cookie.split(/;\s*/).slice(1).map((part) => part.toLowerCase());
  assert.ok(own.includes('httponly'), cookie);
  assert.ok(own.includes('path=/'), cookie);
  assert.ok(own.some((part) => /^samesite=(lax|strict)$/.test(part)), cookie);
  assert.ok(own.some((part) => /^max-age=\d+$/.test(part)), cookie);
  assert.ok(!own.includes('secure'), 'plain HTTP: a Secure cookie would not come back');

  const page = await visitor.get(answer.headers.location.replace(/#.*/, ''));
  assert.equal(page.status, 200);
  assert.equal(page.headers['set-cookie'], undefined);
  const own_ = rows(page.text).find((row) => row.id === id);
  assert.ok(own_, 'the row is on the page');
  assert.equal(own_.domId, `c-${id}`);

  // The same question again, by the same visitor and by another: the same row.
  assert.equal(await visitor.submit(1000), id);
  assert.equal(await site.visitor().submit(1000), id);
  const done = await site.waitDone(id);
  assert.equal(done.digit, '9');
});

test('a row asked for is shown even when it is off the first page', async () => {
  const visitor = site.visitor();
  const first = await visitor.submit(300);
  for (let position = 301; position < 356; position++) await site.ask(position);
  const page = await visitor.get(`/?highlight=${first}`);
  const list = rows(page.text);
  assert.equal(list[0].id, first, 'the highlighted row comes first');
  assert.ok(!rows((await visitor.get('/')).text).some((row) => row.id === first));
});
