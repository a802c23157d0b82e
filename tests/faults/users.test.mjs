// The web program and the daemon as two users with a common group, in folders with the
// modes of contrib/systemd/nthpi.tmpfiles. Only root can start them so; for others the
// folders of a site that made its own are looked at.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { pi } from '../lib/pi.mjs';
import { Site, slow, until } from '../lib/site.mjs';
import { makeFolders, tmpfiles } from '../lib/units.mjs';

// Numbers that no account needs to have.
const ids = { root: 0, nthpi: 64201, 'nthpi-web': 64202, nthpid: 64203 };
const users = {
  fcgi: { uid: ids['nthpi-web'], gid: ids.nthpi },
  daemon: { uid: ids.nthpid, gid: ids.nthpi },
};
const folders = (state) => makeFolders(state, ids);

test('the folders of nthpi.tmpfiles: who may write where', () => {
  const modes = Object.fromEntries(tmpfiles().map(({ path, mode, user, group }) =>
    [path.replace('/var/lib/nthpi', ''), `${user}:${group} ${mode.toString(8)}`]));
  assert.deepEqual(modes, {
    '/run/nthpi': 'root:root 755',
    '': 'root:root 755',
    '/db': 'nthpid:nthpi 2770',
    '/run': 'root:nthpi 3770',
    '/digits': 'nthpid:nthpi 755',
    '/work': 'nthpid:nthpi 2750',
    '/key': 'nthpi-web:nthpi 600',
  });
});

if (process.getuid() === 0) {
  for (const first of ['fcgi', 'daemon']) {
    test(`two users: everything works, ${first} started first`, async () => {
      const order = first === 'fcgi' ? ['fcgi', 'daemon'] : ['daemon', 'fcgi'];
      const site = await Site.start({ users, folders, processes: [],
        options: slow.options });
      try {
        for (const name of order) {
          site.start(name);
          // The database is made by the first of them.
          await until(() => fs.existsSync(`${site.state}/db/nthpi.db`), 'the database');
        }
        site.start('nginx');
        await site.waitReady();

        // Asked for by form; the digit, the text, the page.
        const visitor = site.visitor();
        const id = await visitor.submit(20_000, { algorithm: 'chudnovsky' });
        const done = await site.waitDone(id);
        const digits = await pi(30_000);
        assert.equal(done.digit, digits[1 + 20_000]);
        assert.equal((await site.get('/pi/20000.txt')).text, digits.slice(0, 20_002));
        assert.match((await site.get('/pi/20000?from=19001')).text, /<mark/);

        // Digits as they come, and both programs started again meanwhile.
        const long = await site.ask(slow.position, slow.question);
        await site.waitFor(long.id, ({ status }) => status === 'running', 'running');
        await until(() => fs.readdirSync(`${site.state}/work`).includes(`${long.id}.txt`), 'its file');
        await until(async () => /31415926535/.test(
          (await site.get(`/pi/${slow.position}`)).text.replace(/<[^>]*>|[\s.]/g, '')), 'its first digits');
        await site.restart('fcgi');
        await site.waitReady();
        await site.restart('daemon', 'SIGKILL');
        await site.waitReady();
        const gone = await site.api('DELETE', `/api/v1/computations/${long.id}`, undefined,
          { token: long.owner_token });
        assert.ok([202, 204].includes(gone.status), gone.text);
        await until(() => !fs.readdirSync(`${site.state}/work`).includes(`${long.id}.txt`),
          'its file to go');

        // A hexadecimal digit, with a checkpoint file.
        const { id: hex } = await site.ask(2_000_000, { radix: 16, algorithm: 'bbp' });
        await site.waitDone(hex);

        const owner = (name) => {
          const { uid, gid, mode } = fs.statSync(`${site.state}/${name}`);
          return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
        };
        assert.equal(owner('key'), `${ids['nthpi-web']}:${ids.nthpi} 600`);
        assert.equal(fs.statSync(`${site.state}/key`).size, 32);
        assert.equal(owner('digits/pi-10-20000.txt').replace(/:\d+/, ''), `${ids.nthpid} 644`);
        for (const name of ['db/nthpi.db', 'db/nthpi.db-wal', 'db/nthpi.db-shm', 'run/doorbell']) {
          assert.match(owner(name), new RegExp(`:${ids.nthpi} 660$`), name);
        }
      } finally {
        await site.stop();
      }
    });
  }

  test('two users: what each can\'t do even without a sandbox', async () => {
    const site = await Site.start({ users, folders, options: { sandbox: 'off' },
      programs: { fcgi: 'tests/sandbox/fcgi', daemon: 'tests/sandbox/nthpid' },
      environment: { NTHPI_DEED_DAEMON: 'read-key,make-digits,make-work,write-state' } });
    try {
      for (const name of ['digits', 'work']) {
        fs.writeFileSync(`${site.state}/${name}/target`, '3.14');
        fs.chownSync(`${site.state}/${name}/target`, ids.nthpid, ids.nthpi);
      }
      const tried = {};
      for (const name of ['read-key', 'read-digits', 'read-work', 'write-digits', 'write-work',
        'make-digits', 'make-work', 'write-state', 'empty-digits', 'truncate-digits',
        'remove-digits', 'chmod-digits', 'remove-lock', 'signal-parent']) {
        tried[name] = (await site.get(`/healthz?deed=${name}`)).text;
      }
      assert.deepEqual(tried, {
        'read-key': 'done', 'read-digits': 'done', 'read-work': 'done',
        'write-digits': 'EACCES', 'write-work': 'EACCES', 'make-digits': 'EACCES',
        'make-work': 'EACCES', 'write-state': 'EACCES', 'empty-digits': 'EACCES',
        'truncate-digits': 'EACCES', 'remove-digits': 'EACCES', 'chmod-digits': 'EPERM',
        'remove-lock': 'EPERM', 'signal-parent': 'EPERM',
      });
      const told = site.logs.filter((line) => line.startsWith('daemon: deed '));
      assert.deepEqual(told, ['daemon: deed read-key: EACCES', 'daemon: deed make-digits: done',
        'daemon: deed make-work: done', 'daemon: deed write-state: EACCES']);
    } finally {
      await site.stop();
    }
  });
}
