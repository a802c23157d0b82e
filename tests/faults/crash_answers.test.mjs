// What the crash suite (crash.test.mjs) takes for a good answer, and what not; its
// book of acknowledgements; its reference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answers } from '../lib/crash_answers.mjs';
import { Ledger } from '../lib/crash_ledger.mjs';
import { Random } from '../lib/crash_random.mjs';
import { Reference } from '../lib/reference.mjs';

const reference = await Reference.upTo(2000, 1500);

function answer(status, type, text, headers = {}) {
  const body = Buffer.from(text);
  return { status, headers: { 'content-type': type, ...headers }, body, text, json: () => JSON.parse(text) };
}

/** The problems that ANSWER to a GET of PATH is, and its kind. */
function judged(path, what) {
  const answers = new Answers(undefined, reference);
  const kind = answers.judge('GET', path, what);
  return { kind, problems: answers.problems };
}

const page = (digits) => `<pre id="digits">${digits}</pre></html>\n`;
const row = (digit, window) => JSON.stringify({ id: 1, status: 'done', radix: 10, position: 3, digit, window });
const list = (digit) => `<table id="computations"><tr id="c-1" data-id="1" data-status="done" data-revision="9">
  <th class="position">3</th><td class="digit">${digit}</td><td class="radix">10</td></tr></table></html>\n`;
const news = (digit) => JSON.stringify({ revision: 9, removed: [], changed: [{ id: 1, html: list(digit) }] });
const PI = reference.text(10, 30);

for (const [what, path, given, kind] of [
  ['a page', '/computations/1', answer(200, 'text/html; charset=utf-8', '<html></html>\n'), 'whole'],
  ['nginx\'s page of a site that restarts', '/', answer(502, 'text/html', '</html>'), 'away'],
  ['the same as JSON', '/updates', answer(502, 'application/problem+json', '{"status":502}'), 'away'],
  ['a row that is gone', '/', answer(404, 'text/html', '</html>'), 'refused'],
  ['a cut connection', '/', new Error('socket hang up'), 'cut'],
  ['digits as text', '/pi/30.txt', answer(200, 'text/plain', PI), 'whole'],
  ['a range of them', '/pi/30.txt', answer(206, 'text/plain', PI.slice(2, 6), { 'content-range': 'bytes 2-5/32' }), 'whole'],
  ['digits on a page', '/pi/30?from=1', answer(200, 'text/html', page(`3.<b>${PI.slice(2)}</b>`)), 'whole'],
  ['a window on a page', '/pi/3?from=1', answer(200, 'text/html', page('159')), 'whole'],
  ['digits as JSON', '/v1/pi?start=0', answer(200, 'application/json', '{"content":"3141"}'), 'whole'],
  ['a list', '/', answer(200, 'text/html', list('1')), 'whole'],
  ['news', '/updates?since=8', answer(200, 'application/json', news('1')), 'whole'],
  ['a row', '/api/v1/computations/1', answer(200, 'application/json', row('1', '159')), 'whole'],
]) {
  test(`good: ${what}`, () => assert.deepEqual(judged(path, given), { kind, problems: [] }));
}

for (const [what, path, given] of [
  ['half a page', '/', answer(200, 'text/html', '<html>')],
  ['fewer bytes than announced', '/computations/1', answer(200, 'text/html', '</html>', { 'content-length': '8' })],
  ['half of a page of nginx', '/', answer(502, 'text/html', '<html>')],
  ['no JSON', '/api/v1/computations', answer(200, 'application/json', '{"computations":')],
  ['an internal error', '/', answer(500, 'text/html', '</html>')],
  ['a wrong request', '/', answer(400, 'text/html', '</html>')],
  ['fewer digits', '/pi/30.txt', answer(200, 'text/plain', PI.slice(0, -1))],
  ['a wrong digit', '/pi/30.txt', answer(200, 'text/plain', PI.replace('9', '8'))],
  ['a wrong range', '/pi/30.txt', answer(206, 'text/plain', PI.slice(3, 7), { 'content-range': 'bytes 2-5/32' })],
  ['a wrong digit on a page', '/pi/30?from=1', answer(200, 'text/html', page('3.1415926536'))],
  ['a wrong digit as JSON', '/v1/pi?start=0', answer(200, 'application/json', '{"content":"3142"}')],
  ['a list with a wrong digit', '/', answer(200, 'text/html', list('2'))],
  ['news with a wrong digit', '/updates?since=8', answer(200, 'application/json', news(''))],
  ['a row with another digit', '/api/v1/computations/1', answer(200, 'application/json', row('2', '159'))],
  ['a row with another window', '/api/v1/computations/1', answer(200, 'application/json', row('1', '158'))],
]) {
  test(`not good: ${what}`, () => assert.equal(judged(path, given).problems.length, 1));
}

const WHAT = { radix: 10, position: 7, algorithm: 'auto' };
const has = (status, id = 1) => (status === 'gone' ? [] : [{ ...WHAT, id, status }]);

/** The problems of a book in which DEEDS [deed, outcome, final] were done, with ROWS. */
function checked(deeds, rows, shared = false) {
  const ledger = new Ledger();
  for (const [deed, outcome, final] of deeds) {
    ledger.note(ledger.question(WHAT, shared), deed, { outcome, begun: ledger.now(), id: 1, final });
  }
  return ledger.check(rows).length;
}

test('the book: what may have become of a private question', () => {
  const submit = ['submit', 'yes'];
  for (const [deeds, allowed] of [
    [[submit], ['done', 'failed']],
    [[['submit', 'lost']], ['done', 'failed', 'gone']],
    [[['submit', 'no']], ['gone']],
    [[submit, ['cancel', 'yes']], ['cancelled', 'done']],
    [[submit, ['cancel', 'yes', true]], ['cancelled']],
    [[submit, ['cancel', 'lost']], ['cancelled', 'done', 'failed']],
    [[submit, ['cancel', 'no']], ['done', 'failed']],
    [[submit, ['cancel', 'yes'], ['retry', 'yes']], ['done', 'failed']],
    [[submit, ['delete', 'yes']], ['gone']],
    [[submit, ['delete', 'lost']], ['gone', 'done', 'failed']],
    [[submit, ['delete', 'yes'], submit], ['done', 'failed']],
  ]) {
    for (const end of ['queued', 'running', 'done', 'failed', 'cancelled', 'gone']) {
      assert.equal(checked(deeds, has(end)) === 0, allowed.includes(end), `${JSON.stringify(deeds)} ${end}`);
    }
  }
  assert.equal(checked([submit], has('done', 2)), 1, 'another id');
  assert.equal(checked([submit], [...has('done'), ...has('done', 2)]) > 0, true, 'twice');
});

test('the book: what was cancelled is not taken up again', () => {
  const ledger = new Ledger();
  const question = ledger.question(WHAT);
  const note = (deed) => ledger.note(question, deed, { outcome: 'yes', begun: ledger.now(), id: 1 });
  const later = [{ computation_id: 1, stage: 'scheduled', at: (Date.now() + 60_000) * 1000 }];
  note('submit');
  assert.equal(ledger.check(has('done'), later).length, 0);
  note('cancel');
  assert.equal(ledger.check(has('done'), later).length, 1);
  assert.equal(ledger.check(has('done'), [{ ...later[0], at: 1 }]).length, 0);
  note('retry');
  assert.equal(ledger.check(has('done'), later).length, 0);
});

test('the book: a shared question is there unless somebody deleted it', () => {
  const submit = ['submit', 'yes'];
  assert.equal(checked([submit, submit], has('cancelled'), true), 0);
  assert.equal(checked([submit], has('gone'), true), 1);
  assert.equal(checked([submit, ['delete', 'yes']], has('gone'), true), 0);
  assert.equal(checked([submit, ['delete', 'lost']], has('gone'), true), 0);
  assert.equal(checked([submit, ['delete', 'no']], has('gone'), true), 1);
  assert.equal(checked([submit, ['delete', 'yes'], submit], has('gone'), true), 1);
});

test('the reference: published digits, and what it does not know', () => {
  assert.equal(reference.text(16, 16), '3.243f6a8885a308d3');
  assert.equal(reference.fault(16, 10_000_001, '7af5863efed8d0'), '');
  assert.notEqual(reference.fault(16, 10_000_001, '7af5863efed8e'), '');
  assert.notEqual(reference.fault(16, 5000, '0'), '');
  assert.notEqual(reference.fault(10, 1, ''), '');
  assert.throws(() => reference.text(10, 3000));
});

test('chance: the same seed makes the same choices', () => {
  const choices = (seed) => {
    const random = new Random(seed).of('killer');
    return Array.from({ length: 50 }, () => [random.whole(1, 6), random.magnitude(1, 1000), random.chance(0.5)]);
  };
  assert.deepEqual(choices(7), choices(7));
  assert.notDeepEqual(choices(7), choices(8));
  for (const [die, size] of choices(9)) assert.ok(die >= 1 && die <= 6 && size >= 1 && size <= 1000);
});
