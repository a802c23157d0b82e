// GET /metrics: the format, what is counted, and for whom it is.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';
import { parse } from '../lib/exposition.mjs';
import { Site, source, until } from '../lib/site.mjs';

const WAITERS = 5;
const site = await Site.start({ options: { waiters: WAITERS } });
after(() => site.stop());
const html = { accept: 'text/html' };

async function scrape(path = '/metrics') {
  const answer = await site.get(path);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(answer.headers['cache-control'], /no-store/);
  return parse(answer.text);
}

/** What of the counter NAME rose between two scrapes: {"list 200": 3}. */
function risen(before, now, name = 'nthpi_http_requests_total') {
  const result = {};
  for (const { labels, value } of now.get(name).samples) {
    const rise = value - (before.value(name, Object.fromEntries(labels)) ?? 0);
    if (rise !== 0) result[[...labels.values()].join(' ')] = rise;
  }
  return result;
}

const outcome = (metrics, name) => metrics.value('nthpi_polls_ended_total', { outcome: name });

/** A poll that waits at REVISION; aborted by its controller. */
function park(revision, seconds = 60) {
  const controller = new AbortController();
  const answer = site.get(`/updates?since=${revision}`, {
    headers: { accept: 'application/json', prefer: `wait=${seconds}` },
    signal: controller.signal,
  });
  answer.catch(() => {});
  return { answer, controller };
}

const waiters = async (n) => until(
  async () => (await scrape()).value('nthpi_waiters') === n, `${n} waiters`);

async function quiet() {
  const { json } = await site.get('/healthz').then((answer) => ({ json: answer.json() }));
  return json.revision;
}

test('the reader finds fault', () => {
  const good = '# HELP a_total words here\n# TYPE a_total counter\na_total{b="c\\"\\\\\\n"} 1\n';
  assert.equal(parse(good).value('a_total', { b: 'c"\\\n' }), 1);
  const histogram = (buckets) => `# HELP h words here\n# TYPE h histogram\n${buckets}\n`;
  parse(histogram('h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2'));
  for (const bad of [
    good.slice(0, -1),
    good.replace('# TYPE a_total counter\n', ''),
    good.replace('# HELP a_total words here\n', ''),
    good.replace('counter', 'count'),
    good.replaceAll('a_total', 'a'),
    good.replace(' 1\n', ' one\n'),
    good.replace(' 1\n', ' -1\n'),
    good.replace('\\\\', '\\x'),
    good.replace('{b=', '{b ='),
    `${good}a_total{b="c\\"\\\\\\n"} 1\n`,
    `${good}b_total 1\n`,
    `${good}\n`,
    good + good,
    histogram('h_bucket{le="1"} 1\nh_sum 3\nh_count 1'),
    histogram('h_bucket{le="1"} 3\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2'),
    histogram('h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2'),
    histogram('h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 1'),
    histogram('h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_count 2'),
  ]) {
    assert.throws(() => parse(bad), Error, bad);
  }
});

test('everything that was promised is there', async () => {
  await site.waitDone((await site.ask(500)).id);
  const metrics = await scrape();
  for (const [name, type] of Object.entries({
    nthpi_http_requests_total: 'counter',
    nthpi_http_request_duration_seconds: 'histogram',
    nthpi_fan_out_latency_seconds: 'histogram',
    nthpi_fan_out_round_seconds: 'histogram',
    nthpi_connections: 'gauge',
    nthpi_waiters: 'gauge',
    nthpi_polls_ended_total: 'counter',
    nthpi_cache_lookups_total: 'counter',
    nthpi_cache_renders_total: 'counter',
    nthpi_cache_bytes: 'gauge',
    nthpi_computations: 'gauge',
    nthpi_queue_age_seconds: 'gauge',
    nthpi_published_digits: 'gauge',
    nthpi_daemon_heartbeat_age_seconds: 'gauge',
    nthpi_database_up: 'gauge',
    nthpi_database_size_bytes: 'gauge',
    nthpi_build_info: 'gauge',
    process_start_time_seconds: 'gauge',
    process_cpu_seconds_total: 'counter',
    process_resident_memory_bytes: 'gauge',
    process_open_fds: 'gauge',
    process_max_fds: 'gauge',
  })) {
    assert.equal(metrics.get(name)?.type, type, name);
    assert.ok(metrics.get(name).samples.length > 0, name);
  }
  const counts = await site.sql('SELECT status, n FROM counter');
  assert.equal(counts.length, 5);
  for (const { status, n } of counts) {
    assert.equal(metrics.value('nthpi_computations', { status }), n, status);
  }
  const [{ length }] = await site.sql('SELECT length FROM published WHERE radix = 10');
  assert.equal(metrics.value('nthpi_published_digits', { radix: '10' }), length);
  assert.equal(metrics.value('nthpi_published_digits', { radix: '16' }), 0);
  assert.ok(metrics.value('nthpi_daemon_heartbeat_age_seconds', { daemon: 'main' }) < 30);
  assert.equal(metrics.value('nthpi_queue_age_seconds'), 0);
  assert.ok(metrics.value('nthpi_database_size_bytes', { file: 'database' }) >= 4096);
  assert.equal(metrics.value('nthpi_database_up'), 1);
  assert.ok(metrics.value('process_resident_memory_bytes') > 1 << 20);
  assert.ok(metrics.value('process_open_fds') > 5);
  const age = Date.now() / 1000 - metrics.value('process_start_time_seconds');
  assert.ok(age > -1 && age < 3600, `started ${age} s ago`);
});

test('the manual pages name every metric, and no other', async () => {
  const names = [...(await scrape()).keys()].sort();
  assert.ok(names.length > 20);
  for (const page of ['fcgi/nthpi-fcgi.8', 'man/ru/nthpi-fcgi.8']) {
    const text = fs.readFileSync(path.join(source, page), 'utf8');
    const section = /^\.SS (?:Metrics|Метрики)\n([\s\S]*?)^\.S[HS] /m.exec(text)[1];
    const named = section.match(/\b(?:nthpi|process)_[a-z_]+/g);
    assert.deepEqual([...new Set(named)].sort(), names, page);
  }
});

test('counts rise by exactly what was asked', async () => {
  const before = await scrape();
  const { headers: { etag } } = await site.get('/', { headers: html });
  const steps = [
    ['/', {}], ['/', { 'if-none-match': etag }], ['/?radix=7', {}], ['/pi/20', {}],
    ['/pi/21', {}], ['/computations/1', {}], ['/computations/999999', {}],
    ['/no/such/path', {}], ['/metrics.txt', {}], ['/%00', {}], ['/v1/pi?start=0', {}],
  ];
  const statuses = [];
  for (const [path, headers] of steps) {
    statuses.push((await site.get(path, { headers: { ...html, ...headers } })).status);
  }
  assert.deepEqual(statuses, [200, 304, 400, 200, 200, 200, 404, 404, 404, 400, 200]);
  assert.equal((await site.get('/', { method: 'HEAD' })).status, 200);
  assert.equal((await site.get('/healthz', { method: 'POST' })).status, 405);
  assert.equal((await site.api('POST', '/api/v1/computations', '{')).status, 400);
  const now = await scrape();
  const rise = risen(before, now);
  delete rise['none 400']; // whether nginx refuses /%00 itself
  assert.deepEqual(rise, {
    'list 200': 3, 'list 304': 1, 'list 400': 1, 'pi 200': 2, 'computation 200': 1,
    'computation 404': 1, 'none 404': 2, 'none 405': 1, 'api-pi 200': 1, 'api-add 400': 1,
    'metrics 200': 1,
  });
  const list = { route: 'list' };
  const count = (metrics) => metrics.value('nthpi_http_request_duration_seconds_count', list);
  const sum = (metrics) => metrics.value('nthpi_http_request_duration_seconds_sum', list);
  assert.equal(count(now) - count(before), 5);
  assert.ok(sum(now) > sum(before));
});

test('paths that visitors make up add no series', async () => {
  await site.get('/made-up-1');
  const before = await scrape();
  const size = (metrics) => [...metrics.values()].reduce((n, { samples }) => n + samples.length, 0);
  for (let i = 2; i < 40; i++) await site.get(`/made-up-${i}?x=${i}`);
  const now = await scrape();
  assert.equal(size(now), size(before));
  assert.deepEqual(risen(before, now), { 'none 404': 38, 'metrics 200': 1 });
  const routes = new Set(now.get('nthpi_http_requests_total').samples.map(({ labels }) => labels.get('route')));
  assert.ok(routes.has('none'));
});

test('polls: waiting, answered, expired, gone, turned away', async () => {
  await waiters(0);
  const before = await scrape();
  const revision = await quiet();
  const polls = Array.from({ length: WAITERS }, () => park(revision));
  await waiters(WAITERS);
  assert.equal((await scrape()).value('nthpi_waiters_limit'), WAITERS);
  const refused = await park(revision).answer;
  assert.equal(refused.status, 304);
  assert.match(refused.headers['retry-after'], /^\d+$/);
  polls[0].controller.abort();
  await waiters(WAITERS - 1);
  const short = await park(revision, 1).answer;
  assert.equal(short.status, 304);
  assert.equal(short.headers['retry-after'], undefined);
  const { id } = await site.ask(510);
  for (const { answer } of polls.slice(1)) assert.equal((await answer).status, 200);
  await site.waitDone(id);
  await waiters(0);
  const now = await until(async () => {
    const metrics = await scrape();
    const rounds = metrics.value('nthpi_fan_out_round_seconds_count')
      - before.value('nthpi_fan_out_round_seconds_count');
    return rounds >= 1 && metrics;
  }, 'the round to be counted');
  const ended = {};
  for (const name of ['answered', 'expired', 'gone', 'turned_away']) {
    ended[name] = outcome(now, name) - outcome(before, name);
  }
  assert.deepEqual(ended, { answered: WAITERS - 1, expired: 1, gone: 1, turned_away: 1 });
  const rise = risen(before, now);
  assert.equal(rise['updates waits'], WAITERS + 2, 'as many as ended');
  assert.equal(now.value('nthpi_fan_out_latency_seconds_count'),
    now.value('nthpi_fan_out_round_seconds_count'));
});

test('the cache: the first is rendered, the second is found', async () => {
  await site.get('/?status=failed', { headers: html });
  const before = await scrape();
  for (let i = 0; i < 7; i++) await site.get('/?status=failed', { headers: html });
  const now = await scrape();
  assert.deepEqual(risen(before, now, 'nthpi_cache_lookups_total'), { hit: 7 });
  await site.get('/?status=failed&radix=16', { headers: html });
  const more = await scrape();
  assert.equal(risen(now, more, 'nthpi_cache_lookups_total').miss, 1);
  assert.equal(more.value('nthpi_cache_renders_total'), now.value('nthpi_cache_renders_total') + 1);
  assert.ok(more.value('nthpi_cache_bytes') > now.value('nthpi_cache_bytes'));
});

test('what waits in the queue has an age', async () => {
  await site.kill('daemon');
  const { id } = await site.ask(123_456);
  const first = await scrape();
  assert.equal(first.value('nthpi_computations', { status: 'queued' }), 1);
  const age = first.value('nthpi_queue_age_seconds');
  assert.ok(age > 0);
  await until(async () => (await scrape()).value('nthpi_queue_age_seconds') > age, 'it to grow');
  site.start('daemon');
  await site.waitDone(id);
  assert.equal((await scrape()).value('nthpi_queue_age_seconds'), 0);
});

test('only this host may see them', async () => {
  for (const name of ['x-forwarded-for', 'forwarded']) {
    const answer = await site.get('/metrics', { headers: { [name]: 'for=127.0.0.1' } });
    assert.equal(answer.status, 404, name);
    assert.doesNotMatch(answer.text, /nthpi_/);
  }
  assert.equal((await site.get('/metrics', { method: 'POST' })).status, 405);
});

test('a poll for metrics does not disturb a keep-alive client', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path) => new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: site.port, path, agent }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
      res.on('end', () => resolve({ status: res.statusCode, text }));
    }).on('error', reject);
  });
  for (let i = 0; i < 3; i++) {
    parse((await get('/metrics')).text);
    assert.equal((await get('/healthz')).status, 200);
  }
  agent.destroy();
});
