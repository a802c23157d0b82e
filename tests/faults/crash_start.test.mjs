// Killed while they start: on no database, and on one of the first schema, which
// they migrate. Whenever they die the schema is the old one or the new one, and the
// rows are all there; the next start goes on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../lib/crash_random.mjs';
import { snipe } from '../lib/crash_sniper.mjs';
import { Reference } from '../lib/reference.mjs';
import { Site, source } from '../lib/site.mjs';

const ROUNDS = process.env.NTHPI_LONG ? 20 : 4;
const MOST_KILLS = 40; // a round
const ROWS = 40;

const random = new Random();
const reference = await Reference.upTo(1000, 1000);
const schemas = fs.readdirSync(path.join(source, 'conf', 'schema')).length;
const site = await Site.start({ processes: [] });
after(() => site.stop());
const PROGRAMS = ['fcgi', 'daemon'];
const counts = { kills: 0, old: 0, new: 0 };
// Milliseconds that programs live at most: as long as they need for their start on
// this machine, found by trying.
let life = 10;

function sql(text, file = site.database) {
  return execFileSync('sqlite3', [file, text], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

const folder = path.dirname(site.database);
const copy = path.join(site.state, 'copy');

/** No database, or one as the first version left it: ROWS questions wait. */
function prepare(version) {
  fs.rmSync(folder, { recursive: true, force: true });
  if (version === 0) return;
  fs.mkdirSync(folder);
  const questions = Array.from({ length: ROWS }, (_, i) =>
    `(${i % 2 ? 16 : 10}, ${i + 1}, 'auto', 1, ${i + 2})`);
  sql(`PRAGMA journal_mode = WAL; ${fs.readFileSync(path.join(source, 'conf', 'schema', '1.sql'), 'utf8')}
    PRAGMA user_version = 1;
    INSERT INTO computation (radix, position, algorithm, created_at, revision) VALUES ${questions};
    INSERT INTO event (computation_id, stage, at) SELECT id, 'registered', 1 FROM computation;
    UPDATE meta SET value = ${ROWS + 2} WHERE key = 'revision';`);
}

/** The schema that the dead left, which must be a whole one. (Reading would mend the
 * original: a copy is read.) */
function schemaLeft(version) {
  if (!fs.existsSync(site.database)) return 0;
  fs.cpSync(folder, copy, { recursive: true });
  const file = path.join(copy, path.basename(site.database));
  const left = Number(sql('PRAGMA user_version', file));
  assert.ok(left === version || left === schemas, `NTHPI_SEED=${random.seed}: schema ${left}`);
  assert.equal(sql('PRAGMA integrity_check', file), 'ok');
  if (left > 0) assert.equal(sql('SELECT count(*) FROM computation', file), String(version ? ROWS : 0));
  fs.rmSync(copy, { recursive: true });
  return left;
}

/** Starts both programs and kills them a little later: after some time, or when the
 * database is first written to. */
async function killed() {
  fs.mkdirSync(folder, { recursive: true });
  const records = [];
  const start = () => records.push(...PROGRAMS.map((name) => site.start(name)));
  if (random.chance(0.5)) {
    await snipe({ folder, file: /^nthpi\.db(-wal)?$/, timeout: 200 }, start);
  } else {
    start();
    await sleep(random.fraction() * life);
  }
  for (const { child } of records) child.kill('SIGKILL');
  for (const { ended } of records) assert.equal((await ended).signal, 'SIGKILL', site.logText());
  counts.kills += records.length;
}

for (const version of [0, 1]) {
  test(`kill -9 at a start with ${version ? 'a database of the first schema' : 'no database'}`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      prepare(version);
      for (let i = 0, left = version; i < MOST_KILLS && left !== schemas; i++) {
        await killed();
        left = schemaLeft(version);
        counts[left === schemas ? 'new' : 'old']++;
        life *= left === schemas ? 0.6 : 1.3;
      }
    }
    for (const name of [...PROGRAMS, 'nginx']) site.start(name);
    await site.waitReady();
    assert.equal(Number(sql('PRAGMA user_version')), schemas);
    if (version === 0) await site.waitDone((await site.ask(7)).id);
    for (let id = 1; version && id <= ROWS; id++) await site.waitDone(id);
    for (const { radix, position, window } of await site.sql('SELECT * FROM computation')) {
      assert.equal(reference.fault(radix, position, window), '');
    }
    assert.deepEqual(await site.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(await site.sql('PRAGMA foreign_key_check'), []);
    assert.deepEqual(await site.sql('SELECT status, n FROM counter WHERE n > 0'),
      [{ status: 'done', n: version ? ROWS : 1 }]);
    for (const name of ['nginx', ...PROGRAMS]) assert.equal((await site.kill(name)).code, 0);
  });
}

test('that was before and after migrations', (t) => {
  t.diagnostic(`figure: ${counts.kills} kills at starts: ${counts.old} left the old schema, ${counts.new} the new one (seed ${random.seed})`);
  assert.ok(counts.old > 0 && counts.new > 0, JSON.stringify(counts));
});
