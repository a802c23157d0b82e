// Stopping: each program ends by itself, cleanly, soon, with its parked polls
// answered and nothing left behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Site, alive, until } from '../lib/site.mjs';

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} ends each program with status 0`, async () => {
    const site = await Site.start();
    try {
      await site.waitDone((await site.ask(1000)).id);
      for (const name of ['fcgi', 'daemon', 'nginx']) {
        const result = await site.kill(name, signal);
        assert.deepEqual(result, { code: 0, signal: null }, `${name}\n${site.logText()}`);
      }
    } finally {
      await site.stop();
    }
  });
}

test('SIGTERM answers parked polls', async () => {
  const site = await Site.start();
  try {
    await site.waitDone((await site.ask(1000)).id);
    const { revision } = (await site.get('/updates?since=0')).json();
    const waiting = Array.from({ length: 20 }, () =>
      site.get(`/updates?since=${revision}`, { headers: { prefer: 'wait=60' } }));
    // Once a later request is answered, the earlier ones are in the program.
    await until(async () => (await site.get('/healthz')).status === 200, 'an answer');
    const { code } = await site.kill('fcgi', 'SIGTERM');
    assert.equal(code, 0);
    for (const answer of await Promise.all(waiting)) {
      assert.ok([200, 304, 502].includes(answer.status), String(answer.status));
    }
  } finally {
    await site.stop();
  }
});

test('a started program that finds another in its place says so and ends', async () => {
  const site = await Site.start();
  try {
    for (const name of ['fcgi', 'daemon']) {
      const first = site.processes.get(name);
      const second = site.start(name);
      const { code, signal } = await second.ended;
      assert.equal(signal, null);
      assert.notEqual(code, 0, `a second ${name} does not run`);
      assert.ok(alive(first.pid), `the first ${name} goes on`);
      site.processes.set(name, first);
    }
    assert.equal((await site.get('/')).status, 200);
    await site.waitDone((await site.ask(777)).id);
  } finally {
    await site.stop();
  }
});

test('a stale socket of a killed program does not stop the next one', async () => {
  const site = await Site.start();
  try {
    await site.kill('fcgi', 'SIGKILL');
    assert.ok(fs.readdirSync(`${site.state}/run`).some((name) => name.endsWith('.sock')));
    site.start('fcgi');
    await site.waitReady();
  } finally {
    await site.stop();
  }
});

test('bad options are refused with file, line and reason', async () => {
  const site = await Site.start();
  try {
    fs.writeFileSync(`${site.state}/nthpi.conf`, '# a comment\nno-such-option = 5\n');
    for (const name of ['fcgi', 'daemon']) {
      await site.kill(name);
      site.logs.length = 0;
      const { code } = await site.start(name).ended;
      assert.equal(code, 2);
      assert.match(site.logText(), /nthpi\.conf/);
      assert.match(site.logText(), /\b2\b/);
      assert.match(site.logText(), /no-such-option/);
    }
  } finally {
    await site.stop({ check: false });
  }
});
