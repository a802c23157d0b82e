// A worker whose digits are wrong, or change after they were checked: no page and no
// answer of the API shows one of them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { Site, build, until } from '../lib/site.mjs';

const site = await Site.start({ processes: ['nginx', 'fcgi'] });
after(() => site.stop());

// Runs nthpid with a fault while ACT() goes on.
async function withFault(fault, act) {
  const env = { ...site.environment };
  if (fault) env.NTHPI_FAULT = fault;
  const child = spawn(path.join(build, 'tests', 'unit', 'faulty_nthpid'), [],
    { cwd: '/', env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  try {
    await act();
  } finally {
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  }
}

async function showsNothing(position, radix, algorithm, digits) {
  const query = radix === 16 ? '?radix=16' : '';
  const { id } = await site.ask(position, { radix, algorithm });
  const row = await site.waitFor(id, ({ status }) => ['failed', 'done'].includes(status), 'over');
  assert.equal(row.status, 'failed');
  assert.match(row.error, /^verification: /);
  assert.deepEqual([row.digit, row.window, row.verified], [null, null, null]);
  assert.equal(row.attempts, 1, 'it would repeat');
  // Those of its window, also without the first, which may be the wrong one.
  const near = [0, 1, 6].map((skip) => digits.slice(position - 1 + skip, position + 4 + skip));
  for (const page of ['/', `/computations/${id}`, `/pi/${position}${query}`,
    `/api/v1/computations/${id}`, '/api/v1/computations', '/updates?since=0']) {
    const { text } = await site.get(page);
    for (const part of near) assert.ok(!text.includes(part), `${page} shows digits`);
  }
  const text = await site.get(`/pi/${position}.txt${query}`);
  assert.equal(text.status, 404);
  const v1 = await site.get(`/v1/pi?start=${position}&numberOfDigits=1&radix=${radix}`);
  assert.equal(v1.status, 400);
  assert.deepEqual(await site.sql(`SELECT * FROM published WHERE radix = ${radix}`), []);
}

let next = 2000;
for (const [fault, when] of [
  ['', 'is the one that was asked for'],
  ['middle', 'is far before the one that was asked for'],
  ['added', 'changes on its way to the file'],
  ['written', 'changes in the file'],
  ['sidecar', 'is in the sidecar'],
  ['published', 'changes after everything was checked'],
]) {
  test(`a wrong digit ${when}`, () => withFault(fault, async () => {
    const decimal = (await pi(4000)).slice(2);
    await showsNothing(next++, 10, 'chudnovsky', decimal);
    await showsNothing(next++, 10, 'spigot', decimal);
  }));
}

test('the same questions by a daemon without a fault', async () => {
  const digits = await pi(4000);
  site.start('daemon');
  for (let position = 2000; position < next; position++) {
    const { id } = await site.ask(position,
      { algorithm: (position - 2000) % 2 ? 'spigot' : 'chudnovsky' });
    assert.equal((await site.waitDone(id)).digit, digits[1 + position]);
  }
  await until(() => site.workers().length === 0, 'all workers to end');
});
