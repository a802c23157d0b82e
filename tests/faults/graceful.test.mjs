// Each program is restarted, again and again, under a steady load of pages and forms
// and with hundreds of polls that wait: not one request fails, nothing is lost.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { PollClient } from '../lib/poll.mjs';
import { Site, alive, slow, until } from '../lib/site.mjs';

const RESTARTS = process.env.NTHPI_LONG ? 20 : 3;
const POLLS = process.env.NTHPI_LONG ? 500 : 200;
const PAGES = ['/', '/?status=done', '/pi/50', '/computations/1', '/api/v1/computations',
  '/healthz', '/pi/50.txt', '/robots.txt'];

/** Visitors: some read pages, some send forms and API calls, many wait for news. */
class Load {
  constructor(site, wait) {
    this.site = site;
    this.wait = wait;
    this.requests = 0;
    this.posts = new Map(); // id -> position, of those that were answered
    this.failures = [];
    this.position = 1000;
    this.over = false;
  }

  async start() {
    await this.site.waitDone((await this.site.ask(50)).id);
    this.polls = Array.from({ length: POLLS }, () =>
      new PollClient(this.site, { query: 'status=failed', wait: this.wait }).start());
    await this.parked();
    const forever = async (work) => {
      while (!this.over) {
        try {
          await work();
          this.requests++;
        } catch (error) {
          this.failures.push(error.message);
        }
      }
    };
    let page = 0;
    const read = async () => {
      const where = PAGES[page++ % PAGES.length];
      const answer = await this.site.get(where, { headers: { accept: 'text/html' } });
      if (answer.status !== 200) throw new Error(`GET ${where}: ${answer.status}`);
    };
    const visitor = this.site.visitor();
    const send = async () => {
      const position = this.position++;
      this.posts.set(await visitor.submit(position), position);
    };
    const call = async () => {
      const position = this.position++;
      this.posts.set((await this.site.ask(position)).id, position);
    };
    this.work = [...Array.from({ length: 4 }, () => forever(read)), forever(send), forever(call)];
    return this;
  }

  /** Resolves when (nearly) all polls wait. */
  parked() {
    return until(async () => {
      const waiting = /^nthpi_waiters (\d+)$/m.exec((await this.site.get('/metrics')).text);
      return Number(waiting?.[1]) >= POLLS * 0.9;
    }, 'the polls to wait');
  }

  /** Resolves after COUNT more requests. */
  more(count) {
    const before = this.requests;
    return until(() => this.requests >= before + count, 'more requests');
  }

  /** Ends; fails unless all went well. */
  async stop(what) {
    this.over = true;
    await Promise.all(this.work);
    await Promise.all(this.polls.map((poll) => poll.stop()));
    const broken = this.polls.filter((poll) => poll.failures > 0);
    const answers = this.polls.reduce((sum, poll) => sum + poll.answers, 0);
    console.log(`# ${what}: ${this.requests} requests and ${answers} polls, ${this.posts.size} of them forms; `
      + `${this.failures.length + broken.length} failed`);
    assert.deepEqual(this.failures.slice(0, 5), [], what);
    assert.deepEqual(broken.map((poll) => poll.lastError?.message).slice(0, 5), [], what);
    assert.ok(this.posts.size > 0);
    // Everything that was answered is there, once, and is computed right.
    await until(async () => (await this.site.sql(`SELECT id FROM computation
      WHERE status IN ('queued', 'running') AND algorithm = 'auto'`)).length === 0, 'all to end');
    const rows = new Map((await this.site.sql('SELECT id, position, status, digit FROM computation'))
      .map((row) => [row.id, row]));
    const digits = await pi(this.position);
    for (const [id, position] of this.posts) {
      const { digit, ...row } = rows.get(id);
      assert.deepEqual(row, { id, position, status: 'done' });
      assert.equal(digit, digits[1 + position]);
    }
    const [{ n }] = await this.site.sql('SELECT count(*) AS n FROM (SELECT DISTINCT position, radix, algorithm FROM computation)');
    assert.equal(n, rows.size);
  }
}

/** nginx in the background, as services run it: in the foreground it ignores SIGUSR2. */
const daemonized = (text) => {
  assert.match(text, /daemon off;/);
  return text.replace('daemon off;', 'daemon on;');
};

/** The id that nginx wrote down, once it has. */
const nginxPid = (site) => until(() => Number(fs.readFileSync(path.join(site.state, 'nginx', 'nginx.pid'), 'utf8')), 'its pid');

/** The nginx with the id PID, no child of ours, becomes the site's. */
function adopt(site, pid) {
  const ended = until(() => !alive(pid), 'nginx to end', { timeout: 600_000 })
    .then(() => ({ code: 0, signal: null }));
  const record = { name: 'nginx', pid, ended, child: { kill: (signal) => process.kill(pid, signal) } };
  ended.then((result) => { record.result = result; });
  site.processes.set('nginx', record);
}

/** A site under load; `deed` is done to it RESTARTS times. Polls wait for WAIT seconds. */
async function underLoad(what, options, deed, { restarts = RESTARTS, wait = 20 } = {}) {
  const site = await Site.start(options);
  try {
    if (options.nginx === daemonized) {
      assert.equal((await site.start('nginx').ended).code, 0, site.logText());
      adopt(site, await nginxPid(site));
      await site.waitReady();
    }
    const load = await new Load(site, wait).start();
    await load.more(50);
    for (let i = 0; i < restarts; i++) {
      await deed(site, load);
      await load.more(200);
    }
    await load.stop(what);
  } finally {
    await site.stop();
  }
}

test('nthpi-fcgi, whose sockets a supervisor keeps open', async () => {
  const started = (site) => site.logs.filter((line) => /nthpi-fcgi .* threads$/.test(line)).length;
  await underLoad('nthpi-fcgi under socket activation',
    { processes: ['nginx', 'activated', 'daemon'] }, async (site, load) => {
      const before = started(site);
      process.kill(site.pid('activated'), 'SIGHUP');
      await until(() => started(site) > before, 'the next nthpi-fcgi');
      await load.parked();
    });
});

test('nthpi-fcgi, whose sockets the next one takes over', async () => {
  await underLoad('nthpi-fcgi by hand-over', { options: { 'take-over': 'yes' } }, async (site, load) => {
    const old = site.processes.get('fcgi');
    site.start('fcgi');
    assert.deepEqual(await old.ended, { code: 0, signal: null });
    await load.parked();
    assert.equal(site.processes.get('fcgi').result, undefined);
  });
});

test('a successor that ends at once, or has other sockets, changes nothing', async () => {
  const site = await Site.start({ options: { 'take-over': 'yes' } });
  try {
    const first = site.processes.get('fcgi');
    site.options.listen = 'run/fcgi-1.sock,run/other.sock';
    assert.equal((await site.start('fcgi').ended).code, 1);
    assert.ok(site.logs.some((line) => /has other sockets: stop it first/.test(line)));
    delete site.options.listen;
    for (let i = 0; i < 5; i++) {
      const next = site.start('fcgi');
      await new Promise((resolve) => { setTimeout(resolve, 4 * i); });
      next.child.kill('SIGKILL');
      await next.ended;
      if (first.result) break;
    }
    // One that was ready already was killed then: the first one ends, now or soon.
    site.processes.set('fcgi', first);
    await site.waitReady().catch(async () => {
      assert.deepEqual(first.result, { code: 0, signal: null });
      site.start('fcgi');
      await site.waitReady();
    });
    assert.equal((await site.get('/')).status, 200);
    const sockets = fs.readdirSync(path.join(site.state, 'run')).filter((name) => /sock/.test(name));
    assert.deepEqual(sockets.sort(), ['fcgi-1.sock', 'fcgi-1.sock.next', 'fcgi-2.sock', 'fcgi-3.sock']);
    await site.kill('fcgi');
    assert.deepEqual(fs.readdirSync(path.join(site.state, 'run')).filter((name) => /sock/.test(name)), []);
  } finally {
    await site.stop();
  }
});

test('nthpid, while its jobs run', async () => {
  const jobs = [];
  await underLoad('nthpid', { options: slow.options }, async (site) => {
    const { id } = await site.ask(slow.position / 4 + jobs.length, slow.question);
    jobs.push(id);
    await site.waitFor(id, ({ status }) => status !== 'queued', 'begun');
    const { code } = await site.kill('daemon');
    assert.equal(code, 0);
    const { status } = (await site.api('GET', `/api/v1/computations/${id}`)).json();
    assert.ok(['queued', 'done'].includes(status), status);
    site.start('daemon');
    await site.waitDone(id);
  });
  assert.equal(jobs.length, RESTARTS);
});

test('nginx: its configuration read again, and another program in its place', async () => {
  const options = { processes: ['fcgi', 'daemon'], nginx: daemonized };
  await underLoad('nginx', options, async (site, load) => {
    const old = site.processes.get('nginx');
    process.kill(old.pid, 'SIGHUP');
    await load.more(100);
    process.kill(old.pid, 'SIGUSR2');
    const next = await until(async () => {
      const pid = await nginxPid(site);
      return pid !== old.pid && fs.existsSync(path.join(site.state, 'nginx', 'nginx.pid.oldbin')) && pid;
    }, 'the next nginx');
    process.kill(old.pid, 'SIGWINCH');
    await load.more(100);
    process.kill(old.pid, 'SIGQUIT');
    adopt(site, next);
    await until(() => old.result, 'the old nginx to end');
    // (It waits for its polls to end.)
  }, { restarts: Math.ceil(RESTARTS / 4), wait: 3 });
});
