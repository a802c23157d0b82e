// A hexadecimal job is killed again and again, in every way: it goes on from its
// checkpoint each time, its progress begins where it was, and its digits are right.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { Site, alive, until } from '../lib/site.mjs';

const POSITION = 3_000_000_000;
const DIGITS = 'c9612e7ca8f8a27a'; // the same by both series

const site = await Site.start({ options: { cpus: 1, 'lease-s': 5 } });
after(() => site.stop());

/** The per cents at which the job has gone on so far. */
const resumed = (id) => site.logs.flatMap((line) => {
  const found = new RegExp(`row ${id}: resumes at (\\d+) %`).exec(line);
  return found ? [Number(found[1])] : [];
});

const progress = async (id) =>
  (await site.waitFor(id, () => true, 'there')).progress;

async function goesOnAfter(id, disturb) {
  const before = resumed(id).length;
  const was = await progress(id);
  await until(async () => (await progress(id)) > Math.max(was, 0.05), 'progress');
  await disturb();
  await until(() => resumed(id).length > before, 'the job to go on');
  const all = resumed(id);
  assert.ok(all[before] > 0 && (before === 0 || all[before] >= all[before - 1]), String(all));
  await until(async () => (await progress(id)) * 100 >= all[before], 'its progress');
}

const file = (id) => `${site.state}/work/${id}.ckpt`;

async function finishes(id) {
  const done = await site.waitDone(id, { timeout: 300_000 });
  assert.ok(done.window.startsWith(DIGITS), done.window);
  assert.equal(done.digit, DIGITS[0]);
  await until(() => !fs.existsSync(file(id)), 'the checkpoint to go');
  await until(() => fs.readdirSync(`${site.state}/work`).length === 0, 'an empty work folder');
}

test('SIGTERM and kill -9 of nthpid, kill -9 of the worker: one job goes on', async () => {
  const { id } = await site.ask(POSITION, { radix: 16, algorithm: 'bbp' });
  await goesOnAfter(id, async () => {
    const { code } = await site.kill('daemon', 'SIGTERM');
    assert.equal(code, 0);
    assert.ok(fs.existsSync(file(id)), 'it left a checkpoint');
    site.start('daemon');
  });
  await goesOnAfter(id, async () => {
    const workers = site.workers();
    await site.kill('daemon', 'SIGKILL');
    await until(() => !workers.some(alive), 'the workers to die with nthpid');
    site.start('daemon');
  });
  await goesOnAfter(id, async () => {
    const [pid] = site.workers();
    process.kill(pid, 'SIGKILL');
    await until(() => !alive(pid), 'the worker to die');
  });
  await finishes(id);
});
