// The runner of these tests: it counts what really ran, finds what is left
// behind, and ends what it started when it is ended itself. And what no test may do.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { alive, freePort, source, until } from '../lib/site.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-runner-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const temporary = path.join(folder, 'tmp');
fs.mkdirSync(temporary);
const head = "import { after, test } from 'node:test';\n";

// Starts the runner on a test file with this TEXT.
function start(text) {
  const file = path.join(folder, `${fs.readdirSync(folder).length}.test.mjs`);
  fs.writeFileSync(file, head + text);
  const counts = `${file}.counts`;
  const env = { ...process.env, TMPDIR: temporary };
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(process.execPath, [path.join(source, 'tests', 'run.mjs'), '--counts', counts, file],
    { stdio: ['ignore', 'pipe', 'inherit'], env });
  const run = { child, out: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => { run.out += chunk; });
  run.ended = new Promise((resolve) => {
    child.on('close', (code) => resolve({
      code,
      out: run.out,
      counts: fs.existsSync(counts) ? fs.readFileSync(counts, 'utf8').trim() : undefined,
    }));
  });
  return run;
}

const sleeper = `
import { spawn } from 'node:child_process';
import fs from 'node:fs';
const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
child.unref();
fs.writeFileSync(${JSON.stringify(path.join(folder, 'pid'))}, String(child.pid));
`;
const sleeping = () => Number(fs.readFileSync(path.join(folder, 'pid'), 'utf8'));

for (const [name, text, counts, words] of [
  ['passed, failed and skipped tests',
    "test('a', () => {}); test('b', () => { throw new Error('no'); }); test('c', { skip: true }, () => {});",
    '1 1 1', /not ok 2 - b/],
  ['only passed ones', "test('a', () => {}); test('b', () => {});", '2 0 0', /2 passed/],
  ['a file that ends before its report', 'process.exit(0);', '0 1 0', /before its report/],
  ['a file that cannot be read', '}', '0 1 0', /SyntaxError/],
  ['a file without tests', '', '0 1 0', /before its report|no test/],
  ['an error after the tests', "test('a', () => {}); after(() => { throw new Error('late'); });", '1 1 0', /late/],
  ['a file left behind', `${sleeper.replace(/const child[\s\S]*/, '')}
    test('a', () => { fs.writeFileSync(\`\${process.env.TMPDIR}/x\`, ''); });`, '1 1 0', /left in its folder: x/],
  ['a process left behind', `${sleeper} test('a', () => {});`, '1 1 0', /left process \d+ behind: sleep/],
]) {
  test(`counts ${name}`, async () => {
    const result = await start(text).ended;
    assert.equal(result.counts, counts, result.out);
    assert.match(result.out, words);
    assert.equal(result.code, counts.split(' ')[1] === '0' ? 0 : 1);
  });
}

test('a process left behind is ended', () => until(() => !alive(sleeping()), 'its end'));

test('a signal ends the runner and all it started', async () => {
  fs.rmSync(path.join(folder, 'pid'));
  const run = start(`${sleeper} test('a', () => new Promise(() => { setInterval(() => {}, 1000); }));`);
  await until(() => fs.existsSync(path.join(folder, 'pid')) && sleeping() > 0, 'the test to run');
  run.child.kill('SIGTERM');
  assert.equal((await run.ended).code, 143);
  await until(() => !alive(sleeping()), 'the end of what it started');
  assert.deepEqual(fs.readdirSync(temporary), []);
});

test('files that run at the same time draw no port of each other, and none twice', async (t) => {
  const result = await start(`
test('a', () => { if (!/^1\\/\\d+$/.test(process.env.NTHPI_TEST_JOB)) throw new Error(process.env.NTHPI_TEST_JOB); });
`).ended;
  assert.equal(result.counts, '1 0 0', result.out);
  const own = process.env.NTHPI_TEST_JOB;
  t.after(() => {
    if (own) process.env.NTHPI_TEST_JOB = own;
    else delete process.env.NTHPI_TEST_JOB;
  });
  let highest = 10_999;
  for (const job of ['1/3', '2/3', '3/3']) {
    process.env.NTHPI_TEST_JOB = job;
    const ports = [];
    for (let i = 0; i < 300; i++) ports.push(await freePort());
    assert.equal(new Set(ports).size, ports.length);
    assert.ok(Math.min(...ports) > highest, `${job}: ${Math.min(...ports)} after ${highest}`);
    highest = Math.max(...ports);
  }
});

test('no test waits in a page by what our pages forbid', () => {
  const tests = path.join(source, 'tests');
  const files = ['browser', 'faults', 'http', 'lib'].flatMap((part) =>
    fs.readdirSync(path.join(tests, part)).filter((name) => name.endsWith('.mjs')).map((name) => path.join(part, name)));
  assert.ok(files.includes('browser/once.test.mjs') && files.includes('lib/browser.mjs'));
  const found = files.filter((file) => /\.waitForFunction\(/.test(fs.readFileSync(path.join(tests, file), 'utf8')));
  assert.deepEqual(found, [], 'until(() => page.evaluate(…)) waits');
});
