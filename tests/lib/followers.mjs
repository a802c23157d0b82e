// Thousands of clients of GET /updates: the load program's (tests/load) followers,
// one process, told what to do line by line.
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { build } from './site.mjs';

export class Followers {
  /** COUNT clients of SITE, which begin at once. */
  constructor(site, count) {
    this.count = count;
    this.errors = '';
    this.waiting = [];
    this.child = spawn(path.join(build, 'tests', 'load', 'load'),
      ['follow', `--port=${site.port}`, `--waiters=${count}`], { stdio: 'pipe' });
    this.child.stderr.setEncoding('utf8').on('data', (chunk) => { this.errors += chunk; });
    readline.createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.waiting.shift()?.resolve(JSON.parse(line));
    });
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => resolve(error.message));
      this.child.on('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    });
    this.child.stdin.on('error', () => {});
    this.ended.then((how) => {
      for (const { reject } of this.waiting.splice(0)) {
        reject(new Error(`the followers ended with ${how}: ${this.errors}`));
      }
    });
  }

  /** Resolves to what they answer: load --help has the commands. A line with counts
   * is about the time since the one before. */
  tell(line) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${line}\n`);
    });
  }

  /** Ends them; resolves to how they ended. */
  stop() {
    this.child.stdin.end();
    return this.ended;
  }
}
