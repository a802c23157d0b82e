// Somebody sets the clock forward and back by hours while jobs run, leases are held and
// polls wait: nothing is lost, and no time that is shown goes back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { Site, alive, slow, source, until } from '../lib/site.mjs';

const HOUR = 3600;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-clock-'));
const clock = path.join(folder, 'clock');
const library = path.join(folder, 'clock.so');

// Written in place: the programs have it mapped.
function set(seconds) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(seconds));
  fs.writeFileSync(clock, bytes, { flag: fs.existsSync(clock) ? 'r+' : 'w' });
}

execFileSync(process.env.CC || 'cc', ['-O1', '-shared', '-fPIC', '-o', library,
  path.join(source, 'tests', 'faults', 'clock.c')]);
set(0);
process.env.NTHPI_TEST_CLOCK = clock;
process.env.LD_PRELOAD = library;
process.env.ASAN_OPTIONS = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0']
  .filter(Boolean).join(':');
const site = await Site.start({ options: { ...slow.options, 'lease-s': 5, index: 'no' } });
delete process.env.LD_PRELOAD;
after(async () => {
  await site.stop();
  fs.rmSync(folder, { recursive: true });
});

// A job takes some terms of a lease, on a fast machine, too.
const first = 450_000;
let next = first;

async function running() {
  const position = next++;
  const { id } = await site.ask(position, slow.question);
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  // Those who asked for the time are done soon; then the only worker is this job's.
  const [worker] = await until(() => site.workers().length === 1 && site.workers(), 'one worker');
  return { id, position, worker };
}

// The web program's idea of now, from its own answer.
async function shown() {
  const { created_at: at } = await site.ask(next++ % 1000 + 1);
  return Date.parse(at) / 1000;
}

async function isSet(offset) {
  await until(async () => Math.abs(await shown() - Date.now() / 1000 - offset) < 60,
    `a clock that is off by ${offset} s`);
}

async function done({ id, position }) {
  const found = await site.waitDone(id, { timeout: 300_000 });
  assert.equal(found.digit, (await pi(first + 1000))[1 + position]);
  const times = Object.values(found.stages).map((at) => Date.parse(at));
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  assert.ok(found.wall_s >= 0 && found.cpu_s >= 0);
  const page = (await site.get(`/computations/${id}`)).text;
  assert.doesNotMatch(page, />(after )?[-−]\d/, 'no negative time');
  return found;
}

test('the page tells no negative time of its own', () => {
  assert.match('<b>after -3 s</b>', />(after )?[-−]\d/);
});

for (const [name, from, to] of [
  ['forward by five hours', 0, 5 * HOUR],
  ['back by ten hours', 5 * HOUR, -5 * HOUR],
  ['forward by days', -5 * HOUR, 72 * HOUR],
]) {
  test(`the clock is set ${name} while a job runs`, async () => {
    await isSet(from);
    const job = await running();
    const revision = (await site.api('GET', '/api/v1/computations')).json().revision;
    const waits = site.api('GET', `/api/v1/computations?since=${revision}`, undefined,
      { headers: { prefer: 'wait=60' } });
    set(to);
    await isSet(to);
    const heard = await waits;
    assert.ok(heard.json().revision > revision, 'the poll is answered by the change');
    // Leases are renewed, and not lost, while a few terms of them pass.
    const until_ = async () => (await site.sql(
      `SELECT lease_until AS t FROM computation WHERE id = ${job.id}`))[0].t;
    const lease = await until_();
    await until(async () => (await until_()) !== lease, 'the lease to be renewed');
    assert.deepEqual(site.workers().filter((pid) => pid === job.worker), [job.worker]);
    // The age of a heartbeat is off until the next one.
    await until(async () => (await site.get('/healthz')).json().status === 'ok', 'health');
    assert.equal((await done(job)).attempts, 1);
  });
}

test('a daemon that is killed and started at another time takes its rows back', async () => {
  await isSet(72 * HOUR);
  const job = await running();
  set(48 * HOUR);
  await site.kill('daemon', 'SIGKILL');
  await until(() => !alive(job.worker), 'its worker to die');
  process.env.LD_PRELOAD = library;
  site.start('daemon');
  delete process.env.LD_PRELOAD;
  assert.equal((await done(job)).attempts, 1);
});

test('a killed worker is tried again after its delay, whatever the clock says', async () => {
  const job = await running();
  process.kill(job.worker, 'SIGKILL');
  const waits = await site.waitFor(job.id, ({ status }) => status === 'queued', 'queued');
  assert.equal(waits.phase, 'waiting-to-try-again');
  set(-72 * HOUR);
  assert.equal((await done(job)).attempts, 2);
  assert.deepEqual(await site.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
});
