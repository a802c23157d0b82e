// Ends processes of a site by SIGKILL, at random and at the moments that matter, and
// starts them again, as systemd would.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kill, snipe } from './crash_sniper.mjs';
import { alive, children, until } from './site.mjs';

/** Where something is seen when its moment has come: [folder, file]. */
const SIGHTS = {
  // A worker's file appears.
  aside: ['work', /^\d+\.(txt|sum|ckpt|new)$/],
  // The sidecar is in its place; the text follows.
  published: ['digits', /\.sum$/],
  // Somebody has just committed: a row was asked for, taken, calculated, stored.
  commit: ['run', /^doorbell$/],
  // Nobody but a checkpoint writes to the database's own file.
  checkpoint: ['db', /^nthpi\.db$/],
};

/** What is done, and how often in a hundred. */
const DECK = [
  ['worker', 'random', 10], ['worker', 'aside', 6],
  ['daemon', 'random', 8], ['daemon', 'aside', 6], ['daemon', 'published', 10],
  ['daemon', 'commit', 16], ['daemon', 'checkpoint', 4], ['daemon', 'acknowledged', 6],
  ['daemon', 'start', 6], ['daemon', 'stop', 4],
  ['web', 'random', 8], ['web', 'acknowledged', 8], ['web', 'commit', 6], ['web', 'start', 4],
  ['nginx worker', 'random', 6], ['nginx master', 'random', 4],
];

function draw(random) {
  let dice = random.whole(1, DECK.reduce((sum, [, , weight]) => sum + weight, 0));
  return DECK.find(([, , weight]) => (dice -= weight) <= 0);
}

export class Killer {
  constructor(site, load, random) {
    Object.assign(this, { site, load, random });
    this.counts = {};
    this.hits = {};
    this.suspended = 0;
    this.problems = [];
    this.first = random.shuffle(DECK); // each kind once, before chance decides
  }

  get kills() {
    return Object.values(this.counts).reduce((sum, n) => sum + n, 0);
  }

  names(kind) {
    return [...this.site.processes.keys()].filter((name) => name.startsWith(kind));
  }

  /** The processes of the site that may live. (A daemon's workers may while there is
   * work.) */
  family() {
    const pids = this.names('').map((name) => this.site.pid(name));
    return [...pids, ...children(this.site.pid('nginx'))];
  }

  count(victim) {
    this.counts[victim] = (this.counts[victim] ?? 0) + 1;
  }

  hit(moment) {
    this.hits[moment] = (this.hits[moment] ?? 0) + 1;
  }

  /** Kills PID, or its youngest child, when MOMENT has come; resolves to who was
   * shot, or 0. */
  async shoot(pid, moment, below = false) {
    const sight = SIGHTS[moment];
    if (sight) {
      const shot = await snipe({
        folder: path.join(this.site.state, sight[0]), file: sight[1], pid, below, timeout: 1000,
        skip: moment === 'commit' ? this.random.whole(0, 6) : 0,
      }, () => {
        // A daemon that stops checkpoints at once; else only a large WAL makes it.
        if (moment !== 'checkpoint') this.load.provoke();
        else if (this.random.chance(0.7)) process.kill(pid, 'SIGTERM');
      });
      if (shot.file && shot.pid) this.hit(moment);
      return shot.pid;
    }
    if (moment === 'acknowledged') await this.acknowledgement();
    else await sleep(this.random.whole(1, 150));
    return below ? kill(this.random.pick([...children(pid), 0]), pid) : kill(pid);
  }

  /** Right after somebody was told that what he asked is done, or a second. */
  acknowledgement() {
    return new Promise((resolve) => {
      const heard = () => {
        this.hit('acknowledged');
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.load.off('acknowledged', heard);
        resolve();
      }, 1000);
      this.load.once('acknowledged', heard);
    });
  }

  /** Kills the process NAME at MOMENT, and starts it again. */
  async program(name, victim, moment) {
    const { site, random } = this;
    const record = site.processes.get(name);
    const below = children(record.pid);
    if (moment === 'stop') {
      record.child.kill('SIGTERM');
      await sleep(random.whole(0, 30));
      record.child.kill('SIGKILL');
    } else {
      await this.shoot(record.pid, moment === 'start' ? 'random' : moment);
    }
    await this.gone(name, record, below, victim);
    if (moment === 'start') {
      const again = site.start(name);
      await sleep(random.whole(0, 60));
      again.child.kill('SIGKILL');
      await this.gone(name, again, [], victim);
      this.hit(moment);
    }
    if (victim === 'daemon') await this.inBetween(name);
    if (random.chance(0.3)) await sleep(random.whole(1, 200));
    site.start(name);
  }

  /** The process RECORD has ended, by our signal (SIGTERM ends a daemon that has only
   * just been started, too), and its workers with it. */
  async gone(name, record, below, victim) {
    const { code, signal } = await record.ended;
    if (signal === 'SIGKILL') this.count(victim);
    else if (code !== 0 && signal !== 'SIGTERM') {
      this.problems.push(`${name} ended by itself with ${signal ?? `status ${code}`}`);
    }
    await until(() => !below.some(alive), `what ${name} started to end`);
  }

  /** Counts the rows that the daemon OWNER left between `calculated` and `stored`. */
  async inBetween(owner) {
    const rows = await this.site.sql("SELECT id FROM computation WHERE stage = 'calculated'"
      + ` AND lease_owner = '${owner}'`);
    rows.forEach(() => this.hit('calculated'));
  }

  async worker(moment) {
    const daemons = this.names('daemon').map((name) => this.site.pid(name));
    const pid = await until(() => daemons.find((daemon) => children(daemon).length > 0),
      'a worker', { timeout: 2000, every: 2 }).catch(() => daemons[0]);
    await this.child(pid, moment, 'worker');
  }

  /** Kills a child of PID, if it has one. */
  async child(pid, moment, kind) {
    const shot = await this.shoot(pid, moment, true);
    if (!shot) return;
    await until(() => !alive(shot), `${kind} ${shot} to die`);
    this.count(kind);
  }

  /** The master, and with it, as systemd does it, the rest of its control group. */
  async nginxMaster() {
    await sleep(this.random.whole(1, 150));
    const record = this.site.processes.get('nginx');
    const below = children(record.pid);
    record.child.kill('SIGKILL');
    await record.ended;
    for (const pid of below.filter(alive)) process.kill(pid, 'SIGKILL'); // reaped by nobody here
    await until(() => !below.some(alive), 'the workers of nginx to die');
    this.count('nginx master');
    this.site.start('nginx');
  }

  /** Stops a daemon COUNT times, each time for SECONDS, longer than its leases last. */
  async suspendTimes(count, seconds) {
    for (let i = 0; i < count; i++) {
      const { child } = this.site.processes.get(this.random.pick(this.names('daemon')));
      child.kill('SIGSTOP');
      await sleep(seconds * 1000);
      child.kill('SIGCONT');
      this.suspended++;
    }
  }

  /** Starts what ended by itself, which nothing may. */
  revive() {
    for (const [name, { result }] of this.site.processes) {
      if (!result) continue;
      this.problems.push(`${name} ended by itself with ${result.signal ?? `status ${result.code}`}`);
      this.site.start(name);
    }
  }

  /** COUNT kills of all kinds. */
  async run(count) {
    const { random } = this;
    for (const before = this.kills; this.kills < before + count;) {
      if (this.load.error) throw this.load.error;
      const [victim, moment] = this.first.pop() ?? draw(random);
      if (victim === 'worker') await this.worker(moment);
      else if (victim === 'nginx worker') await this.child(this.site.pid('nginx'), moment, victim);
      else if (victim === 'nginx master') await this.nginxMaster();
      else await this.program(random.pick(this.names(victim)), victim, moment);
      this.revive();
      // Now and then all is well for a while.
      if (random.chance(0.25)) await this.site.waitReady();
      else await sleep(random.whole(0, 200));
    }
  }
}
