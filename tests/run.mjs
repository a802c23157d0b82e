// Runs test files and counts what really ran.
//
//   node tests/run.mjs [--jobs N] [--counts FILE] [FILE...]
//
// Each file is a program of its own (node:test) in a session of its own with a
// temporary folder of its own. A file counts one failure more when it ends
// before its report, reports no test, takes longer than FILE_TIMEOUT, or leaves a
// process or something in its temporary folder behind. What a test reports as
// "figure: …" is shown. Without FILE: all of http/, faults/ and browser/. --counts writes
// "PASSED FAILED SKIPPED" to FILE.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { NTHPI_LONG, NTHPI_SLOW_PAGES, NTHPI_SLOW_TESTS } = process.env;
const FILE_TIMEOUT = NTHPI_LONG || NTHPI_SLOW_PAGES || NTHPI_SLOW_TESTS ? 1_800_000 : 600_000;
const here = path.dirname(fileURLToPath(import.meta.url));

// Files that take long begin first, so that none of them is alone at the end.
const LONGEST = ['faults/packages', 'browser/live', 'browser/looks', 'browser/keyboard', 'browser/axe',
  'browser/search', 'browser/shift', 'browser/typed', 'browser/tour', 'browser/viewer', 'browser/weight',
  'browser/table', 'browser/focus', 'faults/kill', 'faults/clock', 'faults/busy', 'http/atsize'];

const { values, positionals } = parseArgs({
  options: {
    jobs: { type: 'string', default: String(Math.min(4, 2 * os.cpus().length)) },
    counts: { type: 'string' },
  },
  allowPositionals: true,
});

function allFiles() {
  return ['http', 'faults', 'browser'].flatMap((folder) =>
    fs.readdirSync(path.join(here, folder))
      .filter((name) => name.endsWith('.test.mjs'))
      .sort()
      .map((name) => path.join(here, folder, name)));
}

/** What FILE is called in lists: its folder and its subject. */
function nameOf(file) {
  return `${path.basename(path.dirname(file))}/${path.basename(file, '.test.mjs')}`;
}

const isPage = (file) => nameOf(file).startsWith('browser/');

// As root, Chromium lifts its threads above all others: on a busy machine the site that it
// looks at would starve. Who may not do so does without.
const modest = ['setpriv', '--bounding-set=-sys_nice', '--inh-caps=-sys_nice', '--'];
const canBeModest = process.getuid() === 0 && spawnSync(modest[0], [...modest.slice(1), 'true']).status === 0;

// Processes that a file left behind: of its session, or marked by its
// environment, or named after its temporary folder. (nginx hides its
// environment, Chromium starts a session of its own.)
function leftovers({ pid: session, mark, folder }) {
  const found = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') continue;
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const ours = Number(fields[3]) === session || command.includes(folder) ||
        fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
      if (ours) found.push({ pid: Number(pid), command });
    } catch {
      // ended meanwhile, or not ours to read
    }
  }
  return found;
}

async function settle(find) {
  for (const end = Date.now() + 5000; ; ) {
    const found = find();
    if (!found.length || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// The parts of a TAP report that explain failures.
function failures(tap) {
  const result = [];
  let inside = false;
  for (const line of tap.split('\n')) {
    if (/^\s*not ok /.test(line) && !/# (SKIP|TODO)/.test(line)) inside = true;
    else if (/^\s*(ok |not ok |# Subtest|1\.\.|# tests)/.test(line)) inside = false;
    if (inside) result.push(line);
  }
  return result.join('\n');
}

function total(tap, name) {
  const found = [...tap.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].at(-1);
  return found ? Number(found[1]) : undefined;
}

// What runs now, so that a signal ends it. (Sessions of their own do not end with
// this program.)
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const run of running) {
      kill(-run.pid);
      // More than once: a process may start another before it ends.
      for (let left, i = 0; i < 100 && (left = leftovers(run)).length; i++) {
        for (const { pid } of left) kill(pid);
      }
      if (!process.env.NTHPI_KEEP) fs.rmSync(run.folder, { recursive: true, force: true, maxRetries: 5 });
    }
    process.exit(128 + os.constants.signals[signal]);
  });
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended meanwhile
  }
}

/** Runs FILE as one of those of JOB, "1/4": the first of four at the same time. */
async function runFile(file, job) {
  const mark = `NTHPI_TEST_RUN=${randomBytes(8).toString('hex')}`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-test-'));
  fs.chmodSync(folder, 0o755);
  const begun = Date.now();
  const [program, ...args] = [...(canBeModest && isPage(file) ? modest : []),
    process.execPath, '--test-reporter=tap', file];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, TMPDIR: folder, NTHPI_TEST_RUN: mark.split('=')[1], NTHPI_TEST_JOB: job },
  });
  const run = { pid: child.pid, mark, folder };
  running.add(run);
  let tap = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => { tap += chunk; });
  child.stderr.setEncoding('utf8').on('data', (chunk) => { stderr += chunk; });
  const problems = [];
  const timer = setTimeout(() => {
    problems.push(`took longer than ${FILE_TIMEOUT / 1000} s`);
    kill(-child.pid);
  }, FILE_TIMEOUT);
  const [code, signal] = await new Promise((resolve) => {
    child.on('exit', (...how) => resolve(how));
  });
  clearTimeout(timer);

  const left = await settle(() => leftovers(run));
  for (const { pid, command } of left) {
    problems.push(`left process ${pid} behind: ${command}`);
    kill(pid);
  }
  const remains = fs.readdirSync(folder);
  if (remains.length && !process.env.NTHPI_KEEP) problems.push(`left in its folder: ${remains.join(' ')}`);
  if (!process.env.NTHPI_KEEP) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  running.delete(run);

  const tests = total(tap, 'tests');
  const passed = total(tap, 'pass') ?? 0;
  const skipped = (total(tap, 'skipped') ?? 0) + (total(tap, 'todo') ?? 0);
  let failed = (total(tap, 'fail') ?? 0) + (total(tap, 'cancelled') ?? 0);
  if (tests === undefined) problems.push(`ended before its report (${signal ?? `status ${code}`})`);
  else if (tests === 0) problems.push('has no test');
  else if (code !== 0 && failed === 0) problems.push(`ended with ${signal ?? `status ${code}`}`);
  if (problems.length) failed++;

  const name = path.relative(path.dirname(here), file);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  const skips = skipped ? `, ${skipped} skipped` : '';
  console.log(`${failed ? 'FAIL' : 'ok  '} ${name}: ${passed} passed${failed ? `, ${failed} failed` : ''}${skips} (${seconds} s)`);
  for (const [, figure] of tap.matchAll(/^\s*# figure: (.*)$/gm)) console.log(`     ${figure}`);
  if (failed) {
    const detail = [failures(tap), stderr.trim(), ...problems.map((text) => `${name}: ${text}`)];
    console.log(detail.filter(Boolean).join('\n').replace(/^/gm, '    '));
  }
  if (skipped) {
    for (const [line] of tap.matchAll(/^\s*(?:not )?ok .*# (?:SKIP|TODO).*$/gim)) console.log(`    ${line.trim()}`);
  }
  return { passed, failed, skipped };
}

const files = positionals.length ? positionals.map((file) => path.resolve(file)) : allFiles();
const sum = { passed: 0, failed: 0, skipped: 0 };
const rank = (file) => (LONGEST.indexOf(nameOf(file)) + 1) || Infinity;
const sorted = [...files].sort((a, b) => Math.sign(rank(a) - rank(b)) || 0);
// Pages take the processors, most others wait: some of each at any time.
const queues = [sorted.filter((file) => !isPage(file)), sorted.filter(isPage)];
const jobs = Math.max(1, Number(values.jobs));
await Promise.all(Array.from({ length: jobs }, async (unused, job) => {
  const [own, others] = job % 2 ? [...queues].reverse() : queues;
  for (let file; (file = own.shift() ?? others.shift());) {
    const counts = await runFile(file, `${job + 1}/${jobs}`);
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
}));
if (files.length === 0) sum.failed++;
if (values.counts) fs.writeFileSync(values.counts, `${sum.passed} ${sum.failed} ${sum.skipped}\n`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed ? 1 : 0;
