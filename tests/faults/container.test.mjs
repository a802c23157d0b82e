// contrib/packaging/Containerfile. There need not be a program for containers here, nor
// the image that it starts from: it is read, and with NTHPI_LONG its instructions are
// carried out in Debians of their own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ask, get } from '../lib/packaged.mjs';
import { packaging } from '../lib/packages.mjs';
import { Root } from '../lib/root.mjs';
import { source, until } from '../lib/site.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-container-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** The Containerfile's instructions: [{word, rest, stage}]. */
function instructions() {
  let stage = -1;
  return fs.readFileSync(path.join(packaging, 'Containerfile'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => {
      const [, word, rest] = /^([A-Z]+) (.+)$/.exec(line);
      if (word === 'FROM') stage++;
      return { word, rest, stage };
    });
}

test('the Containerfile names what there is', () => {
  const all = instructions();
  const of = (word) => all.filter((one) => one.word === word).map((one) => one.rest);
  assert.deepEqual([...new Set(all.map(({ word }) => word))].sort(),
    ['CMD', 'COPY', 'EXPOSE', 'FROM', 'RUN', 'VOLUME']);
  assert.deepEqual(of('FROM'), ['debian:bookworm-slim AS build', 'debian:bookworm-slim']);
  for (const rest of of('COPY').filter((one) => !one.startsWith('--from=build '))) {
    for (const name of rest.split(' ').slice(0, -1)) assert.ok(fs.existsSync(path.join(source, name)), name);
  }
  for (const rest of of('RUN')) {
    for (const [, name] of rest.matchAll(/\/nthpi\/(\S+)/g)) fs.accessSync(path.join(source, name), fs.constants.X_OK);
  }
  const group = /install-packages (.*)$/.exec(of('RUN')[0])[1].split(' ');
  const list = fs.readFileSync(path.join(source, 'contrib/packages'), 'utf8');
  for (const name of group) assert.match(list, new RegExp(`^\\S+ \\S*\\b${name}\\b`, 'm'));
  // What it says of the site is what the site says.
  const site = fs.readFileSync(path.join(packaging, 'debian/nthpi-web.nginx'), 'utf8');
  for (const expression of ['listen 127\\.0\\.0\\.1:8080;', '/var/log/nginx/nthpi\\.log']) {
    assert.ok(of('RUN').some((one) => one.includes(expression)), expression);
    assert.match(site, new RegExp(expression));
  }
  const container = fs.readFileSync(path.join(packaging, 'container'), 'utf8');
  for (const program of ['/usr/sbin/nthpid', '/usr/bin/nthpi-fcgi']) {
    assert.ok(container.includes(program), program);
  }
  const [last] = of('CMD');
  assert.ok(of('COPY').includes(`contrib/packaging/container ${JSON.parse(last)[0]}`));
  assert.match(site, /^ {4}server unix:\/run\/nthpi\/fcgi-3\.sock/m);
  for (const [socket] of site.matchAll(/\/run\/nthpi\/fcgi-\d\.sock/g)) assert.ok(container.includes(socket));
});

/** COPY from the folder FROM to the root folder TO: REST is what COPY says. */
function copy(from, to, rest) {
  const names = rest.split(' ');
  const target = names.pop();
  const destination = path.join(to, target);
  for (const name of names) {
    const file = path.join(from, name);
    const folders = fs.statSync(file).isDirectory();
    fs.mkdirSync(folders || target.endsWith('/') ? destination : path.dirname(destination), { recursive: true });
    if (folders) {
      const ignored = fs.readFileSync(path.join(source, '.dockerignore'), 'utf8').split('\n')
        .filter((line) => line && !line.startsWith('#')).map((line) => `--exclude=./${line}`);
      execFileSync('sh', ['-c', 'from=$1; shift; tar -C "$from" -c "$@" . | tar -C "$0" -x', destination, file, ...ignored]);
    } else {
      execFileSync('cp', ['--preserve=mode', file, destination]);
    }
  }
}

if (process.env.NTHPI_LONG) {
  test('its instructions, carried out in Debians of their own, make a site',
    { skip: process.getuid() !== 0 && 'only root can' }, async () => {
      const stages = [];
      try {
        for (const { word, rest, stage } of instructions()) {
          if (word === 'FROM') {
            stages.push(await Root.start(path.join(folder, String(stage)), { network: true }));
          } else if (word === 'COPY') {
            const [, before] = /^--from=build (.*)$/.exec(rest) ?? [];
            copy(before ? stages[0].folder : source, stages[stage].folder, before ?? rest);
          } else if (word === 'RUN') {
            await stages[stage].run(rest);
          }
        }
        // For this test.
        await stages[1].run('apt-get -q update && apt-get -q -y --no-install-recommends install curl procps');
      } finally {
        for (const root of stages) await root.stop();
      }
      stages[1].save(path.join(folder, 'image.tar'));
      for (const { folder: one } of stages) fs.rmSync(one, { recursive: true });

      // As in a container: a network of its own, the last instruction's program.
      const root = await Root.start(path.join(folder, 'container'), { archive: path.join(folder, 'image.tar') });
      try {
        const main = root.start(`exec ${JSON.parse(instructions().at(-1).rest)[0]}`, ['ignore', 'pipe', 'pipe']);
        let log = '';
        for (const stream of [main.stdout, main.stderr]) stream.on('data', (chunk) => { log += chunk; });
        const ended = new Promise((resolve) => { main.on('exit', resolve); });
        await until(async () => /"status": *"ok"/.test((await get(root, '/healthz'))[1]), 'the site').catch((error) => {
          throw new Error(`${error.message}\n${log}`);
        });
        assert.equal((await ask(root, 1000)).digit, '9');
        assert.equal((await get(root, '/pi/1000.txt'))[1].slice(-10), '2164201989');
        assert.deepEqual((await root.run('ps -C nthpid,nthpi-fcgi -o user= | sort -u')).trim().split('\n'), ['nthpi-web', 'nthpid']);
        await root.run('kill $(pidof -x nthpi-container)');
        assert.equal(await ended, 0, log);
        assert.equal((await root.try('pidof nthpid nthpi-fcgi nginx')).output, '');
      } finally {
        await root.stop();
      }
    });
}
