// Another program that writes to the database, in bursts of seconds: submissions,
// polls and jobs go on, nothing is lost, and who cannot wait any longer is told so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { PollClient } from '../lib/poll.mjs';
import { Site, slow, until } from '../lib/site.mjs';

const long = Boolean(process.env.NTHPI_LONG);
const THREADS = 4;
const site = await Site.start({ options: { ...slow.options, 'lease-s': 5, threads: THREADS } });
after(() => site.stop());

/** A sqlite3 that holds the write lock when told to. */
class Locker {
  constructor() {
    this.child = spawn('sqlite3', ['-cmd', '.timeout 20000', site.database], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.said = '';
    this.errors = '';
    this.child.stdout.on('data', (chunk) => { this.said += chunk; });
    this.child.stderr.on('data', (chunk) => { this.errors += chunk; });
    this.ended = new Promise((resolve) => { this.child.on('exit', resolve); });
    this.child.stdin.write('PRAGMA wal_autocheckpoint = 0;\n.filectrl persist_wal 1\n');
    this.n = 0;
  }

  async run(sql) {
    const mark = `mark${++this.n}`;
    this.child.stdin.write(`${sql}\n.print ${mark}\n`);
    await until(() => this.said.includes(mark), sql, { every: 5 });
    assert.equal(this.errors, '');
  }

  /** Holds the lock while DO runs. */
  async hold(doing) {
    await this.run('BEGIN IMMEDIATE;');
    try {
      return await doing();
    } finally {
      await this.run('ROLLBACK;');
    }
  }

  /** It must not checkpoint when it ends: it is killed. */
  async close() {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

test('bursts of writes by another program', async () => {
  const locker = new Locker();
  const client = new PollClient(site).start();
  const acknowledged = [];
  let over = false;
  const burst = (async () => {
    for (let i = 0; !over; i++) {
      await locker.hold(() => pause([20, 300, 1200, 80][i % 4]));
      await pause(30);
    }
  })();
  try {
    let refused = 0;
    await Promise.all([0, 1, 2].map(async (who) => {
      for (let i = 0; i < (long ? 60 : 4); i++) {
        const position = 1000 + 3 * i + who;
        for (;;) {
          const answer = await site.api('POST', '/api/v1/computations', { position, algorithm: i % 2 ? 'auto' : 'spigot' });
          if (answer.status === 201) {
            acknowledged.push({ id: answer.json().id, position });
            break;
          }
          assert.equal(answer.status, 503, answer.text);
          assert.ok(Number(answer.headers['retry-after']) > 0);
          refused++;
        }
      }
    }));
    assert.ok(refused < 100);
    for (const { id } of acknowledged) await site.waitDone(id, { timeout: 300_000 });
  } finally {
    over = true;
    await burst;
    await locker.close();
    await until(async () => client.summary().join('\n') === (await site.summary()).join('\n'), 'the client to have all');
    await client.stop();
  }
  const digits = await pi(2000);
  const stored = await site.sql('SELECT id, position, digit, status, attempts FROM computation ORDER BY id');
  assert.deepEqual(stored.map(({ id }) => id), acknowledged.map(({ id }) => id).sort((a, b) => a - b), 'each of them once');
  for (const row of stored) {
    assert.equal(row.status, 'done');
    assert.equal(row.digit, digits[1 + row.position]);
    assert.ok(row.attempts <= 1);
  }
});

test('a lock that lasts: not all threads wait for it', async () => {
  const locker = new Locker();
  await locker.hold(async () => {
    let waiting = THREADS;
    const posts = Array.from({ length: THREADS }, async (_, i) => {
      const answer = await site.api('POST', '/api/v1/computations', { position: 9000 + i });
      waiting--;
      return answer;
    });
    // Those in haste give up. The others have more patience, and what they wait for keeps no
    // page from coming. (A page that is asked for sooner may wait for a thread.)
    let served = 0;
    while (waiting > 0 && served < 50) {
      const inHaste = waiting > THREADS / 2;
      assert.equal((await site.get('/')).status, 200);
      served += !inHaste && waiting > 0;
    }
    assert.ok(served > 0, 'pages came while others waited');
    for (const answer of await Promise.all(posts)) assert.equal(answer.status, 503);
  });
  await locker.close();
});

test('a lock that lasts: 503 with Retry-After; pages go on; the job keeps its lease', async () => {
  const locker = new Locker();
  const question = await site.ask(slow.position, slow.question);
  const { id } = question;
  await site.waitFor(id, ({ status }) => status === 'running', 'running');
  await locker.hold(async () => {
    const visitor = site.visitor();
    const [form, api, cancel, page, list] = await Promise.all([
      visitor.post('/computations', { position: 765, radix: 16, algorithm: 'bbp' }),
      site.api('POST', '/api/v1/computations', { position: 765 }),
      site.api('POST', `/api/v1/computations/${id}/cancel`, undefined, { token: question.owner_token }),
      site.get(`/computations/${id}`),
      site.get('/'),
    ]);
    for (const answer of [form, api, cancel]) {
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers['retry-after']) > 0);
      assert.match(answer.text, /database is busy/);
    }
    assert.match(form.text, /value="765"/);
    assert.equal(page.status, 200);
    assert.equal(list.status, 200);
    assert.equal((await site.get('/healthz')).json().database, 'ok');
  });
  const row = await site.waitDone(id, { timeout: 300_000 });
  assert.equal(row.attempts, 1, 'by the same worker');
  assert.equal((await site.sql('SELECT count(*) AS n FROM computation WHERE position = 765'))[0].n, 0);
  await locker.close();
});
