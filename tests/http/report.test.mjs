// The report of a computation, on a whole site: what it says is what the JSON document
// of the same row says, and what other programs know.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { elements, text } from '../lib/html.mjs';
import { endless } from '../lib/pause.mjs';
import { pi } from '../lib/pi.mjs';
import { Site } from '../lib/site.mjs';

const site = await Site.start({ options: endless.options });
after(() => site.stop());

const keys = ['program', 'page', 'id', 'position', 'radix', 'algorithm', 'method', 'answered_by', 'digit', 'window',
  'verified', 'registered', 'scheduled', 'scheduled_s', 'taken', 'taken_s', 'calculated', 'calculated_s', 'stored',
  'stored_s', 'total_s', 'wall_s', 'cpu_s', 'digits_per_s', 'peak_kib', 'daemon', 'pid', 'threads', 'attempts'];
const stages = ['registered', 'scheduled', 'taken', 'calculated', 'stored'];

// The lines of a report as an object, in their order; "-" is null.
function parse(report) {
  const lines = report.replace(/\n$/, '').split('\n').filter((line) => !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => {
    const [, key, value] = /^(\w+): +(\S.*)$/.exec(line) ?? assert.fail(line);
    return [key, value === '-' ? null : value];
  }));
}

for (const [name, position, question] of [
  ['by chudnovsky', 20_000, { algorithm: 'chudnovsky' }],
  ['by spigot', 1500, { algorithm: 'spigot' }],
  ['far out by bbp', 100_000, { radix: 16, algorithm: 'bbp' }],
  ['known before', 10_000, {}],
]) {
  test(`a computation ${name}: its report and its JSON say the same`, async () => {
    const { id } = await site.ask(position, question);
    const row = await site.waitDone(id);
    const answer = await site.get(`/computations/${id}.txt`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    const report = parse(answer.text);
    assert.deepEqual(Object.keys(report), keys);
    assert.equal(report.page, `${site.url}/computations/${id}`);
    const { stdout } = await site.tool('--version');
    assert.ok(stdout.startsWith(report.program), `${report.program} is ${stdout}`);

    for (const key of ['id', 'position', 'radix', 'algorithm', 'method', 'answered_by', 'digit', 'window', 'verified',
      'peak_kib', 'attempts']) {
      assert.equal(report[key], row[key] === null || row[key] === 0 ? null : String(row[key]), key);
    }
    for (const [key, places] of [['wall_s', 6], ['cpu_s', 6], ['digits_per_s', 1]]) {
      if (row[key] === null) assert.equal(report[key], null, key);
      else assert.ok(Math.abs(Number(report[key]) - row[key]) <= 10 ** -places, `${key}: ${report[key]}, ${row[key]}`);
    }
    for (const key of ['daemon', 'pid', 'threads']) {
      assert.equal(report[key], row.worker === null ? null : String(row.worker[key]), key);
    }
    let before = null;
    for (const stage of stages) {
      assert.equal(report[stage], row.stages[stage], stage);
      if (before !== null && row.stages[stage] !== null) {
        const seconds = (Date.parse(row.stages[stage]) - Date.parse(before)) / 1000;
        assert.ok(Math.abs(Number(report[`${stage}_s`]) - seconds) <= 0.001001, stage);
      }
      before = row.stages[stage] ?? before;
    }
    const whole = stages.slice(1).reduce((sum, stage) => sum + Number(report[`${stage}_s`]), 0);
    assert.ok(Math.abs(Number(report.total_s) - whole) < 1e-5, 'the stages are all of it');
    if (row.radix === 10) {
      const digits = (await pi(position + 100)).slice(position + 1);
      assert.equal(report.digit, digits[0]);
      assert.ok(digits.startsWith(report.window));
    }
  });
}

test('its page links to it once it is done, in the visitor\'s language; the report is English', async () => {
  const { id } = await site.ask(1234);
  await site.waitDone(id);
  for (const [language, label] of [['en', 'Report'], ['ru', 'Отчёт']]) {
    const headers = { accept: 'text/html', 'accept-language': language };
    const page = await site.get(`/computations/${id}`, { headers });
    const link = elements(page.text, 'a').find(({ attributes: { href } }) => href === `/computations/${id}.txt`);
    assert.equal(text(link.inner), label);
  }
  const [english, russian] = await Promise.all(['en', 'ru'].map((language) =>
    site.get(`/computations/${id}.txt`, { headers: { 'accept-language': language } })));
  assert.equal(russian.text, english.text);
  assert.equal(russian.headers.etag, english.headers.etag);
  assert.match(english.text, /^# .*report of nthpi\.\n/);
});

test('HEAD, ETag, other methods', async () => {
  const { id } = await site.ask(1234);
  await site.waitDone(id);
  const path = `/computations/${id}.txt`;
  const whole = await site.get(path);
  const head = await site.get(path, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  for (const name of ['etag', 'content-length', 'content-type', 'cache-control']) {
    assert.equal(head.headers[name], whole.headers[name], name);
  }
  assert.equal(whole.headers['cache-control'], 'no-cache');
  for (const known of [whole.headers.etag, `W/${whole.headers.etag}`]) {
    const again = await site.get(path, { headers: { 'if-none-match': known } });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
  }
  const post = await site.get(path, { method: 'POST' });
  assert.equal(post.status, 405);
  assert.equal(post.headers.allow, 'GET, HEAD');
});

test('what is not done, or not there, is 404 in words', async () => {
  const { id } = await site.ask(endless.position, { algorithm: 'spigot' });
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  const get = (number) => site.get(`/computations/${number}.txt`, { headers: { accept: 'application/json' } });
  const early = await get(id);
  assert.equal(early.status, 404);
  assert.match(early.headers['content-type'], /^application\/problem\+json/);
  assert.match(early.json().detail, /Only a computation that is done has a report; this one is running\./);
  assert.ok(Number(early.headers['retry-after']) >= 1);
  const missing = await get(99_999);
  assert.equal(missing.status, 404);
  assert.match(missing.json().detail, /There is no such computation/);
  assert.equal(missing.headers['retry-after'], undefined);
});

test('requests for it are counted by themselves', async () => {
  const { text: metrics } = await site.get('/metrics');
  assert.match(metrics, /nthpi_http_requests_total\{route="report",status="200"\} [1-9]/);
});
