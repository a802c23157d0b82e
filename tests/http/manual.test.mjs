// Manual pages and completion against the programs: every command and every option is in
// the manual, the manual names no other, groff has nothing to complain of, and bash
// and zsh complete what there is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build, source } from '../lib/site.mjs';

const run = promisify(execFile);
const help = async (program, ...args) => (await run(path.join(build, program), [...args, '--help'])).stdout;

// The options of a --help: those of a command alone stand before --config.
const optionsOf = (text) => [...text.matchAll(/^ {2}--([a-z0-9-]+)/gm)].map(([, name]) => name);
const ownOf = (text) => optionsOf(text.split(/^ {2}--config=/m)[0]);

// A manual page as it is read: without its marks.
const manual = (file) => fs.readFileSync(file, 'utf8').replace(/\\-/g, '-').replace(/\\f[A-Z]|\\&/g, '');
const named = (text) => new Set([...text.matchAll(/--([a-z][a-z0-9-]*)/g)].map(([, name]) => name));

const tool = manual(path.join(source, 'daemon/nthpi.1'));
const commands = [...(await help('nthpi')).matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
const pages = {
  'nthpi-fcgi': path.join(source, 'fcgi/nthpi-fcgi.8'),
  nthpid: path.join(source, 'daemon/nthpid.8'),
};

for (const [program, file] of Object.entries(pages)) {
  test(`${program}.8 has every option`, async () => {
    const options = optionsOf(await help(program));
    assert.ok(options.length > 10);
    const missing = options.filter((name) => !named(manual(file)).has(name));
    assert.deepEqual(missing, []);
  });
}

test('nthpi.1 has every command with its options, and no other option', async () => {
  assert.ok(commands.length >= 14, commands.join(' '));
  const known = new Set(['help', 'version', 'config']);
  for (const command of commands) {
    assert.match(tool, new RegExp(`^\\.B ${command}$`, 'm'), command);
    const text = await help('nthpi', command);
    for (const option of ownOf(text)) {
      assert.ok(named(tool).has(option), `${command} --${option}`);
    }
    for (const option of optionsOf(text)) known.add(option);
  }
  assert.deepEqual([...named(tool)].filter((option) => !known.has(option)), []);
});

test('nthpi.conf.5 has every option, with its default', async () => {
  const text = manual(path.join(build, 'conf/nthpi.conf.5'));
  const example = fs.readFileSync(path.join(build, 'conf/nthpi.conf'), 'utf8');
  const options = [...example.matchAll(/^#([a-z0-9-]+) =/gm)].map(([, name]) => name);
  assert.ok(options.length > 30);
  for (const option of options) {
    assert.match(text, new RegExp(`^\\.BI ${option} " = " \\S+\\n.+\\n\\(.*default: .+;\\nfor nthpi`, 'm'), option);
  }
  for (const program of ['nthpi-fcgi', 'nthpid']) {
    for (const option of optionsOf(await help(program)).filter((name) => !['config', 'help', 'version'].includes(name))) {
      assert.ok(options.includes(option), option);
    }
  }
  assert.doesNotMatch(text, /@[a-zA-Z]+@/);
});

for (const file of [path.join(source, 'daemon/nthpi.1'), ...Object.values(pages), path.join(build, 'conf/nthpi.conf.5')]) {
  test(`groff reads ${path.basename(file)} without a warning`, async () => {
    const { stdout, stderr } = await run('groff', ['-man', '-Tutf8', '-ww', '-rLL=80n', file]);
    assert.equal(stderr, '');
    assert.ok(stdout.length > 1000);
  });
}

/**
 * What bash completes after WORDS (bash's own: "=" is a word of its own). Without
 * --norc it reads the machine's bashrc when no shell is above it, as if sshd had
 * started it.
 */
async function complete(...words) {
  const script = `PATH="$1:$PATH"; source "$2"; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nthpi
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run('bash', ['--norc', '-uo', 'pipefail', '-c', script, 'bash', build,
    path.join(source, 'contrib/completion/nthpi'), ...words], { cwd: source });
  assert.equal(stderr, '', words.join(' '));
  return stdout.split('\n').filter(Boolean);
}

test('bash completes commands, options and values', async () => {
  assert.deepEqual(await complete('nthpi', ''), [...commands, '--help', '--version']);
  assert.deepEqual(await complete('nthpi', 'sub'), ['submit']);
  for (const command of commands) {
    const options = optionsOf(await help('nthpi', command)).map((name) => `--${name}`);
    assert.deepEqual((await complete('nthpi', command, '--')).map((one) => one.replace('=', '')), options, command);
  }
  assert.deepEqual(await complete('nthpi', 'list', '--ra'), ['--radix=']);
  assert.deepEqual(await complete('nthpi', 'list', '--radix', '='), ['10', '16']);
  assert.deepEqual(await complete('nthpi', 'list', '--radix', '=', '16'), ['16']);
  assert.deepEqual(await complete('nthpi', 'list', '--radix', ''), ['10', '16']);
  assert.deepEqual(await complete('nthpi', 'list', '--status', 'r'), ['running']);
  assert.deepEqual(await complete('nthpi', 'submit', '--wait', ''), []);
  assert.deepEqual(await complete('nthpi', 'submit', '--algorithm', '=', 'b'), ['bbp']);
  assert.deepEqual(await complete('nthpi', 'digits', '-o', 'READ'), ['README.md']);
  assert.deepEqual(await complete('nthpi', 'backup', 'READ'), ['README.md']);
  assert.deepEqual(await complete('nthpid', '--sand'), ['--sandbox=']);
  assert.deepEqual(await complete('nthpid', '--sandbox', '='), ['on', 'require', 'off']);
  assert.deepEqual(await complete('nthpi-fcgi', '--state', 'tes'), ['tests']);
  assert.deepEqual(await complete('nthpi', 'nothing', '--'), []);
  assert.deepEqual(await complete('nthpi', 'digits', '--algorithm', ''), ['spigot', 'chudnovsky']);
  assert.deepEqual(await complete('nthpi', 'prune', '--status', ''), ['done', 'failed', 'cancelled']);
  assert.deepEqual(await complete('nthpid', '--name', ''), [], 'a name of its own');
  assert.deepEqual(await complete('nthpid', '--log-level', '=', ''), ['error', 'warning', 'info', 'debug']);
});

/** What zsh completes at the end of each of LINES, sorted. */
async function completeZsh(lines) {
  const { stdout } = await run('zsh', ['-f', path.join(source, 'tests/lib/complete.zsh'), build,
    path.join(source, 'contrib/completion'), ...lines], { cwd: source, timeout: 180_000 });
  return stdout.split('@\n').slice(0, lines.length).map((found) => found.split('\n').filter(Boolean).sort());
}

test('zsh completes commands, options and values', async () => {
  const cases = [
    ['nthpi ', commands], ['nthpi sub', ['submit']], ['nthpi --', ['--help', '--version']],
    ['nthpi list --ra', ['--radix']], ['nthpi list --radix=', ['10', '16']], ['nthpi list --radix ', ['10', '16']],
    ['nthpi list --status r', ['running']], ['nthpi list --radix=10 --algo', ['--algorithm']],
    ['nthpi prune --status=', ['done', 'failed', 'cancelled']], ['nthpi submit --algorithm=b', ['bbp']],
    ['nthpi digits --algorithm ', ['spigot', 'chudnovsky']], ['nthpi digits -o READ', ['README.md']],
    ['nthpi backup READ', ['README.md']], ['nthpi restore --force READ', ['README.md']], ['nthpi submit READ', []],
    ['nthpid --sand', ['--sandbox']], ['nthpid --sandbox=', ['on', 'require', 'off']], ['nthpid --name ', []],
    ['nthpid --log-level=', ['error', 'warning', 'info', 'debug']], ['nthpi nothing --', []],
  ];
  for (const command of commands) {
    cases.push([`nthpi ${command} --`, optionsOf(await help('nthpi', command)).map((name) => `--${name}`)]);
  }
  for (const program of Object.keys(pages)) {
    cases.push([`${program} --`, optionsOf(await help(program)).map((name) => `--${name}`)]);
  }
  const found = await completeZsh(cases.map(([line]) => line));
  for (const [i, [line, expected]] of cases.entries()) assert.deepEqual(found[i], [...expected].sort(), line);
});
