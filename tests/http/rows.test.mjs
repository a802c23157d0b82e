// A page of 50 rows is small, whatever they are: the first screen of a visitor, and of
// every reload.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rows } from '../lib/html.mjs';
import { Site } from '../lib/site.mjs';

const run = promisify(execFile);
const site = await Site.start({ processes: ['nginx', 'fcgi'] });
after(() => site.stop());

// An old site on a machine that was started often: long numbers everywhere.
let revision = 5 * 2 ** 32;
const now = Date.now() * 1000;
const kinds = {
  queued: {},
  waiting: { phase: 'waiting-for-memory' },
  running: {
    status: 'running', stage: 'taken', method: 'chudnovsky', progress: 0.4567, phase: 'converting',
    eta_s: 175, lease: 'x', lease_owner: 'main', lease_until: now * 1000, attempts: 1,
  },
  done: {
    status: 'done', stage: 'stored', method: 'chudnovsky', progress: 1, digit: '7',
    window: '7123456789012345', wall_s: 123.4, ended_at: now,
  },
  failed: { status: 'failed', stage: 'taken', method: 'chudnovsky', error: 'memory: not enough', wall_s: 12.3, ended_at: now },
  cancelled: { status: 'cancelled', ended_at: now },
};
const costs = {
  'bbp:16': '0.0007/11.4 0.0007/11.4 0.000701/11.4 0.00072/11.4 0.00119/14.9 0.00142/14.9 0.00373/14.9 0.0268/15.1 0.257/15.5 1.28/27.6 12.8/33.7',
  'chudnovsky:10': '0.0007/11.4 0.0007/11.4 0.000701/11.4 0.000716/11.4 0.00106/11.4 0.00752/11.5 0.118/17.9 1.05/134 15.7/1.14e+03',
  'chudnovsky:16': '0.0007/11.4 0.0007/11.4 0.000701/11.4 0.00072/11.4 0.00115/11.4 0.00927/11.5 0.147/20 1.31/156 19.4/1.36e+03',
  'spigot:10': '0.0004/7.15 0.0004/7.15 0.000412/7.15 0.000778/7.16 0.0122/7.27 0.371/8.32',
};
const literal = (value) => (typeof value === 'string' ? `'${value}'` : value);
const insert = (table, values) =>
  `INSERT INTO ${table} (${Object.keys(values)}) VALUES (${Object.values(values).map(literal)});`;
const write = (...statements) => run('sqlite3', [site.database, `BEGIN; ${statements.join(' ')} COMMIT;`]);

await write(...Object.entries(costs).map(([key, value]) => insert('meta', { key: `cost:${key}`, value })),
  insert('meta', { key: 'cost:threads', value: 4 }));

/** The first screen, where rows are as many of each kind as MIX says. */
async function screen(mix, { radix = 10, position = 99_990_000, lang = 'en' }) {
  const list = Object.entries(mix).flatMap(([kind, n]) => Array(n).fill(kinds[kind]));
  revision += 1000;
  await write('DELETE FROM computation;', ...list.map((kind, i) => insert('computation', {
    id: 1_234_000 + i, radix, position: position + i, algorithm: 'auto', created_at: now, revision, ...kind,
    ...(kind.method && radix === 16 ? { method: 'bbp' } : {}),
  })), `UPDATE meta SET value = ${revision} WHERE key = 'revision';`);
  const answer = await site.get('/', { headers: { accept: 'text/html', 'accept-language': lang } });
  assert.equal(answer.status, 200);
  assert.deepEqual(rows(answer.text).map(({ status }) => status).sort(),
    list.map(({ status }) => status ?? 'queued').slice(-50).sort());
  return answer.body;
}

const mixes = {
  queued: { queued: 120 },
  running: { running: 60 },
  done: { done: 60 },
  failed: { failed: 60 },
  cancelled: { cancelled: 60 },
  'queued behind running ones': { queued: 48, running: 2 },
  'of all kinds': { done: 15, failed: 10, cancelled: 7, waiting: 3, queued: 12, running: 3 },
};
/* A running row says most, about 100 bytes more than others. 50 of them at once take a
 * machine with as many processors; they may have these more, unpacked. */
const more = (name) => (name === 'running' ? 6000 : 0);
for (const [name, mix] of Object.entries(mixes)) {
  test(`50 rows: ${name}`, async (t) => {
    for (const [lang, usual, question] of [['en', 30_000, {}], ['ru', 35_000, {}],
      ['en', 32_000, { radix: 16, position: 999_990_000 }]]) {
      const most = usual + more(name);
      const body = await screen(mix, { ...question, lang });
      const packed = gzipSync(body).length;
      const what = `${lang}${question.radix ? ', radix 16' : ''}: ${body.length} bytes, ${packed} packed`;
      t.diagnostic(what);
      assert.ok(body.length <= most && packed < 6000, what);
    }
  });
}
