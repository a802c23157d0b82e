// kill -9 of a worker, of nthpid and of nthpi-fcgi while a job runs: the job
// finishes, its digit is right, nothing is lost or stuck.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { Site, alive, slow, until } from '../lib/site.mjs';

// Short leases, so that what a dead daemon held is free again soon. (No worker but those
// of computations: no index is made meanwhile.)
const site = await Site.start({ options: { ...slow.options, 'lease-s': 5, index: 'no' } });
after(() => site.stop());

let next = slow.position;

// A job that computes long enough to be disturbed; resolves when it runs.
async function running() {
  const position = next++;
  const { id } = await site.ask(position, slow.question);
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  await until(() => site.workers().length > 0, 'a worker process');
  return { id, position };
}

async function finishes({ id, position }) {
  const done = await site.waitDone(id, { timeout: 300_000 });
  const digits = await pi(slow.position + 1000);
  assert.equal(done.digit, digits[1 + position]);
  assert.ok(digits.slice(1 + position).startsWith(done.window));
  return done;
}

async function nothingStuck() {
  const stuck = await site.sql(
    "SELECT id, status, stage, wanted FROM computation WHERE status NOT IN ('done', 'failed', 'cancelled')");
  assert.deepEqual(stuck, []);
  await until(() => site.workers().length === 0, 'all workers to end');
  const aside = () => fs.readdirSync(`${site.state}/work`).filter((name) => !name.startsWith('.'));
  await until(() => aside().length === 0, `the work folder to be empty: ${aside()}`);
}

test('kill -9 of the worker', async () => {
  const job = await running();
  const [pid] = site.workers();
  process.kill(pid, 'SIGKILL');
  await until(() => !alive(pid), 'the worker to die');
  const done = await finishes(job);
  assert.ok(done.attempts >= 2, `attempts: ${done.attempts}`);
  await nothingStuck();
  assert.ok(alive(site.pid('daemon')), 'nthpid survives');
});

test('kill -9 of nthpid: its worker dies with it, the job is taken up again', async () => {
  const job = await running();
  const workers = site.workers();
  await site.kill('daemon', 'SIGKILL');
  await until(() => !workers.some(alive), 'the workers to die with nthpid');
  site.start('daemon');
  await finishes(job);
  await nothingStuck();
});

test('kill -9 of nthpi-fcgi: the job goes on, the site comes back', async () => {
  const job = await running();
  await site.kill('fcgi', 'SIGKILL');
  assert.equal((await site.get('/')).status, 502);
  site.start('fcgi');
  await site.waitReady();
  const done = await finishes(job);
  assert.equal(done.attempts, 1, 'the daemon did not notice');
  await nothingStuck();
});

test('kill -9 of both at once', async () => {
  const job = await running();
  await Promise.all(['fcgi', 'daemon'].map((name) => site.kill(name, 'SIGKILL')));
  for (const name of ['daemon', 'fcgi']) site.start(name);
  await site.waitReady();
  await finishes(job);
  await nothingStuck();
});

test('SIGTERM of nthpid puts running jobs back into the queue', async () => {
  const job = await running();
  const workers = site.workers();
  const { code, signal } = await site.kill('daemon', 'SIGTERM');
  assert.equal(signal, null);
  assert.equal(code, 0);
  assert.deepEqual(workers.filter(alive), []);
  const [row] = await site.sql(`SELECT status, stage, lease FROM computation WHERE id = ${job.id}`);
  assert.equal(row.status, 'queued');
  site.start('daemon');
  await finishes(job);
  await nothingStuck();
});

test('cancelling a running job kills its worker, then says so', async () => {
  const visitor = site.visitor();
  const id = await visitor.submit(next++, slow.question);
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  await until(() => site.workers().length > 0, 'a worker process');
  const workers = site.workers();
  assert.equal((await visitor.post(`/computations/${id}/cancel`)).status, 303);
  await site.waitFor(id, ({ status }) => status === 'cancelled', 'cancelled');
  assert.deepEqual(workers.filter(alive), []);
  await nothingStuck();
});

test('a worker that dies again and again fails its own row only', async () => {
  const { id } = await running();
  const other = await site.ask(321);
  const state = async () => (await site.sql(`SELECT status FROM computation WHERE id = ${id}`))[0].status;
  await until(async () => {
    // The longest-running worker is that of the slow job.
    for (const pid of site.workers().slice(0, 1)) {
      const [{ status }] = await site.sql(`SELECT status FROM computation WHERE id = ${id}`);
      if (status === 'running' && (await site.waitFor(other.id, () => true, 'there')).status === 'done') {
        process.kill(pid, 'SIGKILL');
      }
    }
    return (await state()) === 'failed';
  }, 'the row to fail after several attempts', { timeout: 300_000, every: 100 });
  const failed = await site.waitFor(id, ({ status }) => status === 'failed', 'failed');
  assert.ok(failed.error.length > 5, failed.error);
  await site.waitDone(other.id);
  await site.waitDone((await site.ask(322)).id);
  await nothingStuck();
});
