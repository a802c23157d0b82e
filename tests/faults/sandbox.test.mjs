// What the programs can't do any more once they run, tried from inside: programs of
// tests/sandbox/, which are ours with a door for such deeds. All of it with the oldest
// Landlock that is enough (version 2, Debian 12's) and with all that this kernel has.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Site, build, slow, until } from '../lib/site.mjs';

const sanitized = /^#define NTHPI_SANITIZED 1/m.test(fs.readFileSync(path.join(build, 'config.h'), 'utf8'));
const programs = { fcgi: 'tests/sandbox/fcgi', daemon: 'tests/sandbox/nthpid' };

// A digits file to have designs on.
function folders(state) {
  for (const name of ['db', 'digits', 'work', 'run']) fs.mkdirSync(path.join(state, name));
  fs.writeFileSync(path.join(state, 'digits', 'target'), '3.14');
}

function start(environment = {}, { sandbox = 'require', ...more } = {}) {
  return Site.start({ programs, folders, environment, options: { sandbox }, ...more });
}

// Deeds by what comes of them.
const harmless = {
  web: {
    done: ['make-thread', 'read-digits', 'read-work', 'write-db', 'write-run'],
    EACCES: ['read-other', 'read-other-process', 'read-key', 'write-digits', 'write-work',
      'write-state', 'make-digits', 'make-work', 'make-other', 'empty-digits', 'remove-digits',
      'make-code'],
    ENOSYS: ['make-link', 'make-folder', 'chmod-digits', 'raise-limit', 'make-process-anew', 'unheard'],
  },
  daemon: {
    done: ['make-thread', 'make-process', 'signal-parent', 'read-digits', 'write-db', 'write-run',
      'write-digits', 'make-digits', 'make-work', 'empty-digits', 'remove-digits'],
    EACCES: ['read-other', 'read-key', 'write-state', 'make-other', 'make-folder'],
    ENOSYS: ['make-link', 'chmod-digits', 'run-other-at', 'make-process-anew', 'unheard'],
  },
  worker: {
    done: ['make-thread'],
    EACCES: ['read-other', 'read-other-process', 'read-key', 'read-digits', 'read-work',
      'write-digits', 'write-work', 'write-run', 'write-db', 'write-state', 'make-digits',
      'make-work', 'make-other', 'empty-digits', 'make-code'],
    ENOSYS: ['make-link', 'make-folder', 'remove-digits', 'chmod-digits', 'raise-limit',
      'make-process-anew', 'unheard'],
  },
};
const kernel = ['truncate-digits', 'run-other', 'trace-parent', 'open-internet', 'open-unix', 'mount',
  'new-user', 'bpf', 'keyctl', 'uring'];
const deadly = {
  web: [...kernel, 'run-other-at', 'make-process', 'signal-parent'],
  daemon: kernel,
  worker: [...kernel, 'make-process', 'signal-parent'],
};

const namesOf = (table) => Object.values(table).flat();
const expected = (table) => Object.fromEntries(
  Object.entries(table).flatMap(([result, names]) => names.map((name) => [name, result])));

// What the programs told of their deeds.
const told = (site) => Object.fromEntries(site.logs
  .map((line) => /^daemon: deed (\S+): (\S+)$/.exec(line)).filter(Boolean)
  .map(([, name, result]) => [name, result]));

async function webDeeds(site, names) {
  const results = {};
  for (const name of names) {
    results[name] = (await site.get(`/healthz?deed=${name}`)).text;
  }
  return results;
}

if (sanitized) {
  test('a build with sanitizers has no sandbox and says so when one is required', async () => {
    const site = await Site.start({ processes: [], options: { sandbox: 'require' } });
    site.start('daemon');
    assert.equal((await site.processes.get('daemon').ended).code, 1);
    assert.match(site.logText(), /sandbox: there is none in a build with sanitizers/);
    await site.stop();
  });
} else {
  for (const landlock of ['2', '99']) {
    const kernelOf = { NTHPI_DEED_LANDLOCK: landlock };

    test(`nthpi-fcgi, Landlock ${landlock}: what fails and what still works`, async () => {
      const site = await start(kernelOf);
      try {
        fs.writeFileSync(`${site.state}/work/target`, '3.1');
        assert.deepEqual(await webDeeds(site, namesOf(harmless.web)), expected(harmless.web));
        assert.equal(fs.readFileSync(`${site.state}/digits/target`, 'utf8'), '3.14');
        // It still serves, reads its templates again, and counts itself.
        const { id } = await site.ask(1000);
        await site.waitDone(id);
        site.processes.get('fcgi').child.kill('SIGHUP');
        await until(() => site.logText().includes('templates were read again'), 'the templates');
        const metrics = (await site.get('/metrics')).text;
        assert.match(metrics, /^process_open_fds \d+$/m);
        assert.match(metrics, /^process_resident_memory_bytes \d+$/m);
        assert.equal((await site.get('/pi/1000')).status, 200);
      } finally {
        await site.stop();
      }
    });

    test(`nthpid and its worker, Landlock ${landlock}: what fails and what still works`, async () => {
      for (const who of ['daemon', 'worker']) {
        const site = await start({ ...kernelOf,
          [`NTHPI_DEED_${who.toUpperCase()}`]: namesOf(harmless[who]).join(',') });
        try {
          const { id } = await site.ask(2000, { algorithm: 'chudnovsky' });
          await site.waitDone(id);
          assert.deepEqual(told(site), expected(harmless[who]), who);
        } finally {
          await site.stop();
        }
      }
    });
  }

  test('the programs as they are: held from the first request on, every algorithm works', async () => {
    const field = (pid, name) => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm')
      .exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
    const site = await Site.start({ options: { ...slow.options, sandbox: 'require', index: 'no' } });
    try {
      for (const [radix, algorithm, position] of [[10, 'spigot', 3000], [10, 'chudnovsky', 300_000],
        [16, 'chudnovsky', 100_000], [16, 'bbp', 3_000_000]]) {
        await site.waitDone((await site.ask(position, { radix, algorithm })).id);
      }
      const { id } = await site.ask(slow.position, slow.question);
      await site.waitFor(id, ({ progress }) => progress > 0, 'running');
      const pids = { web: site.pid('fcgi'), daemon: site.pid('daemon'), worker: site.workers()[0] };
      for (const [who, pid] of Object.entries(pids)) {
        assert.equal(field(pid, 'Seccomp'), 2, who);
        assert.equal(field(pid, 'NoNewPrivs'), 1, who);
      }
      assert.equal(field(pids.worker, 'Seccomp_filters'), 2, 'its own and that of nthpid');
      // The tool, while it computes.
      const tool = spawn(path.join(build, 'nthpi'), ['digits', '300000', '--algorithm=spigot'],
        { env: site.environment, stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = new Promise((resolve) => { tool.on('exit', (...how) => resolve(how)); });
      await until(() => field(tool.pid, 'Seccomp') === 2, 'the tool to be held');
      tool.kill('SIGTERM');
      await ended;
    } finally {
      await site.stop();
    }
  });

  test('nthpi-fcgi with its sockets in another folder, and the next one that takes them over', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-sockets-'));
    const site = await Site.start({
      processes: ['nginx', 'fcgi'],
      options: { sandbox: 'require', listen: `${folder}/one.sock`, 'take-over': 'yes' },
      nginx: (text) => text.replaceAll(/unix:\S*\/fcgi-\d\.sock/g, `unix:${folder}/one.sock`),
    });
    try {
      assert.equal((await site.get('/')).status, 200);
      const old = site.processes.get('fcgi');
      site.start('fcgi');
      assert.deepEqual(await old.ended, { code: 0, signal: null });
      assert.equal((await site.get('/')).status, 200);
      assert.deepEqual(fs.readdirSync(folder), ['one.sock', 'one.sock.next']);
    } finally {
      await site.stop();
      fs.rmSync(folder, { recursive: true });
    }
  });

  test('a daemon whose program was replaced on disk goes on starting workers', async () => {
    const site = await Site.start({ processes: [], options: { sandbox: 'require' } });
    try {
      const copy = path.join(site.state, 'nthpid');
      fs.copyFileSync(path.join(build, 'nthpid'), copy);
      site.programs = { daemon: path.relative(build, copy) };
      for (const name of ['daemon', 'fcgi', 'nginx']) site.start(name);
      await site.waitReady();
      fs.unlinkSync(copy);
      fs.writeFileSync(copy, '#!/bin/false\n', { mode: 0o755 });
      await site.waitDone((await site.ask(1000)).id);
    } finally {
      await site.stop();
    }
  });

  test('nthpi-fcgi is ended by deeds that no honest run does', async () => {
    for (const deed of deadly.web) {
      const site = await start({}, { processes: ['nginx', 'fcgi'] });
      try {
        await webDeeds(site, [deed]).catch(() => {});
        assert.equal((await site.processes.get('fcgi').ended).signal, 'SIGSYS', deed);
      } finally {
        await site.stop();
      }
    }
  });

  test('nthpid is ended by deeds that no honest run does', async () => {
    for (const deed of deadly.daemon) {
      const site = await start({ NTHPI_DEED_DAEMON: deed }, { processes: [] });
      try {
        site.start('daemon');
        assert.equal((await site.processes.get('daemon').ended).signal, 'SIGSYS', deed);
      } finally {
        await site.stop();
      }
    }
  });

  test('a worker is ended by them, its row says so, nthpid goes on', async () => {
    for (const deed of deadly.worker) {
      const site = await start({ NTHPI_DEED_WORKER: deed });
      try {
        const { id } = await site.ask(3000, { algorithm: 'chudnovsky' });
        const row = await site.waitFor(id, ({ status }) => status === 'failed', 'failed');
        assert.match(row.error, /ended by its sandbox/, deed);
        assert.equal(row.attempts, 1);
        assert.equal((await site.get('/healthz')).json().status, 'ok');
      } finally {
        await site.stop();
      }
    }
  });

  test('without a sandbox the same deeds are possible', async () => {
    const site = await start({}, { sandbox: 'off' });
    try {
      const names = ['read-other', 'read-key', 'write-digits', 'make-digits', 'make-process',
        'make-code', 'open-internet', 'empty-digits', 'truncate-digits'];
      assert.deepEqual(await webDeeds(site, names), expected({ done: names }));
    } finally {
      await site.stop();
    }
  });

  for (const [what, environment] of [
    ['files (Landlock)', { NTHPI_DEED_LANDLOCK: '0' }],
    ['files (Landlock)', { NTHPI_DEED_LANDLOCK: '1' }],
    ['system calls (seccomp)', { NTHPI_DEED_NO_SECCOMP: '1' }],
  ]) {
    test(`a kernel without limits on ${what}: ${Object.entries(environment)}`, async () => {
      const site = await start(environment, { sandbox: 'on' });
      try {
        const { id } = await site.ask(1000);
        await site.waitDone(id);
        for (const name of ['fcgi', 'daemon']) {
          const warnings = site.logs.filter((line) => line.startsWith(`${name}:`) &&
            line.includes(`warning: sandbox: no limits on ${what}: `));
          assert.equal(warnings.length, 1, site.logText());
        }
        // The other half is there all the same.
        const [deed, result] = what.startsWith('files') ? ['make-code', 'EACCES'] : ['read-other', 'EACCES'];
        assert.deepEqual(await webDeeds(site, [deed]), { [deed]: result });
      } finally {
        await site.stop();
      }
      const strict = await start(environment, { processes: [] });
      for (const name of ['fcgi', 'daemon']) {
        strict.start(name);
        assert.equal((await strict.processes.get(name).ended).code, 1);
      }
      assert.match(strict.logText(), /error: sandbox: no limits on/);
      await strict.stop();
    });
  }

  test('log-target=syslog leaves unix sockets and nothing else', async () => {
    const site = await start({}, { options: { sandbox: 'require', 'log-target': 'syslog' } });
    try {
      assert.deepEqual(await webDeeds(site, ['open-unix', 'read-other']),
        { 'open-unix': 'done', 'read-other': 'EACCES' });
      await webDeeds(site, ['open-internet']).catch(() => {});
      assert.equal((await site.processes.get('fcgi').ended).signal, 'SIGSYS');
    } finally {
      await site.stop();
    }
  });
}
