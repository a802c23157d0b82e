// A poll client lives through many restarts of nthpi-fcgi and nthpid, by kill -9
// and by SIGTERM, while visitors ask, cancel and delete; it ends with the same
// (id, status, revision) set as the database.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { PollClient } from '../lib/poll.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const RESTARTS = process.env.NTHPI_LONG ? 100 : 20;

const site = await Site.start({ options: { ...slow.options, 'lease-s': 5 } });
after(() => site.stop());

// Asks again until the site answers: it is being restarted under us.
async function insist(what) {
  return until(what, 'an answer between restarts');
}

test(`a poll client keeps up over ${RESTARTS} restarts`, async () => {
  const client = new PollClient(site).start();
  const visitor = site.visitor();
  let position = 1000;
  try {
    for (let i = 0; i < RESTARTS; i++) {
      const quick = await insist(() => visitor.submit(position++));
      if (i % 4 === 1) await insist(() => site.ask(slow.position / 2 + i, slow.question));
      if (i % 5 === 2) {
        await insist(async () => {
          const answer = await visitor.post(`/computations/${quick}/delete`);
          return [303, 404].includes(answer.status);
        });
      }
      if (i % 5 === 4) {
        await insist(async () => {
          const answer = await visitor.post(`/computations/${quick}/cancel`);
          return [303, 409].includes(answer.status);
        });
      }
      const name = i % 2 ? 'daemon' : 'fcgi';
      await site.restart(name, i % 4 < 2 ? 'SIGKILL' : 'SIGTERM');
      await site.waitReady();
    }
    await until(async () => {
      const [{ n }] = await site.sql("SELECT count(*) AS n FROM computation WHERE status IN ('queued', 'running')");
      return n === 0;
    }, 'every computation to end', { timeout: 300_000 });
    const wanted = await site.summary();
    assert.ok(wanted.length >= 20);
    await until(async () => client.summary().join('\n') === (await site.summary()).join('\n'),
      'the client to have what the database has').catch(async (error) => {
      assert.deepEqual(client.summary(), await site.summary(), error.message);
      throw error;
    });
    assert.ok(client.failures > 0, 'it was cut off at times');
  } finally {
    await client.stop();
  }

  const digits = await pi(slow.position);
  const done = await site.sql("SELECT position, digit FROM computation WHERE status = 'done' AND radix = 10");
  assert.ok(done.length > 10);
  for (const row of done) assert.equal(row.digit, digits[1 + row.position], `position ${row.position}`);
  const failed = await site.sql("SELECT id, error FROM computation WHERE status = 'failed'");
  assert.deepEqual(failed, []);
});
