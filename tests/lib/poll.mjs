// A client of GET /updates that does what the contract asks, no more: it asks
// with the revision it has, applies what it gets, and asks again.
import { row } from './html.mjs';
import { request } from './http.mjs';

export class PollClient {
  /** `query` holds the page's filters ("status=done"), `wait` the seconds of
   * Prefer; `judge` is called with each path and its answer, or error. */
  constructor(site, { query = '', wait = 10, judge = () => {} } = {}) {
    this.site = site;
    this.query = query;
    this.wait = wait;
    this.judge = judge;
    this.revision = 0;
    this.rows = new Map();
    this.resets = 0;
    this.answers = 0;
    this.failures = 0;
  }

  /** One request; resolves to the answer and applies it. */
  async ask({ wait = this.wait, signal } = {}) {
    const query = this.query ? `&${this.query}` : '';
    const headers = { accept: 'application/json' };
    if (wait > 0) headers.prefer = `wait=${wait}`;
    const path = `/updates?since=${this.revision}${query}`;
    const answer = await request(this.site.port, path, { headers, signal }).catch((error) => {
      if (!signal?.aborted) this.judge(path, error);
      throw error;
    });
    this.judge(path, answer);
    if (answer.status === 200) this.apply(answer.json());
    else if (answer.status !== 304) throw new Error(`/updates answered ${answer.status}`);
    this.answers++;
    return answer;
  }

  apply(delta) {
    if (delta.reset) {
      this.rows.clear();
      this.resets++;
    }
    for (const { id, html } of delta.changed) {
      const found = row(html);
      if (found.id !== id || found.domId !== `c-${id}`) {
        throw new Error(`row ${id} came as ${found.id}, #${found.domId}`);
      }
      this.rows.set(id, found);
    }
    for (const id of delta.removed) this.rows.delete(id);
    if (!Number.isSafeInteger(delta.revision)) throw new Error(`revision ${delta.revision}`);
    this.revision = delta.revision;
  }

  /** Polls until stop() is called; errors are failures to try again after. */
  start() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.loop = (async () => {
      while (!signal.aborted) {
        try {
          await this.ask({ signal });
        } catch (error) {
          if (signal.aborted) return;
          this.failures++;
          this.lastError = error;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    })();
    return this;
  }

  async stop() {
    this.abort?.abort();
    await this.loop;
  }

  /** How many rows have one of these statuses. */
  count(statuses) {
    let n = 0;
    for (const { status } of this.rows.values()) n += statuses.includes(status);
    return n;
  }

  /** "id status revision" of every row, sorted, to compare with the database. */
  summary() {
    return [...this.rows.values()]
      .sort((a, b) => a.id - b.id)
      .map(({ id, status, revision }) => `${id} ${status} ${revision}`);
  }
}
