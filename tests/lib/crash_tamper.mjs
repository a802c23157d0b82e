// Harm done on purpose to a copy of a site's state, to see that the checks of
// crash_checks.mjs notice it: each check has something here that it alone, or it
// among others, must find.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { keyOf } from './crash_ledger.mjs';

const run = promisify(execFile);

/** A copy of STATE's database, digits and work folder in the folder COPY. */
export async function copyState(state, copy) {
  for (const name of ['db', 'digits', 'work']) fs.mkdirSync(path.join(copy, name), { recursive: true });
  await run('sqlite3', ['-readonly', path.join(state, 'db', 'nthpi.db'),
    `.backup ${path.join(copy, 'db', 'nthpi.db')}`]);
  for (const name of ['digits', 'work']) {
    fs.cpSync(path.join(state, name), path.join(copy, name), { recursive: true });
  }
}

/** Changes the byte of FILE at OFFSET (from the end when negative) to another digit. */
function flip(file, offset) {
  const bytes = fs.readFileSync(file);
  const at = offset < 0 ? bytes.length + offset : offset;
  bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
  fs.writeFileSync(file, bytes);
}

const LEASED = "lease = 'x', lease_owner = 'gone', lease_until = 0";
const A_DONE_ROW = "(SELECT max(id) FROM computation WHERE status = 'done')";

/** The rows of private questions whose book says EFFECT and nothing else. */
function booked({ ledger }, rows, effect) {
  return rows.filter((row) => {
    const question = ledger.questions.get(keyOf(row));
    return question && !question.shared && question.may.size === 1 && question.may.has(effect);
  });
}

/** A private question's row that was cancelled last. */
function cancelled({ rows, books }) {
  return ['cancel', 'cancelled'].flatMap((effect) => booked(books, rows, effect))
    .find(({ status }) => status === 'cancelled');
}

/** Each: what it is, which check must find it, and the harm: SQL, or a function of
 * the copy's folder, the picture and the books, that may return SQL, or what ends it. */
export const harms = [
  ['a row is lost', 'told', (_, { rows, books }) =>
    `DELETE FROM computation WHERE id = ${booked(books, rows, 'run')[0].id}`],
  ['a deleted row is back', 'told', (_, { books }) => {
    const { radix, position, algorithm } = [...books.ledger.questions.values()]
      .find(({ shared, may, ids }) => !shared && ids.size && may.size === 1 && may.has('absent'));
    return 'INSERT INTO computation (radix, position, algorithm, created_at, revision)'
      + ` VALUES (${radix}, ${position}, '${algorithm}', 0, 1)`;
  }],
  ['a cancel is undone', 'told', (_, what) =>
    `UPDATE computation SET status = 'queued', stage = 'registered', ended_at = NULL
     WHERE id = ${cancelled(what).id}`],
  ['a cancelled row is computed', 'told', (_, what) =>
    `INSERT INTO event (computation_id, stage, at) VALUES (${cancelled(what).id}, 'scheduled', ${1e16})`],
  ['a row has another id', 'told', (_, { rows, books }) =>
    `UPDATE computation SET id = id + 100000 WHERE id = ${booked(books, rows, 'run')[0].id}`],
  ['a row that nobody asked for', 'told',
    "INSERT INTO computation (radix, position, algorithm, created_at, revision) VALUES (10, 9999999, 'auto', 0, 1)"],
  ['a digit is wrong', 'digits',
    `UPDATE computation SET digit = (digit + 1) % 10
     WHERE id = (SELECT max(id) FROM computation WHERE status = 'done' AND radix = 10)`],
  ['the last digit of a window is wrong', 'digits',
    `UPDATE computation SET window = substr(window, 1, length(window) - 1)
       || CASE substr(window, -1) WHEN '1' THEN '2' ELSE '1' END WHERE id = ${A_DONE_ROW}`],
  ['a lease is stuck', 'leases',
    `UPDATE computation SET status = 'running', stage = 'taken', ended_at = NULL, ${LEASED} WHERE id = ${A_DONE_ROW}`],
  ['a row never ends', 'ended',
    `UPDATE computation SET status = 'queued', stage = 'registered', ended_at = NULL WHERE id = ${A_DONE_ROW}`],
  ['a row failed for no good reason', 'ended',
    `UPDATE computation SET status = 'failed', stage = 'taken', error = 'the worker crashed' WHERE id = ${A_DONE_ROW}`],
  ['a counter is wrong', 'counters', "UPDATE counter SET n = n + 1 WHERE status = 'done'"],
  ['an event is lost', 'events',
    `DELETE FROM event WHERE stage = 'taken' AND computation_id = ${A_DONE_ROW}`],
  ['something happens after the end', 'events',
    `INSERT INTO event (computation_id, stage, at) VALUES (${A_DONE_ROW}, 'taken', 1)`],
  ['time goes back', 'events',
    `UPDATE event SET at = 1 WHERE stage = 'stored' AND computation_id = ${A_DONE_ROW}`],
  ['a revision from the future', 'revisions',
    "UPDATE meta SET value = (SELECT max(revision) FROM computation) - 1 WHERE key = 'revision'"],
  ['a tombstone of a row that is there', 'revisions',
    `INSERT INTO removed (id, revision) VALUES (${A_DONE_ROW}, 1)`],
  ['an id is given again', 'revisions', 'UPDATE sqlite_sequence SET seq = 1'],
  ['a change that no poll was told of', 'polls',
    `UPDATE computation SET revision = 1 WHERE id = ${A_DONE_ROW}`],
  ['an asker of nothing', 'foreign', "INSERT INTO asker (computation_id, owner) VALUES (0, 'x')"],
  ['a torn page', 'integrity', (folder, { index }) => {
    const file = path.join(folder, 'db', 'nthpi.db');
    const bytes = fs.readFileSync(file);
    bytes.fill(0, index.begin + index.size / 2, index.begin + index.size);
    fs.writeFileSync(file, bytes);
  }],
  ['a digit in a file is wrong', 'files', (folder, { published }) =>
    flip(path.join(folder, 'digits', published[0].file), -1)],
  ['a file is cut', 'files', (folder, { published }) =>
    fs.truncateSync(path.join(folder, 'digits', published[0].file), published[0].length)],
  ['a file is gone', 'files', (folder, { published }) =>
    fs.rmSync(path.join(folder, 'digits', published[0].file))],
  ['half a published pair', 'files', (folder) =>
    fs.writeFileSync(path.join(folder, 'digits', 'pi-10-7.sum'), '')],
  ['a sidecar is wrong', 'sidecars', (folder, { published }) =>
    flip(path.join(folder, 'digits', published[0].file.replace('txt', 'sum')), -2)],
  ['the hash in the database is wrong', 'sidecars', "UPDATE published SET sha256 = 'x'"],
  ['a file in work/ that is nobody\'s', 'work', (folder) =>
    fs.writeFileSync(path.join(folder, 'work', '5.txt'), '3.')],
  ['a process that is nobody\'s', 'processes', (folder) => {
    const fd = fs.openSync(path.join(folder, 'db', 'nthpi.db'));
    return () => fs.closeSync(fd);
  }],
];

/** Does the harm WHAT to the copy in FOLDER, of which the picture P was made; resolves
 * to what ends it. */
export async function harm(what, folder, p, books) {
  const file = path.join(folder, 'db', 'nthpi.db');
  // Where an index begins: reading whole tables does not touch it.
  const [{ page, size }] = JSON.parse((await run('sqlite3', ['-json', file,
    `SELECT rootpage AS page, page_size AS size FROM sqlite_master, pragma_page_size
     WHERE name = 'computation_position'`])).stdout);
  const index = { begin: (page - 1) * size, size };
  const sql = typeof what === 'string' ? what : what(folder, { ...p, books, index });
  if (typeof sql === 'string') await run('sqlite3', [file, sql]);
  return typeof sql === 'function' ? sql : () => {};
}
