// Digits of pi from an independent program: Debian's `pi`.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const known = new Map();

/** "3." and N digits, truncated. (`pi N + 1` prints N digits after the point.) */
export async function pi(n) {
  if (!known.has(n)) {
    const { stdout } = await run('pi', [String(n + 1)], { maxBuffer: 1 << 30 });
    known.set(n, stdout.trimEnd());
  }
  return known.get(n);
}
