// Faults for the programs of a site: tests/shim/shim.c is preloaded into them and
// lets system calls on chosen files fail, from one moment to the next.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build, Site } from './site.mjs';

const CALLS = { open: 1, read: 2, write: 4, sync: 8, rename: 16, truncate: 32 };
const SIZE = 128;
const FIELDS = ['active', 'calls', 'error', 'skip', 'count', 'seen', 'failed'];

export class Shim {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-shim-'));
    this.path = path.join(this.folder, 'control');
    fs.writeFileSync(this.path, Buffer.alloc(SIZE));
    this.file = fs.openSync(this.path, 'r+');
  }

  /** What a program's environment needs. (Sanitizers want to be loaded first.) */
  get environment() {
    const library = path.join(build, 'tests', 'shim', 'shim.so');
    if (!fs.existsSync(library)) throw new Error(`${library} is missing: make check builds it`);
    const asan = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':');
    return { LD_PRELOAD: library, NTHPI_SHIM: this.path, ASAN_OPTIONS: asan };
  }

  /** From now on `calls` ('write sync') on files whose path contains `file` fail with
   * `error` ('EIO'; 'short': only half is done): not the first `skip`, then `count`
   * (all, unless given). */
  arm({ calls, file, error, skip = 0, count = -1 }) {
    this.disarm();
    const mask = calls.split(' ').reduce((sum, name) => sum | CALLS[name], 0);
    const number = error === 'short' ? 0 : os.constants.errno[error];
    if (!mask || number === undefined) throw new Error(`no such fault: ${calls} ${error}`);
    const control = Buffer.alloc(SIZE);
    [0, mask, number, skip, count].forEach((value, i) => control.writeInt32LE(value, 4 * i));
    control.write(file, 32, 'latin1');
    fs.writeSync(this.file, control, 0, SIZE, 0);
    fs.writeSync(this.file, Buffer.from([1, 0, 0, 0]), 0, 4, 0);
  }

  /** All calls pass again; resolves how many there were and failed. */
  disarm() {
    fs.writeSync(this.file, Buffer.alloc(4), 0, 4, 0);
    return this.counts;
  }

  get counts() {
    const control = Buffer.alloc(SIZE);
    fs.readSync(this.file, control, 0, SIZE, 0);
    return Object.fromEntries(FIELDS.map((name, i) => [name, control.readInt32LE(4 * i)]));
  }

  close() {
    fs.closeSync(this.file);
    fs.rmSync(this.folder, { recursive: true });
  }

  /** A site whose nthpi-fcgi and nthpid have the shim; it is the site's `shim`. */
  static async site(options) {
    const shim = new Shim();
    const site = await Site.start({ ...options, environment: shim.environment });
    site.shim = shim;
    const stop = site.stop.bind(site);
    site.stop = async (how) => {
      shim.disarm();
      try {
        await stop(how);
      } finally {
        shim.close();
      }
    };
    return site;
  }
}
