// What a client may see while processes are killed: whole answers with right digits,
// refusals, the documented pages of a site that is restarting, cut connections.
// Never half an answer as if it were one, a wrong digit, or "internal error".
import { element, row as rowOf, rows as rowsOf } from './html.mjs';
import { request } from './http.mjs';

const AWAY = new Set([502, 503, 504]);
const REFUSED = new Set([403, 404, 409, 416, 429]);

/** The problems of an answer that says it is whole, whatever it is about. */
function formProblems(answer) {
  const type = (answer.headers['content-type'] ?? '').split(';')[0];
  const length = answer.headers['content-length'];
  if (length !== undefined && Number(length) !== answer.body.length) {
    return [`${answer.body.length} bytes of ${length}`];
  }
  if (type === 'text/html' && !/<\/html>\s*$/.test(answer.text)) {
    return [`half a page: …${answer.text.slice(-60)}`];
  }
  if (/json$/.test(type)) {
    try {
      answer.json();
    } catch {
      return [`no JSON: ${answer.text.slice(0, 200)}`];
    }
  }
  return [];
}

/** The digits on a page "pi to N digits", and where they begin when that is the 3
 * (0); undefined when it shows none. */
export function shownDigits(page) {
  const found = element(page, 'pre', { id: 'digits' });
  const text = found?.inner.replace(/<[^>]*>|\s/g, '');
  if (!text) return undefined;
  return text.startsWith('3.') ? { from: 0, digits: `3${text.slice(2)}` } : { digits: text };
}

/** The problems of the digits in ANSWER to a GET of PATH, compared with REFERENCE. */
function digitProblems(path, answer, reference) {
  const url = new URL(path, 'http://localhost');
  const radix = Number(url.searchParams.get('radix') ?? url.searchParams.get('R') ?? 10);
  const faults = [];
  const compare = (of, position, digits) => {
    const fault = reference.fault(of, position, digits);
    if (fault) faults.push(fault);
  };
  const compareRow = (row) => {
    if (row.status !== 'done') return;
    compare(row.radix, row.position, row.window);
    if (row.digit !== row.window[0]) faults.push(`row ${row.id}: digit ${row.digit} of ${row.window}`);
  };
  const compareShown = ({ status, cells }) => {
    if (status === 'done') compare(Number(cells.radix.text), Number(cells.position.text), cells.digit.text);
  };
  const text = /^\/pi\/(\d+)\.txt$/.exec(url.pathname);
  const page = /^\/pi\/(\d+)$/.exec(url.pathname);
  if (text) {
    const whole = reference.text(radix, Number(text[1]));
    const range = /^bytes (\d+)-(\d+)\//.exec(answer.headers['content-range'] ?? '');
    const expected = range ? whole.slice(Number(range[1]), Number(range[2]) + 1) : whole;
    reference.compared += expected.length;
    if (answer.text !== expected) faults.push(`${answer.body.length} bytes that are not those of pi`);
  } else if (page && answer.headers['content-type']?.startsWith('text/html')) {
    // The screen that was asked for, or the window around the digit.
    const shown = shownDigits(answer.text);
    const places = [shown?.from ?? Number(url.searchParams.get('from')), Number(page[1])];
    const wrong = shown ? places.map((from) => reference.fault(radix, from, shown.digits)) : [''];
    if (!wrong.includes('')) faults.push(wrong[0]);
  } else if (url.pathname === '/') {
    rowsOf(answer.text).forEach(compareShown);
  } else if (url.pathname === '/updates') {
    answer.json().changed.forEach(({ html }) => compareShown(rowOf(html)));
  } else if (url.pathname === '/v1/pi') {
    compare(radix, Number(url.searchParams.get('start')), answer.json().content);
  } else if (/^\/api\/v1\/computations/.test(url.pathname)) {
    const body = answer.json();
    for (const row of body.computations ?? [body]) compareRow(row);
  }
  return faults;
}

/** Sends requests and keeps book of how they were answered. */
export class Answers {
  constructor(site, reference) {
    this.site = site;
    this.reference = reference;
    this.problems = [];
    this.counts = { whole: 0, refused: 0, away: 0, cut: 0 };
    this.statuses = {};
  }

  /** The kind of an answer: whole, refused, away or cut (ANSWER is an error).
   * `refused`: statuses that are no surprise here besides the usual refusals. */
  judge(method, path, answer, { refused = [] } = {}) {
    const problem = (text) => this.problems.push(`${method} ${path}: ${text}`);
    if (answer instanceof Error) {
      this.counts.cut++;
      return 'cut';
    }
    const { status } = answer;
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    const form = formProblems(answer);
    form.forEach((text) => problem(`${status}, ${text}`));
    let kind = 'whole';
    if (AWAY.has(status)) kind = 'away';
    else if (status >= 400) kind = 'refused';
    this.counts[kind]++;
    if (kind === 'refused' && !REFUSED.has(status) && !refused.includes(status)) {
      problem(`${status} ${answer.text.slice(0, 300)}`);
    } else if (kind === 'whole' && method === 'GET' && status !== 304 && !form.length) {
      digitProblems(path, answer, this.reference).forEach((text) => problem(text));
    }
    return kind;
  }

  /** One request; resolves to {kind, answer}. `send` does it another way. */
  async ask(method, path, options = {}, send = (...all) => request(this.site.port, ...all)) {
    let answer;
    try {
      answer = await send(path, { method, ...options });
    } catch (error) {
      answer = error;
    }
    return { kind: this.judge(method, path, answer, options), answer };
  }
}
