// Logs are rotated under load, those of nginx and those of our programs: every request
// has its line, whole and once, in one of the files.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Site, source, until } from '../lib/site.mjs';

const ROTATIONS = process.env.NTHPI_LONG ? 50 : 8;

const site = await Site.start({
  options: { 'log-level': 'debug', 'poll-ms': 50 },
  processes: ['nginx'],
});
after(() => site.stop());
const ours = path.join(site.state, 'nthpi.log');
const nginx = path.join(site.state, 'nginx', 'access.log');

/** All lines of FILE and of what it was renamed to. */
function lines(file) {
  const folder = path.dirname(file);
  return fs.readdirSync(folder).filter((name) => name.startsWith(`${path.basename(file)}`)).flatMap((name) => {
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    assert.ok(text === '' || text.endsWith('\n'), `${name} ends with a whole line`);
    return text.split('\n').slice(0, -1);
  });
}

test('no line is lost or cut when logs are rotated', async () => {
  site.options['log-target'] = `file:${ours}`;
  for (const name of ['fcgi', 'daemon']) site.start(name);
  await site.waitReady();
  let over = false;
  let requests = 0;
  const visitors = Array.from({ length: 6 }, async (_, i) => {
    while (!over) {
      const answer = i === 0 && requests % 10 === 0
        ? await site.api('POST', '/api/v1/computations', { position: 1 + requests })
        : await site.get(`/pi/${1 + (requests % 50)}?visitor=${i}`);
      assert.ok(answer.status < 500, `${answer.status}: ${answer.text}`);
      requests++;
    }
  });
  const master = site.pid('nginx');
  for (let i = 0; i < ROTATIONS; i++) {
    const before = requests;
    await until(() => requests > before + 40, 'requests');
    fs.renameSync(ours, `${ours}.${i}`);
    for (const name of ['fcgi', 'daemon']) process.kill(site.pid(name), 'SIGHUP');
    fs.renameSync(nginx, `${nginx}.${i}`);
    process.kill(master, 'SIGUSR1');
    await until(() => fs.existsSync(ours) && fs.existsSync(nginx), 'new files');
  }
  over = true;
  await Promise.all(visitors);
  // All is written when the programs have ended.
  for (const name of ['nginx', 'fcgi', 'daemon']) assert.equal((await site.kill(name)).code, 0);

  // (Before nthpi-fcgi was there, nginx answered alone.)
  const ids = lines(nginx).map((line) => JSON.parse(line))
    .filter(({ upstream, status }) => upstream && status < 500).map(({ id }) => id);
  assert.ok(ids.length >= requests);
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z nthpi(-fcgi|d)\[\d+\] (error|warning|info|debug): \S/;
  const written = new Map();
  for (const line of lines(ours)) {
    assert.match(line, shape);
    const id = /, request ([0-9a-f]{32})$/.exec(line)?.[1];
    if (id) written.set(id, (written.get(id) ?? 0) + 1);
  }
  assert.deepEqual(ids.filter((id) => written.get(id) !== 1), []);
  assert.ok(lines(ours).some((line) => line.includes('nthpid')));
  assert.equal(fs.statSync(ours).mode & 0o777, 0o640);
  console.log(`# ${ROTATIONS} rotations: ${ids.length} requests, ${lines(ours).length} lines`);
});

test('a log that cannot be opened stops a program, or leaves it the one it has', async () => {
  fs.rmSync(ours);
  fs.mkdirSync(ours);
  for (const name of ['fcgi', 'daemon']) {
    assert.equal((await site.start(name).ended).code, 1, name);
    assert.ok(site.logs.some((line) => line.startsWith(`${name}:`) && line.includes('cannot open the log')));
  }
  fs.rmdirSync(ours);
  for (const name of ['fcgi', 'daemon']) site.start(name);
  await until(() => {
    const text = fs.existsSync(ours) ? fs.readFileSync(ours, 'utf8') : '';
    return /nthpid.*ready/.test(text) && /nthpi-fcgi.*, build /.test(text);
  }, 'both programs');
  fs.renameSync(ours, `${ours}.old`);
  fs.mkdirSync(ours);
  for (const name of ['fcgi', 'daemon']) process.kill(site.pid(name), 'SIGHUP');
  await until(() => {
    const text = fs.readFileSync(`${ours}.old`, 'utf8');
    return /nthpi-fcgi\S+ error: cannot open the log/.test(text) && /nthpid\S+ error: cannot open the log/.test(text);
  }, 'both to say so in the old log');
  fs.rmdirSync(ours);
});

test('the example for logrotate tells each program by its signal, as users that there are', () => {
  const read = (name) => fs.readFileSync(path.join(source, 'contrib', name), 'utf8');
  const text = read('logrotate/nthpi');
  assert.match(text, /kill -USR1 "\$\(cat \/run\/nginx\.pid\)"/);
  assert.equal(text.match(/{$/gm).length, text.match(/^}$/gm).length);
  // A part for each program, written by the user of its unit.
  for (const unit of ['nthpi-fcgi', 'nthpid']) {
    const user = /^User=(.*)$/m.exec(read(`systemd/${unit}.service`))[1];
    const part = text.split(/^}$/m).find((some) => some.includes(`--signal=HUP ${unit}.service`));
    assert.match(part, new RegExp(`^ +create \\d+ ${user} adm$`, 'm'));
    assert.match(part, new RegExp(`^ +su ${user} adm$`, 'm'));
    const folder = new RegExp(`^# +${unit}: +LogsDirectory=(.*)$`, 'm').exec(text)[1];
    assert.ok(part.includes(`\n/var/log/${folder}/*.log {`));
    assert.ok(text.includes(`NTHPI_LOG_TARGET=file:/var/log/${folder}/${unit}.log\n`));
  }
});
