// FastCGI as a web server speaks it, or as nobody should: records made by hand, sent to
// a socket of nthpi-fcgi, and what came back. (FastCGI specification 1.0.)
import net from 'node:net';

export const BEGIN = 1;
export const ABORT = 2;
export const END = 3;
export const PARAMS = 4;
export const STDIN = 5;
export const STDOUT = 6;
export const GET_VALUES = 9;
export const GET_VALUES_RESULT = 10;
export const UNKNOWN_TYPE = 11;

/** One record. */
export function record(type, id, content = '', { padding = 0, version = 1 } = {}) {
  const body = Buffer.from(content);
  const header = Buffer.from([version, type, id >> 8, id & 255, body.length >> 8,
    body.length & 255, padding, 0]);
  return Buffer.concat([header, body, Buffer.alloc(padding)]);
}

export const begin = (id = 1, { keep = true, role = 1 } = {}) =>
  record(BEGIN, id, [0, role, keep ? 1 : 0, 0, 0, 0, 0, 0]);

const length = (n) => (n < 128 ? [n] : [0x80 | (n >> 24), n >> 16, n >> 8, n].map((b) => b & 255));

/** Names and values as the content of PARAMS. */
export function pairs(values) {
  return Buffer.concat(Object.entries(values).flatMap(([name, value]) =>
    [Buffer.from([...length(name.length), ...length(value.length)]), Buffer.from(name + value)]));
}

/** A whole request. */
export function request(uri, { method = 'GET', id = 1, keep = true, body, headers = {} } = {}) {
  const all = { REQUEST_METHOD: method, REQUEST_URI: uri, ...headers };
  if (body !== undefined) all.CONTENT_LENGTH = String(body.length);
  return Buffer.concat([begin(id, { keep }), record(PARAMS, id, pairs(all)), record(PARAMS, id),
    ...(body ? [record(STDIN, id, body)] : []), record(STDIN, id)]);
}

/** The records in BYTES: {type, id, content}; what is left over is `rest`. */
export function records(bytes) {
  const list = [];
  let at = 0;
  while (bytes.length - at >= 8) {
    const size = bytes.readUInt16BE(at + 4);
    const next = at + 8 + size + bytes[at + 6];
    if (next > bytes.length) break;
    list.push({ type: bytes[at + 1], id: bytes.readUInt16BE(at + 2),
      content: bytes.subarray(at + 8, at + 8 + size) });
    at = next;
  }
  return { list, rest: bytes.subarray(at) };
}

/** Sends BYTES to the socket and, unless `more` is set, the end; resolves to all that
 * came back until the other side closed, or until ENOUGH(it) holds. */
export function exchange(path, bytes, { more = false, enough = () => false } = {}) {
  return new Promise((resolve, reject) => {
    const parts = [];
    const socket = net.connect({ path, allowHalfOpen: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`nothing more came for ${bytes.subarray(0, 64).toString('hex')}…`));
    }, 90_000);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(parts));
    };
    socket.on('data', (part) => {
      parts.push(part);
      if (enough(Buffer.concat(parts))) finish();
    });
    socket.on('end', finish);
    // It may close before it has read all.
    socket.on('error', (error) => {
      if (['EPIPE', 'ECONNRESET'].includes(error.code)) finish();
      else reject(error);
    });
    if (more) socket.write(bytes);
    else socket.end(bytes);
  });
}
