// contrib/systemd, read.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { source } from './site.mjs';

/** The folder of the units. */
export const units = path.join(source, 'contrib', 'systemd');

/** The text of one of its files. */
export const unitText = (name) => fs.readFileSync(path.join(units, name), 'utf8');

/** What `Key=` is in the unit NAME: a list of its values. */
export function unitValues(name, key) {
  return [...unitText(name).matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);
}

/** The lines of nthpi.tmpfiles: {type, path, mode, user, group}. */
export function tmpfiles() {
  return unitText('nthpi.tmpfiles').split('\n').filter((line) => /^[a-z]/.test(line)).map((line) => {
    const [type, where, mode, user, group] = line.split(/\s+/);
    return { type, path: where, mode: parseInt(mode, 8), user, group };
  });
}

/** Makes a site's state folder as nthpi.tmpfiles has it; IDS gives the number of each
 * of its users and groups. */
export function makeFolders(state, ids) {
  const root = '/var/lib/nthpi';
  for (const { type, path: where, mode, user, group } of tmpfiles()) {
    if (!where.startsWith(root)) continue;
    const own = state + where.slice(root.length);
    if (type === 'f') fs.writeFileSync(own, '');
    else fs.mkdirSync(own, { recursive: true });
    fs.chownSync(own, ids[user], ids[group]);
    fs.chmodSync(own, mode);
  }
}

function group(name) {
  const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', name], { encoding: 'utf8' });
  const names = stdout.split('\n').slice(1).map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'));
  if (names.length === 0) throw new Error(`systemd knows no group ${name}`);
  return names.flatMap((one) => (one.startsWith('@') ? group(one) : [one]));
}

/** The system calls that the unit NAME allows. */
export function allowedCalls(name) {
  const allowed = new Set();
  for (const value of unitValues(name, 'SystemCallFilter')) {
    const removes = value.startsWith('~');
    for (const word of value.replace('~', '').split(' ')) {
      for (const call of word.startsWith('@') ? group(word) : [word]) {
        if (removes) allowed.delete(call);
        else allowed.add(call);
      }
    }
  }
  return allowed;
}
