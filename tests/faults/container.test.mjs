// contrib/packaging/Containerfile. There need not be a program for containers here, nor
// the image that it starts from: it is read, and with NTHPI_LONG its instructions are
// carried out in Debians of their own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { packaging } from '../lib/packages.mjs';
import { source } from '../lib/site.mjs';

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

