// With NTHPI_LONG: contrib/quickstart in a Debian in which nothing was installed, as
// somebody with the source tree and nothing else. Packages come over the network.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ask, get } from '../lib/packaged.mjs';
import { Root } from '../lib/root.mjs';
import { source, until } from '../lib/site.mjs';

const long = Boolean(process.env.NTHPI_LONG);
const asRoot = { skip: process.getuid() !== 0 && 'only root can' };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-fresh-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** Puts the source tree, without what git ignores, into WHERE as its files are now. */
function copyTree(where) {
  const git = ['-c', 'safe.directory=*', '-C', source, 'ls-files', '-z', '--cached', '--others',
    '--exclude-standard'];
  const files = execFileSync('git', git, { encoding: 'utf8' }).split('\0').filter(Boolean);
  assert.ok(files.includes('contrib/quickstart'));
  for (const name of files) {
    fs.mkdirSync(path.dirname(path.join(where, name)), { recursive: true });
    fs.copyFileSync(path.join(source, name), path.join(where, name));
  }
}

/** Starts a shell's SCRIPT in ROOT: {lines, ended}, what it says and its status. */
function begin(root, script) {
  const child = root.start(`{ ${script}; } 2>&1`, ['ignore', 'pipe', 'inherit']);
  const run = { said: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => { run.said += chunk; });
  run.ended = new Promise((resolve) => {
    child.on('close', (code) => {
      run.code = code;
      resolve(code);
    });
  });
  return run;
}

if (long) {
  test('contrib/quickstart brings an empty Debian to a running site', asRoot, async () => {
    const root = await Root.start(path.join(folder, 'root'), { network: true });
    try {
      copyTree(path.join(root.folder, 'srv/nthpi'));
      for (const name of ['gcc', 'make', 'nginx', 'curl']) {
        assert.notEqual((await root.try(`command -v ${name}`)).code, 0, `${name} is there already`);
      }
      const run = begin(root, 'cd /srv/nthpi && echo $$ >/run/first && exec contrib/quickstart');
      await until(() => run.code !== undefined || /^ready (.*)$/m.test(run.said), 'the site',
        { timeout: 900_000 });
      assert.match(run.said, /^ready http:\/\/127\.0\.0\.1:8080\/$/m);

      const [status, page] = await get(root, '/');
      assert.equal(status, 200);
      assert.match(page, /<form/);
      assert.equal((await get(root, '/static/nthpi.css'))[0], 200);
      assert.match((await get(root, '/', "-H 'Accept-Language: ru'"))[1], /<html lang="ru"/);
      assert.equal((await ask(root, 1000)).digit, '9');
      assert.equal((await ask(root, 2_000_000, { radix: 16, algorithm: 'bbp' })).digit, '2');
      assert.equal((await get(root, '/pi/1000.txt'))[1].slice(-10), '2164201989');
      assert.equal(await root.run('/srv/nthpi/build/nthpi digit 1000'), '9\n');

      await root.run('kill -INT $(cat /run/first)');
      assert.equal(await run.ended, 0, run.said.split('\n').slice(-20).join('\n'));
      assert.equal((await root.try('pidof nginx nthpid nthpi-fcgi')).output, '');
    } finally {
      await root.stop();
    }
  });
} else {
  test('the tree holds what an empty machine needs', () => {
    const where = path.join(folder, 'tree');
    copyTree(where);
    for (const name of ['contrib/quickstart', 'contrib/check', 'contrib/install-packages']) {
      assert.ok(fs.statSync(path.join(where, name)).mode & 0o111, name);
    }
    assert.ok(!fs.existsSync(path.join(where, 'configure')), 'git ignores what is generated');
  });
}
