// HTTP as tests need it: any header, any path, any bytes, and visitors who keep
// cookies and send forms the way browsers do.
import http from 'node:http';
import net from 'node:net';
import { csrf } from './html.mjs';

/**
 * One request to 127.0.0.1:port on a connection of its own. The path is sent as
 * it is. Resolves to {status, headers, body (Buffer), text, json(), ms}.
 */
export function request(port, path, { method = 'GET', headers = {}, body, signal } = {}) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const req = http.request(
      { host: '127.0.0.1', port, path, method, headers, agent: false, signal },
      (res) => {
        const chunks = [];
        res.on('data', (chunk) => chunks.push(chunk));
        res.on('error', reject);
        res.on('aborted', () => reject(new Error(`${method} ${path}: answer cut off`)));
        res.on('end', () => {
          const whole = Buffer.concat(chunks);
          resolve({
            status: res.statusCode,
            headers: res.headers,
            body: whole,
            get text() {
              return whole.toString('utf8');
            },
            json() {
              return JSON.parse(whole.toString('utf8'));
            },
            ms: performance.now() - begun,
          });
        });
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

/** Sends bytes as they are and resolves to everything that comes back until the
 * server closes the connection. */
export function raw(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    const chunks = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

/** Encodes an object, or a list of [name, value] pairs, as a form's body. */
export function form(fields) {
  return new URLSearchParams(fields).toString();
}

/** Somebody with a browser: keeps cookies, sends Origin and CSRF token. */
export class Visitor {
  constructor(site) {
    this.site = site;
    this.cookies = new Map();
  }

  async request(path, { headers = {}, ...options } = {}) {
    const all = { accept: 'text/html', ...headers };
    if (this.cookies.size && !all.cookie) {
      all.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    }
    const answer = await request(this.site.port, path, { ...options, headers: all });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.cookies.set(name, value);
    }
    return answer;
  }

  get(path, options) {
    return this.request(path, options);
  }

  /** Sends a form with the CSRF token of the page `from`, as a browser would.
   * `fields` may hold a csrf of its own, or null to leave it out. */
  async post(path, fields = {}, { from = '/', headers = {} } = {}) {
    let pairs = Array.isArray(fields) ? [...fields] : Object.entries(fields);
    if (!pairs.some(([name]) => name === 'csrf')) {
      pairs.push(['csrf', csrf((await this.get(from)).text)]);
    }
    pairs = pairs.filter(([, value]) => value !== null);
    return this.request(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: this.site.url,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: form(pairs),
    });
  }

  /** Asks for a digit through the form; resolves to the row's id. */
  async submit(position, { radix = 10, algorithm = 'auto' } = {}) {
    const answer = await this.post('/computations', { position, radix, algorithm });
    if (answer.status !== 303) {
      throw new Error(`the form answered ${answer.status}: ${answer.text.slice(0, 2000)}`);
    }
    return idOfRedirect(answer);
  }
}

/** The id in a redirect to the main page, "/?highlight=7#c-7". */
export function idOfRedirect(answer) {
  const found = /^\/\?highlight=(\d+)#c-(\d+)$/.exec(answer.headers.location ?? '');
  if (!found || found[1] !== found[2]) {
    throw new Error(`not a redirect to a row: ${answer.status} ${answer.headers.location}`);
  }
  return Number(found[1]);
}
