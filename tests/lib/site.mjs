// A whole site for a test: nginx, nthpi-fcgi and nthpid from a build folder, in
// a temporary state folder, on a free port of 127.0.0.1. Everything it starts
// is stopped by its process id; nothing waits a fixed time.
import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Visitor, raw, request } from './http.mjs';

const run = promisify(execFile);

/** The source tree, and the build to test: $NTHPI_BUILD, or ./build. */
export const source = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const build = path.resolve(process.env.NTHPI_BUILD || path.join(source, 'build'));

/** Option and question of jobs that run for seconds: spigot beyond what sites
 * usually accept. Add to the position for another job. (What has to be found at work,
 * however late one comes, is `endless` of pause.mjs.) */
export const slow = {
  options: { 'limit-spigot': 2_000_000 },
  position: 300_000,
  question: { algorithm: 'spigot' },
};

/** Resolves as soon as CHECK() gives something true (errors count as not yet);
 * looks every few milliseconds. WHAT says in the error what never came. (The time is
 * for machines that do a dozen other things: only what fails takes it.) */
export async function until(check, what, { timeout = 90_000, every = 25 } = {}) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const result = await check();
      if (result) return result;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${timeout / 1000} s in vain for ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

const drawn = new Set(); // ports, whose servers may be yet to come

/** A port of 127.0.0.1 that is free now, and that nobody else here draws: files that run at
 * the same time have parts of their own ($NTHPI_TEST_JOB, "1/4": the first of four). None
 * of those that the kernel gives to the near end of connections: one of a thousand clients
 * could get it before its server. (And none below 11,000 that browsers refuse.) */
export async function freePort() {
  const [end] = fs.readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').split('\t').map(Number);
  const [job, jobs] = (process.env.NTHPI_TEST_JOB ?? '1/1').split('/').map(Number);
  const part = Math.floor((Math.max(end, 12_000) - 11_000) / jobs);
  for (;;) {
    const port = 11_000 + part * (job - 1) + randomInt(part);
    if (drawn.has(port)) continue;
    drawn.add(port);
    const isFree = await new Promise((resolve) => {
      const server = net.createServer();
      server.on('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** True when a process with this id exists and is not a zombie. */
export function alive(pid) {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The ids of the living children of a process. */
export function children(pid) {
  try {
    const list = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number).filter(alive);
  } catch {
    return [];
  }
}

export class Site {
  /**
   * Starts a site and waits until it answers. `options` are options of the
   * programs by their names ({'queue-limit': 3}); `processes` leaves some out, and
   * may have in place of fcgi: web-1, web-2 …, each of them an nthpi-fcgi with the
   * socket run/web-N.sock; or activated, one whose sockets tests/load/activate keeps
   * open and which it starts anew at SIGHUP; and daemon-1 … in place of daemon, each of
   * them an nthpid of that name. `nginx` changes the text of nginx.conf. Only with
   * `limited` are there limits for one visitor, those of everybody else's site.
   * `programs` names others of the build to run in place of fcgi and daemon, `users` who
   * runs them ({fcgi: {uid, gid}}, with the umask of our units; as root only),
   * `environment` is added to theirs, `stderr` is a file that they log to, `state` is an
   * empty folder to use, which stays, and `folders` prepares it before they start.
   */
  static async start({
    options = {}, processes = ['nginx', 'fcgi', 'daemon'], nginx, limited = false,
    programs = {}, users = {}, environment = {}, folders, state, stderr,
  } = {}) {
    const site = new this(options, nginx, limited, state);
    Object.assign(site, { programs, users, more: environment, stderr });
    folders?.(site.state);
    try {
      site.port = await freePort();
      site.url = `http://127.0.0.1:${site.port}`;
      site.prepare();
      for (const name of processes) site.start(name);
      if (processes.includes('nginx')) await site.waitReady(processes);
      return site;
    } catch (error) {
      await site.stop({ check: false });
      throw new Error(`${error.message}\n${site.logText()}`);
    }
  }

  constructor(options, changeNginx = (text) => text, limited = false, state = undefined) {
    this.limited = limited;
    this.options = limited ? options : { 'visitor-limit': 0, 'address-limit': 0, ...options };
    this.changeNginx = changeNginx;
    Object.assign(this, { programs: {}, users: {}, more: {} });
    this.processes = new Map();
    this.logs = [];
    this.kept = Boolean(state);
    this.state = state ?? fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-site-'));
    fs.chmodSync(this.state, 0o755);
  }

  /** The environment of nthpi-fcgi, nthpid and nthpi. */
  get environment() {
    const env = { ...process.env };
    env.NTHPI_STATE = this.state;
    env.NTHPI_CONFIG = path.join(this.state, 'nthpi.conf');
    env.NTHPI_TEMPLATES = path.join(build, 'templates');
    for (const [name, value] of Object.entries(this.options)) {
      env[`NTHPI_${name.toUpperCase().replaceAll('-', '_')}`] = String(value);
    }
    return env;
  }

  prepare() {
    fs.writeFileSync(path.join(this.state, 'nthpi.conf'), '');
    const nginx = path.join(this.state, 'nginx');
    fs.mkdirSync(nginx);
    fs.writeFileSync(path.join(nginx, 'nginx.conf'), this.changeNginx(nginxConf(this, nginx)));
  }

  start(name) {
    const numbered = /^(web|daemon)-\d+$/.exec(name)?.[1];
    const environment = { ...this.environment, ...(name === 'nginx' ? {} : this.more) };
    if (numbered === 'web') environment.NTHPI_LISTEN = `run/${name}.sock`;
    if (numbered === 'daemon') environment.NTHPI_NAME = name;
    if (!fs.existsSync(path.join(build, 'nthpid'))) {
      throw new Error(`there is no build in ${build}: make it, or set NTHPI_BUILD`);
    }
    const args = {
      nginx: ['/usr/sbin/nginx', '-e', 'stderr', '-p', path.join(this.state, 'nginx'),
        '-c', path.join(this.state, 'nginx', 'nginx.conf')],
      fcgi: [path.join(build, this.programs.fcgi ?? 'nthpi-fcgi')],
      activated: [path.join(build, 'tests/load/activate'), path.join(build, 'nthpi-fcgi'),
        ...[1, 2, 3].map((n) => path.join(this.state, 'run', `fcgi-${n}.sock`))],
      daemon: [path.join(build, this.programs.daemon ?? 'nthpid')],
    }[numbered === 'web' ? 'fcgi' : numbered ?? name];
    const user = this.users[name];
    if (user) {
      args.unshift('setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`,
        '--clear-groups', '--', 'sh', '-c', 'umask 0077 && exec "$@"', 'sh');
    }
    if (name === 'activated') fs.mkdirSync(path.join(this.state, 'run'), { recursive: true });
    const child = spawn(args[0], args.slice(1), {
      cwd: '/',
      env: environment,
      stdio: ['ignore', 'pipe', this.stderr && name !== 'nginx' ? fs.openSync(this.stderr, 'a') : 'pipe'],
    });
    const ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.logs.push(`${name}: ${error.message}`);
        resolve({ code: null, signal: 'not started' });
      });
      // What it said last is in its pipes: each round of events reads them. (They may
      // stay open for longer, in its children.)
      child.on('exit', (code, signal) => setImmediate(() => setImmediate(() => resolve({ code, signal }))));
    });
    for (const stream of [child.stdout, child.stderr].filter(Boolean)) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        for (const line of lines) this.logs.push(`${name}: ${line}`);
      });
    }
    const record = { name, pid: child.pid, child, ended, result: undefined };
    ended.then((result) => {
      record.result = result;
      this.logs.push(`${name}: ended with ${result.signal ?? `status ${result.code}`}`);
    });
    this.processes.set(name, record);
    return record;
  }

  pid(name) {
    return this.processes.get(name).pid;
  }

  /** Sends SIGNAL and resolves to {code, signal} of the process's end. */
  async kill(name, signal = 'SIGTERM', { timeout = 90_000 } = {}) {
    const record = this.processes.get(name);
    if (!record.result) record.child.kill(signal);
    let timer;
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        record.child.kill('SIGKILL');
        reject(new Error(`${name} did not end within ${timeout / 1000} s of ${signal}`));
      }, timeout);
    });
    try {
      return await Promise.race([record.ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async restart(name, signal = 'SIGTERM') {
    await this.kill(name, signal);
    this.start(name);
  }

  /** Resolves when the site answers; fails as soon as a process has ended. */
  async waitReady(processes = [...this.processes.keys()]) {
    const answers = async () => {
      if (!processes.some((name) => /^(fcgi|activated|web-.*)$/.test(name))) {
        return (await request(this.port, '/robots.txt')).status === 200;
      }
      if ((await request(this.port, '/')).status !== 200) return false;
      if (!processes.some((name) => name.startsWith('daemon'))) return true;
      return (await request(this.port, '/healthz')).json().status === 'ok';
    };
    const ended = await until(async () => {
      const over = processes.find((name) => this.processes.get(name).result);
      return over ?? ((await answers()) && 'none');
    }, `the site at ${this.url}`);
    if (ended !== 'none') throw new Error(`${ended} did not start`);
  }

  /** Stops everything and removes the state folder. With `check`, every process
   * must end cleanly and leave no child. */
  async stop({ check = true } = {}) {
    const problems = [];
    const numbered = (kind) => [...this.processes.keys()].filter((name) => name.startsWith(kind));
    for (const name of ['nginx', 'fcgi', 'activated', ...numbered('web-'), 'daemon',
      ...numbered('daemon-')]) {
      const record = this.processes.get(name);
      if (!record?.pid || record.result) continue;
      const below = children(record.pid);
      try {
        const { code, signal } = await this.kill(name);
        if (code !== 0) problems.push(`${name} ended with ${signal ?? `status ${code}`}`);
      } catch (error) {
        problems.push(error.message);
      }
      for (const pid of below) {
        try {
          await until(() => !alive(pid), `child ${pid} of ${name} to end`, { timeout: 30_000 });
        } catch (error) {
          problems.push(error.message);
          process.kill(pid, 'SIGKILL');
        }
      }
    }
    if (process.env.NTHPI_KEEP) console.error(`kept ${this.state}`);
    else if (!this.kept) fs.rmSync(this.state, { recursive: true, force: true, maxRetries: 5 });
    if (check && problems.length) throw new Error(`${problems.join('; ')}\n${this.logText()}`);
  }

  /** The last lines of all logs. */
  logText(lines = 60) {
    return this.logs.slice(-lines).join('\n');
  }

  // --- HTTP

  get(path_, options) {
    return request(this.port, path_, options);
  }

  raw(bytes) {
    return raw(this.port, bytes);
  }

  visitor() {
    return new Visitor(this);
  }

  /** A JSON request; `token` is an owner token. */
  api(method, path_, body, { token, headers = {} } = {}) {
    const all = { accept: 'application/json', ...headers };
    if (body !== undefined) all['content-type'] ??= 'application/json';
    if (token) all.authorization = `Bearer ${token}`;
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    return request(this.port, path_, { method, headers: all, body: text });
  }

  /** Asks through the API; resolves to the answer's document. */
  async ask(position, { radix = 10, algorithm = 'auto' } = {}) {
    const answer = await this.api('POST', '/api/v1/computations', { position, radix, algorithm });
    if (answer.status !== 201 && answer.status !== 200) {
      throw new Error(`POST /api/v1/computations: ${answer.status} ${answer.text}`);
    }
    return answer.json();
  }

  /** Resolves to the computation (JSON) once CHECK(it) holds. */
  waitFor(id, check, what, options) {
    return until(async () => {
      const answer = await request(this.port, `/api/v1/computations/${id}`);
      if (answer.status !== 200) return false;
      const found = answer.json();
      return check(found) ? found : false;
    }, `computation ${id} to be ${what}`, options).catch((error) => {
      throw new Error(`${error.message}\n${this.logText()}`, { cause: error });
    });
  }

  waitDone(id, options) {
    return this.waitFor(id, ({ status, error }) => {
      if (status === 'failed') throw new Error(`computation ${id} failed: ${error}`);
      return status === 'done';
    }, 'done', options);
  }

  // --- the database, read by another program

  get database() {
    return path.join(this.state, 'db', 'nthpi.db');
  }

  /** Rows of a SELECT as objects, through the sqlite3 command line. */
  async sql(query) {
    const { stdout } = await run('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000',
      this.database, query]);
    return stdout.trim() ? JSON.parse(stdout) : [];
  }

  /** "id status revision" of every row, sorted. */
  async summary() {
    const list = await this.sql('SELECT id, status, revision FROM computation ORDER BY id');
    return list.map(({ id, status, revision }) => `${id} ${status} ${revision}`);
  }

  /** The nthpi command line tool on this site; resolves to {code, stdout, stderr}. */
  async tool(...args) {
    try {
      const { stdout, stderr } = await run(path.join(build, 'nthpi'), args, {
        env: this.environment,
        maxBuffer: 64 << 20,
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      if (typeof error.code !== 'number') throw error;
      return { code: error.code, stdout: error.stdout, stderr: error.stderr };
    }
  }

  // --- workers

  /** The ids of nthpid's worker processes. */
  workers() {
    return children(this.pid('daemon'));
  }
}

// nginx's configuration, from the template that contrib/quickstart uses too. As
// root its workers stay root: state folders of tests are for one user.
function nginxConf(site, run) {
  const values = {
    PORT: site.port,
    STATE: site.state,
    STATIC: path.join(build, 'templates', 'public'),
    CONF: path.join(source, 'conf'),
    ERRORS: path.join(build, 'conf', 'errors'),
    RUN: run,
    UNLIMITED: site.limited ? '' : '127.0.0.0/8 1;',
    USER_LINE: process.getuid() === 0 ? 'user root;' : '',
  };
  const template = fs.readFileSync(path.join(source, 'conf', 'nginx.conf.in'), 'utf8');
  return template.replace(/^#.*\n/gm, '').replace(/@([A-Z_]+)@/g, (whole, name) => {
    if (!(name in values)) throw new Error(`nginx.conf.in: nobody fills in ${whole}`);
    return values[name];
  });
}
