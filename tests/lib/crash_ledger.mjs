// What clients were told, and what must therefore be in the database at the end.
//
// A question that only one visitor asks is known exactly: he does one thing after
// the other with it, and gives it up after an answer that was lost (what he sent may
// still be carried out later). Of a question that several ask at once it is known
// that its row is there unless somebody deleted it after it was asked for.

/** What may have become of a private question's row at the end, by what was last
 * done about it. */
const ENDS = {
  absent: ['gone'],
  run: ['done', 'failed'],
  // Too late for the daemon: the digits were there already.
  cancel: ['cancelled', 'done'],
  cancelled: ['cancelled'],
};

/** An acknowledgement's effect on a private question. */
const EFFECT = { submit: 'run', retry: 'run', cancel: 'cancel', delete: 'absent' };

export const keyOf = ({ radix, position, algorithm }) => `${radix} ${position} ${algorithm}`;

export class Question {
  constructor({ radix, position, algorithm }, shared) {
    Object.assign(this, { radix, position, algorithm, shared });
    this.key = keyOf(this);
    this.ids = new Set();
    this.may = new Set(['absent']); // what may be, of a private one
    this.deeds = [];
    this.retired = false;       // after an answer that was lost
    this.cancelledAt = undefined; // microseconds; not asked for again since then
  }

  /** What was done about it, for a message. */
  story() {
    return this.deeds.map(({ deed, outcome, id }) => `${deed} ${id ?? ''}: ${outcome}`).join(', ');
  }
}

export class Ledger {
  constructor() {
    this.questions = new Map();
    this.problems = [];
    this.acknowledged = { submit: 0, cancel: 0, retry: 0, delete: 0 };
    this.lost = 0;
  }

  question(what, shared = false) {
    const key = keyOf(what);
    if (!this.questions.has(key)) this.questions.set(key, new Question(what, shared));
    return this.questions.get(key);
  }

  /**
   * Notes that DEED (submit, cancel, retry, delete) on QUESTION, which began at
   * BEGUN (a sequence number of now()), ended: `outcome` is yes, no or lost; `id` the
   * row that was named; `final` whether a cancel was said to have happened already.
   */
  note(question, deed, { outcome, begun, id, final = false }) {
    if (outcome === 'yes') this.acknowledged[deed]++;
    if (outcome === 'lost') this.lost++;
    if (outcome === 'yes' && deed === 'submit') {
      if (!Number.isSafeInteger(id)) this.problems.push(`${question.key}: no id was told`);
      question.ids.add(id);
    }
    question.deeds.push({ deed, outcome, begun, ended: this.now(), id });
    if (outcome === 'no') return;
    if (deed === 'submit' || deed === 'retry') question.cancelledAt = undefined;
    else if (outcome === 'yes') question.cancelledAt = (Date.now() + 1) * 1000;
    // A cancel takes nothing back of a delete that waits for its worker's end.
    const doomed = deed === 'cancel' && question.may.has('absent');
    const effect = final ? 'cancelled' : doomed ? 'absent' : EFFECT[deed];
    if (outcome === 'yes') question.may = new Set([effect]);
    else question.may.add(effect);
    if (outcome === 'lost') question.retired = true;
  }

  /** Grows with every call: tells what came before what. */
  now() {
    this.clock = (this.clock ?? 0) + 1;
    return this.clock;
  }

  /** What contradicts this book in ROWS (id, radix, position, algorithm, status) and
   * EVENTS (computation_id, stage, at), all there are. */
  check(rows, events = []) {
    const problems = [...this.problems];
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    const owners = new Map();
    if (byKey.size !== rows.length) problems.push('a question has two rows');
    for (const row of rows) {
      if (!this.questions.has(keyOf(row))) problems.push(`row ${row.id}: nobody asked ${keyOf(row)}`);
    }
    for (const question of this.questions.values()) {
      const row = byKey.get(question.key);
      for (const id of question.ids) {
        if (owners.has(id)) problems.push(`row ${id} was told for ${question.key} and ${owners.get(id)}`);
        owners.set(id, question.key);
      }
      problems.push(...(question.shared ? checkShared : checkPrivate)(question, row));
    }
    for (const { computation_id: id, stage, at } of events) {
      const question = this.questions.get(owners.get(id));
      if (stage === 'scheduled' && !question?.shared && at > question?.cancelledAt) {
        problems.push(`${question.key}: row ${id} was given up, and taken up after that`);
      }
    }
    return problems;
  }
}

function checkPrivate(question, row) {
  const end = row?.status ?? 'gone';
  const allowed = [...question.may].flatMap((state) => ENDS[state]);
  if (!allowed.includes(end)) {
    return [`${question.key} is ${end}, not ${allowed.join(' or ')} (${question.story()})`];
  }
  const last = question.deeds.findLast(({ deed, outcome }) => deed === 'submit' && outcome === 'yes');
  const since = question.deeds.slice(question.deeds.indexOf(last) + 1);
  // After a delete an answer that was lost may have brought a new row.
  const renewed = since.some(({ deed, outcome }) => deed === 'delete' && outcome !== 'no');
  if (row && last && row.id !== last.id && !renewed) {
    return [`${question.key} has row ${row.id}, and ${last.id} was told`];
  }
  return [];
}

function checkShared(question, row) {
  const problems = [];
  for (const { deed, outcome, begun, id } of question.deeds) {
    if (deed !== 'submit' || outcome !== 'yes' || row?.id === id) continue;
    // What was lost may be carried out after all that is known.
    const deleted = question.deeds.some((other) => other.deed === 'delete' &&
      (other.outcome === 'lost' || (other.outcome === 'yes' && other.ended > begun)));
    if (!deleted) problems.push(`${question.key}: row ${id} is gone, and nobody deleted it`);
  }
  return problems;
}
