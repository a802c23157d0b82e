// The units of contrib/systemd, as systemd reads them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { source } from '../lib/site.mjs';

const units = path.join(source, 'contrib', 'systemd');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-units-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** Copies all units with CHANGE made to their texts, and has NAMES verified;
 * returns what systemd says about them. */
function verify(names, change = (text) => text) {
  for (const name of fs.readdirSync(units).filter((one) => /\.(service|socket)$/.test(one))) {
    // The programs need not be installed here.
    const text = fs.readFileSync(path.join(units, name), 'utf8')
      .replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true');
    fs.writeFileSync(path.join(folder, name), change(text));
  }
  const { error, status, stderr } = spawnSync('systemd-analyze',
    ['verify', '--man=no', ...names.map((name) => path.join(folder, name))],
    { encoding: 'utf8', env: { ...process.env, SYSTEMD_LOG_LEVEL: 'warning' } });
  if (error) throw error;
  return stderr || (status !== 0 ? `status ${status}` : '');
}

const all = ['nthpid.service', 'nthpi-fcgi.service', 'nthpi-fcgi.socket',
  'nthpi-web@1.service', 'nthpi-web@1.socket', 'nthpi-web@2.service', 'nthpi-web@2.socket'];

test('systemd finds no fault with the units', () => {
  assert.equal(verify(all), '');
});

test('it would find one', () => {
  assert.match(verify(all, (text) => text.replace(/^Restart=.*$/m, 'Restart=perhaps')), /perhaps/);
});

test('each process has its own socket, and what else protects the one has the other', () => {
  const lines = (name) => fs.readFileSync(path.join(units, name), 'utf8').split('\n')
    .filter((line) => /^(?!(Description|Requires|After|ListenStream)=)\w+=/.test(line));
  assert.deepEqual(lines('nthpi-web@.service'), lines('nthpi-fcgi.service'));
  assert.deepEqual(lines('nthpi-web@.socket'), lines('nthpi-fcgi.socket'));
  assert.match(fs.readFileSync(path.join(units, 'nthpi-web@.socket'), 'utf8'),
    /^ListenStream=\/run\/nthpi\/web-%i\.sock$/m);
});
