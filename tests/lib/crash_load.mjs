// Visitors of a site on which processes are killed: by form and by API they ask,
// cancel, retry, delete, and look, each one thing after the other; what they were
// told goes into the ledger, every answer is judged.
import { EventEmitter } from 'node:events';
import { csrf } from './html.mjs';
import { Visitor, form, idOfRedirect } from './http.mjs';
import { until } from './site.mjs';

/** Somebody with a cookie, or a program with a bearer token. Both are there before
 * anything is killed: a token whose answer was lost would be somebody else's. */
class Person {
  constructor(load, name, isProgram) {
    this.load = load;
    this.name = name;
    this.isProgram = isProgram;
    this.browser = new Visitor(load.site);
    this.random = load.random.of(name);
    this.own = [];
  }

  async introduce() {
    const question = this.load.newQuestion(this);
    if (this.isProgram) {
      const { position, radix, algorithm } = question;
      const answer = await this.load.site.api('POST', '/api/v1/computations',
        { position, radix, algorithm });
      this.token = answer.json().owner_token;
      if (!this.token) throw new Error(`no token came with ${answer.status}`);
      this.book(question, 'submit', { outcome: 'yes', begun: 0, id: answer.json().id });
    } else {
      this.csrf = csrf((await this.browser.get('/')).text);
      await this.submit(question);
      if (!this.browser.cookies.size) throw new Error('no cookie came');
    }
  }

  book(question, deed, what) {
    this.load.ledger.note(question, deed, what);
    if (what.outcome === 'yes') this.load.emit('acknowledged', deed);
    return what.outcome === 'yes';
  }

  /** A POST or DELETE as this person sends it; resolves to {kind, answer}. */
  send(method, path, fields, options = {}) {
    const { answers } = this.load;
    if (this.isProgram) {
      const headers = { accept: 'application/json', authorization: `Bearer ${this.token}` };
      if (fields) headers['content-type'] = 'application/json';
      return answers.ask(method, path,
        { headers, body: fields && JSON.stringify(fields), ...options });
    }
    const headers = {
      'content-type': 'application/x-www-form-urlencoded', origin: this.load.site.url,
      'sec-fetch-site': 'same-origin',
    };
    const body = form({ csrf: this.csrf, ...fields });
    return answers.ask('POST', path, { headers, body, ...options },
      (...all) => this.browser.request(...all));
  }

  /** 503, a full queue or a busy database: a form has changed nothing then; the API
   * may have been kept from reading what it had changed. */
  isRefused(answer) {
    return answer.status === 503 && !this.isProgram;
  }

  async submit(question) {
    const { ledger } = this.load;
    const begun = ledger.now();
    const { position, radix, algorithm } = question;
    const path = this.isProgram ? '/api/v1/computations' : '/computations';
    const { kind, answer } = await this.send('POST', path, { position, radix, algorithm });
    let outcome = kind === 'whole' ? 'yes' : 'lost';
    if (answer.status === 429 || this.isRefused(answer)) outcome = 'no';
    let id;
    if (outcome === 'yes') id = this.isProgram ? answer.json().id : idOfRedirect(answer);
    return this.book(question, 'submit', { outcome, begun, id });
  }

  async act(deed, question) {
    const { ledger } = this.load;
    const id = [...question.ids].at(-1);
    const begun = ledger.now();
    const path = `${this.isProgram ? '/api/v1' : ''}/computations/${id}`;
    const isDelete = deed === 'delete' && this.isProgram;
    const { kind, answer } = await (isDelete ? this.send('DELETE', path)
      : this.send('POST', `${path}/${deed}`));
    let outcome = kind === 'whole' ? 'yes' : 'lost';
    if (kind === 'refused' || this.isRefused(answer)) outcome = 'no';
    // What is idempotent nginx sends to the next process when one dies: the first one
    // may have deleted the row that the second one did not find.
    if (answer.status === 404 && isDelete && answer.headers['x-tried']?.includes(',')) outcome = 'lost';
    else if (answer.status === 404) await this.load.missing(question, `${deed} by ${answer.headers['x-tried']}`);
    if (answer.status === 403 && !question.shared) {
      this.load.answers.problems.push(`${deed} of ${question.key}: 403 for the one who asked`);
    }
    const final = deed === 'cancel' && this.isProgram && answer.status === 200;
    this.book(question, deed, { outcome, begun, id, final });
  }

  /** One thing that this person does. */
  async step() {
    const { random, load } = this;
    const known = this.own.filter(({ retired, ids }) => !retired && ids.size > 0);
    const dice = random.fraction();
    if (known.length === 0 || (dice < 0.45 && !load.isCrowded())) {
      const question = load.newQuestion(this);
      if (await this.submit(question) && random.chance(0.4)) {
        await this.act(random.pick(['cancel', 'delete', 'cancel']), question);
      }
    } else if (dice < 0.55) {
      const question = random.pick(load.shared);
      if (await this.submit(question) && random.chance(0.3)) {
        await this.act(random.pick(['cancel', 'delete', 'retry']), question);
      }
    } else if (dice < 0.65) {
      await this.submit(random.pick(known));
    } else {
      await this.act(random.pick(['cancel', 'retry', 'retry', 'delete']), random.pick(known));
    }
    if (random.chance(0.3)) await load.pause(this);
  }
}

export class Load extends EventEmitter {
  /** `sizes` are {spigot, chudnovsky, hex, bbp}, largest positions; far, positions far
   * out for bbp; growth, by which factor the published digits grow each time.
   * `waiting()` tells how many rows wait or run. */
  constructor(site, { random, answers, ledger, sizes, waiting, people = 6 }) {
    super();
    Object.assign(this, { site, random, answers, ledger, sizes, waiting });
    this.people = Array.from({ length: people },
      (_, i) => new Person(this, `visitor ${i}`, i % 2 === 1));
    const shared = random.of('shared');
    this.shared = Array.from({ length: 12 }, () => this.question(this.draw(shared), 0));
    this.far = new Map(this.people.map((person) => [person, [...sizes.far]]));
    this.reach = { 10: 1000, 16: 1000 };
    this.loops = [];
  }

  /** The question DRAWN as the one of WHOSE: what is left after dividing its position
   * by the number of people and one tells whose it is, 0 is everybody's. */
  question(drawn, whose) {
    const position = drawn.position * (this.people.length + 1) + whose;
    return this.ledger.question({ ...drawn, position }, whose === 0);
  }

  /** Any question, its position not yet made somebody's own. */
  draw(random) {
    const { sizes } = this;
    const share = this.people.length + 1;
    const long = random.chance(0.07) && [10, 'spigot', sizes.spigot, sizes.spigot / 2];
    const [radix, algorithm, most, least = share] = long || random.pick([
      [10, 'auto', sizes.chudnovsky], [10, 'chudnovsky', sizes.chudnovsky],
      [10, 'spigot', sizes.spigot],
      [16, 'auto', sizes.hex], [16, 'chudnovsky', sizes.hex], [16, 'bbp', sizes.bbp],
    ]);
    const position = random.magnitude(Math.floor(least / share), Math.floor(most / share) - 1);
    return { radix, algorithm, position };
  }

  /** A question a little beyond all before it: its digits will be published. */
  beyond(random) {
    const radix = random.pick([10, 16]);
    const most = radix === 10 ? this.sizes.chudnovsky : this.sizes.hex;
    const share = this.people.length + 1;
    this.reach[radix] = Math.min(this.reach[radix] * this.sizes.growth, most - share);
    const algorithm = random.pick(['auto', 'chudnovsky']);
    return { radix, algorithm, position: Math.floor(this.reach[radix] / share) };
  }

  /** A question that nobody but PERSON ever asks. */
  newQuestion(person) {
    const { random } = person;
    const number = this.people.indexOf(person);
    const far = random.chance(0.02) && this.far.get(person).pop();
    const drawn = random.chance(0.25) ? this.beyond(random) : this.draw(random);
    const question = far
      ? this.ledger.question({ radix: 16, algorithm: 'bbp', position: far + number })
      : this.question(drawn, number + 1);
    // What is given up may still be changed by what was lost.
    if (question.retired) return this.newQuestion(person);
    if (!person.own.includes(question)) person.own.push(question);
    return question;
  }

  /** A private question's row was not found, which may be right. */
  async missing(question, how) {
    if (question.shared || question.may.has('absent')) return;
    const id = [...question.ids].at(-1);
    const rows = await this.site.sql(`SELECT status FROM computation WHERE id = ${id}`);
    // The answer to somebody's delete may still be on its way.
    for (let i = 0; i < 3000 && rows.length === 0; i++) {
      if (question.may.has('absent')) return;
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    this.ledger.problems.push(`${question.key}: row ${id} was not found (${how}); `
      + `in the database it is ${rows[0]?.status ?? 'gone'}; ${question.story()}`);
  }

  /** Somebody asks and cancels in peace, so that there is one who certainly did. */
  async cancelOne() {
    const person = this.people.find(({ isProgram }) => isProgram);
    for (let i = 0; i < 50; i++) {
      const question = this.newQuestion(person);
      if (await person.submit(question)) await person.act('cancel', question);
      if (question.may.size === 1 && question.may.has('cancelled')) return;
    }
  }

  /** Whether as much waits as should: the queue does not grow without end. */
  isCrowded() {
    return this.waiting() > 12;
  }

  /** Several at once ask the same row, a new one each time. */
  async crowd() {
    if (this.isCrowded()) return;
    const question = this.question(this.draw(this.random), 0);
    await Promise.all(this.people.map((person) => person.submit(question)));
  }

  /** Somebody asks for what will be published, now. */
  provoke() {
    const person = this.random.pick(this.people);
    const question = this.question(this.beyond(this.random), this.people.indexOf(person) + 1);
    if (question.deeds.length > 0 || person.own.includes(question)) return;
    question.retired = true; // nobody else touches it
    this.watch(person.submit(question));
  }

  /** Somebody who only reads. */
  async read(random) {
    const { answers, ledger, sizes } = this;
    const html = { headers: { accept: 'text/html' } };
    const json = { headers: { accept: 'application/json' } };
    const radix = random.pick([10, 10, 16]);
    const n = random.magnitude(1, radix === 10 ? sizes.chudnovsky : sizes.hex);
    const ids = [...ledger.questions.values()].flatMap((question) => [...question.ids]);
    const id = ids.length ? random.pick(ids) : 1;
    const first = random.whole(0, n);
    const [path, options] = random.pick([
      ['/', html], ['/?status=done&radix=16', html], [`/computations/${id}`, html],
      [`/pi/${n}?radix=${radix}&from=${1 + 1000 * random.whole(0, Math.floor((n - 1) / 1000))}`, html],
      [`/pi/${n}.txt?radix=${radix}`, {}], [`/pi/${n}.txt?radix=${radix}`, {}],
      [`/pi/${n}.txt?radix=${radix}`, { headers: { range: `bytes=${first}-${first + 99_999}` } }],
      ['/api/v1/computations?limit=50', json], [`/api/v1/computations/${id}`, json],
      [`/v1/pi?start=${random.whole(0, 500)}&numberOfDigits=500&radix=${radix}`, { refused: [400] }],
    ]);
    await answers.ask('GET', path, options);
  }

  /** Waits, for a little while, for the end of what PERSON asked last. */
  async pause(person) {
    const open = person.own.filter(({ may, retired }) => may.has('run') && !retired).at(-1);
    const id = open && [...open.ids].at(-1);
    if (!id) return;
    for (const end = Date.now() + 1500; Date.now() < end && !this.stopping;) {
      const { answer } = await this.answers.ask('GET', `/api/v1/computations/${id}`,
        { headers: { accept: 'application/json' } });
      if (answer.status === 404) await this.missing(open, `GET by ${answer.headers['x-tried']}`);
      if (answer.status === 404 || !['queued', 'running'].includes(answer.json?.().status)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async start() {
    for (const person of this.people) await person.introduce();
    const random = this.random.of('crowd');
    const loop = async (step) => {
      while (!this.stopping) {
        await step();
        // While nobody is there to answer, not as fast as the processor can.
        await new Promise((resolve) => setTimeout(resolve, random.whole(1, 20)));
      }
    };
    for (const person of this.people) this.watch(loop(() => person.step()));
    this.watch(loop(() => this.crowd()));
    for (const name of ['reader 1', 'reader 2']) {
      const reader = this.random.of(name);
      this.watch(loop(() => this.read(reader)));
    }
  }

  /** What breaks is a failure of its own, at once. */
  watch(loop) {
    loop.catch((error) => { this.error = error; this.stopping = true; });
    this.loops.push(loop);
  }

  /** Everybody ends what he is doing. */
  async stop() {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  /** Resolves when nothing waits or runs any more. */
  settled(timeout) {
    return until(async () => {
      const [{ n }] = await this.site.sql(
        "SELECT count(*) AS n FROM computation WHERE status IN ('queued', 'running')");
      return n === 0;
    }, 'every computation to end', { timeout });
  }
}
