// What must hold after all kills, once everything is quiet: of the database, of the
// files, and of what clients were told. Each check gives a list of sentences about
// what is wrong; an empty one is a pass.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BLOCK = 1 << 20; // of a sidecar

/** The rows of QUERY on the database FILE, read by another program. */
export async function query(file, text) {
  const { stdout } = await run('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', file, text],
    { maxBuffer: 1 << 30 });
  return stdout.trim() ? JSON.parse(stdout) : [];
}

/** Where LINK leads, or '' when it is gone. */
function target(link) {
  try {
    return fs.readlinkSync(link);
  } catch {
    return '';
  }
}

/** The processes that have a file in FOLDER open, or work there. */
function holders(folder) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    let files = [];
    try {
      files = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
    } catch {
      // It ended.
    }
    return [`/proc/${pid}/cwd`, ...files].some((link) => target(link).startsWith(`${folder}/`));
  });
}

/** All that the checks look at in FOLDER, a site's state or a copy of it, read once;
 * FAMILY are the processes that may use it. */
export async function picture(folder, family = []) {
  const file = path.join(folder, 'db', 'nthpi.db');
  const [digits, work] = ['digits', 'work'].map((name) => path.join(folder, name));
  const table = (name, order) => query(file, `SELECT * FROM ${name} ORDER BY ${order}`);
  return {
    digits,
    integrity: await query(file, 'PRAGMA integrity_check').catch((error) => [{ integrity_check: error.message }]),
    orphans: await query(file, 'PRAGMA foreign_key_check').catch((error) => [{ table: error.message }]),
    rows: await table('computation', 'id'),
    events: await table('event', 'computation_id, id'),
    published: await table('published', 'radix'),
    counters: await table('counter', 'status'),
    removed: await table('removed', 'id'),
    meta: Object.fromEntries((await table('meta', 'key')).map(({ key, value }) => [key, value])),
    sequence: (await query(file, "SELECT seq FROM sqlite_sequence WHERE name = 'computation'"))[0]?.seq ?? 0,
    aside: fs.readdirSync(work),
    files: fs.readdirSync(digits),
    strangers: holders(folder).filter((pid) => !family.includes(pid)),
  };
}

/** What may follow each event of a row; "" is before the first. */
const NEXT = {
  '': ['registered'],
  registered: ['scheduled', 'cancelled'],
  scheduled: ['taken'],
  taken: ['resumed', 'calculated', 'requeued', 'failed', 'cancelled'],
  resumed: ['calculated', 'requeued', 'failed', 'cancelled'],
  calculated: ['stored', 'requeued', 'failed', 'cancelled'],
  requeued: ['scheduled', 'cancelled'],
  retried: ['scheduled', 'cancelled'],
  failed: ['retried'],
  cancelled: ['retried'],
  stored: [],
};

/** The last event of a row by its status. */
const LAST = {
  queued: ['registered', 'requeued', 'retried'],
  running: ['taken', 'resumed', 'calculated'],
  done: ['stored'],
  failed: ['failed'],
  cancelled: ['cancelled'],
};

/** More than this many of a row are not kept. */
const EVENTS = 200;

/** Why a row may fail here: killed three times while it ran, or its daemons were. */
const FAILURES = /^(the worker was killed \(Killed\), \d+ times|the daemon that worked on it ended unexpectedly, \d+ times)$/;

export const checks = {
  integrity: ({ integrity }) => (integrity.length === 1 && integrity[0].integrity_check === 'ok' ? []
    : integrity.map((row) => row.integrity_check)),

  foreign: ({ orphans }) => orphans.map((row) => `a row of ${row.table} belongs to nobody`),

  counters: ({ counters, rows }) => counters.flatMap(({ status, n }) => {
    const real = rows.filter((row) => row.status === status).length;
    return n === real ? [] : [`the counter of ${status} says ${n}, there are ${real}`];
  }),

  ended: ({ rows }) => rows.flatMap(({ id, status, error, stage }) => {
    if (status === 'queued' || status === 'running') return [`row ${id} is ${status}, ${stage}`];
    if (status === 'failed' && !FAILURES.test(error)) return [`row ${id} failed: ${error}`];
    return [];
  }),

  leases: ({ rows }) => rows.filter(({ lease, lease_owner, wanted }) =>
    lease !== null || lease_owner !== null || wanted !== 'run')
    .map(({ id, lease_owner, wanted }) => `row ${id} is leased by ${lease_owner}, wanted ${wanted}`),

  revisions: ({ rows, removed, meta, sequence, published }) => [
    ...[...rows, ...removed, ...published].filter(({ revision }) => revision > meta.revision)
      .map(({ id, revision }) => `row ${id} has revision ${revision} of ${meta.revision}`),
    ...removed.filter(({ id }) => rows.some((row) => row.id === id))
      .map(({ id }) => `row ${id} is removed, and there`),
    ...rows.filter(({ id }) => id > sequence).map(({ id }) => `id ${id} will be given again`),
  ],

  events({ rows, events }) {
    const problems = [];
    const byRow = new Map(rows.map(({ id }) => [id, []]));
    for (const event of events) byRow.get(event.computation_id)?.push(event);
    for (const { id, status } of rows) {
      const own = byRow.get(id);
      let before = own.length < EVENTS ? { stage: '', at: 0 } : undefined;
      for (const event of own) {
        if (before && !NEXT[before.stage]?.includes(event.stage)) {
          problems.push(`row ${id}: ${event.stage} after ${before.stage || 'nothing'}`);
        }
        if (before && event.at < before.at) problems.push(`row ${id}: ${event.stage} before ${before.stage}`);
        before = event;
      }
      if (!LAST[status].includes(before?.stage)) {
        problems.push(`row ${id} is ${status}, its last event is ${before?.stage}`);
      }
    }
    return problems;
  },

  digits({ rows }, { reference }) {
    return rows.flatMap(({ id, status, radix, position, digit, window }) => {
      if (status !== 'done') return digit === null ? [] : [`row ${id} is ${status} and has a digit`];
      const fault = reference.fault(radix, position, window ?? '');
      if (fault) return [`row ${id}: ${fault}`];
      return digit === window[0] ? [] : [`row ${id} says ${digit}, its window begins with ${window[0]}`];
    });
  },

  files({ digits, files, published }, { reference }) {
    const problems = [];
    const names = new Set(published.flatMap(({ file }) => ['txt', 'sum', 'idx'].map((kind) => file.replace(/txt$/, kind))));
    for (const name of files) if (!names.has(name)) problems.push(`${name} is not what is published`);
    for (const { radix, length, file } of published) {
      if (file !== `pi-${radix}-${length}.txt`) problems.push(`${length} digits in ${file}`);
      let text = '';
      try {
        text = fs.readFileSync(path.join(digits, file), 'latin1');
      } catch (error) {
        problems.push(error.message);
      }
      reference.compared += length;
      if (text !== reference.text(radix, length)) problems.push(`${file} is not pi`);
    }
    return problems;
  },

  async sidecars({ digits, published }) {
    const problems = [];
    for (const { radix, length, file, sha256 } of published) {
      const expected = await sidecar(path.join(digits, file), radix, length);
      const name = path.join(digits, file.replace(/txt$/, 'sum'));
      const found = fs.existsSync(name) ? fs.readFileSync(name, 'utf8') : '';
      const states = /^state [0-9a-f]{64}\n/gm;
      if (found.replace(states, '') !== expected || (found.match(states)?.length ?? 0) !== Math.floor((length + 2) / BLOCK)) {
        problems.push(`the sidecar of ${file} is not its`);
      }
      if (!expected.endsWith(`sha256 ${sha256}\n`)) problems.push(`${file} has another hash than its row`);
    }
    return problems;
  },

  /* An index may be on its way: it is nobody's job. */
  work: ({ aside }) => aside.filter((name) => name !== 'index.new').map((name) => `work/${name} belongs to nobody`),

  told: ({ rows, events }, { ledger }) => ledger.check(rows, events),

  answers: (_, { answers }) => answers.problems,

  processes: ({ strangers }, { killer }) => [
    ...killer.problems, ...strangers.map((pid) => `process ${pid} is nobody's`),
  ],

  polls({ rows }, { followers }) {
    return followers.flatMap(({ name, summary, radix }) => {
      const wanted = rows.filter((row) => !radix || row.radix === radix)
        .map(({ id, status, revision }) => `${id} ${status} ${revision}`);
      const has = new Set(summary);
      const missing = wanted.filter((line) => !has.has(line));
      const extra = summary.filter((line) => !wanted.includes(line));
      return missing.length + extra.length === 0 ? []
        : [`${name} lacks ${missing.slice(0, 3)} (${missing.length}) and has ${extra.slice(0, 3)} (${extra.length})`];
    });
  },
};

/** The sidecar that the digits file NAME should have, by `sha256sum`'s and `b2sum`'s
 * kind of programs; without the states of SHA-256, which those do not tell. */
async function sidecar(name, radix, length) {
  const whole = fs.existsSync(name) ? fs.readFileSync(name) : Buffer.alloc(0);
  const lines = ['nthpi-digits 2', `radix ${radix}`, `block-size ${BLOCK}`];
  for (let i = 0; i < whole.length; i += BLOCK) {
    const block = run('b2sum', ['-l', '256'], { encoding: 'utf8' });
    block.child.stdin.end(whole.subarray(i, i + BLOCK));
    lines.push(`block ${(await block).stdout.split(' ')[0]}`);
  }
  lines.push(`length ${length}`, `sha256 ${createHash('sha256').update(whole).digest('hex')}`);
  return `${lines.join('\n')}\n`;
}

/** Runs all checks on the picture P; resolves to {NAME: [problem]} of those that
 * found something. */
export async function inspect(p, books) {
  const found = {};
  for (const [name, check] of Object.entries(checks)) {
    const problems = await check(p, books);
    if (problems.length) found[name] = problems;
  }
  return found;
}
