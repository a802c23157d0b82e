// Our Debian packages: made once for a test file, and read.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { source } from './site.mjs';

/** The folder that they are made from. */
export const packaging = path.join(source, 'contrib', 'packaging');

const read = (program, ...args) => execFileSync(program, args,
  { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] });

/** Fields of a Debian control file's first paragraph, or of each: {Package: …}. */
export function paragraphs(text) {
  return text.trim().split(/\n\n+/).map((part) => Object.fromEntries(
    [...part.matchAll(/^([A-Z][A-Za-z-]*):((?:.*)(?:\n[ \t].*)*)/gm)]
      .map(([, name, value]) => [name, value.replace(/\n[ \t]+/g, ' ').trim()])));
}

/** The packages that the value of a Depends names: [{name, rest}], of alternatives the
 * first. */
export function dependencies(value) {
  return value.split(',').map((one) => one.trim()).filter(Boolean).map((one) => {
    const [, name, rest] = /^([a-z0-9.+-]+)\s*(?:\(([^)]*)\))?/.exec(one);
    return { name, rest: rest ?? '', profile: /<(.*)>/.exec(one)?.[1] };
  });
}

/** One .deb file. */
export class Package {
  constructor(file) {
    this.file = file;
    [this.fields] = paragraphs(read('dpkg-deb', '--field', file));
    this.name = this.fields.Package;
  }

  /** What it installs: Map of path to {mode, owner} (modes as ls writes them). */
  get contents() {
    const lines = read('dpkg-deb', '--contents', this.file).trim().split('\n');
    return new Map(lines.map((line) => {
      const [mode, owner, , , , name] = line.split(/\s+/);
      return [name.slice(1), { mode, owner }];
    }));
  }

  /** Its maintainer scripts and lists are unpacked into FOLDER, its files below too. */
  unpack(folder) {
    read('dpkg-deb', '--raw-extract', this.file, folder);
    return folder;
  }

  /** The same package with another VERSION, as a file in FOLDER. */
  again(version, folder) {
    const tree = this.unpack(path.join(folder, `${this.name}-${version}`));
    const control = path.join(tree, 'DEBIAN', 'control');
    fs.writeFileSync(control, fs.readFileSync(control, 'utf8')
      .replaceAll(this.fields.Version, version));
    const file = path.join(folder, `${this.name}_${version}.deb`);
    read('dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, file);
    fs.rmSync(tree, { recursive: true });
    return new Package(file);
  }
}

/** True when a command may run without any network here. */
const cutOff = spawnSync('unshare', ['--net', 'true']).status === 0;

/** Makes the packages in FOLDER, from a tarball, without a network where that is
 * possible; resolves to {packages: {name: Package}, changes}. Others wait for
 * their pages meanwhile: it takes less processor time than they. */
export function makePackages(folder) {
  const command = ['nice', '-n', '5', path.join(packaging, 'build'), '--output', folder];
  if (cutOff) command.unshift('unshare', '--net');
  read(...command);
  const names = fs.readdirSync(folder);
  const packages = names.filter((name) => name.endsWith('.deb'))
    .map((name) => new Package(path.join(folder, name)));
  return {
    packages: Object.fromEntries(packages.map((one) => [one.name, one])),
    changes: path.join(folder, names.find((name) => name.endsWith('.changes'))),
  };
}
