// The page about the API: its examples are run word for word, in a shell and in Node,
// and answer what stands below them. pi.delivery's published examples, too.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Site, build, source } from '../lib/site.mjs';

const run = promisify(execFile);
const site = await Site.start();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-examples-'));
after(async () => {
  await site.stop();
  fs.rmSync(folder, { recursive: true });
});
await site.waitDone((await site.ask(1500)).id);
await site.waitDone((await site.ask(200, { radix: 16 })).id);

const decode = (html) => html.replace(/&(lt|gt|quot|amp|#39);/g,
  (all, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" })[name]);

// Every example of PAGE: {language, code, answer (or undefined)}.
function examplesOf(page) {
  const pattern = /<pre class="example" data-run="(\w+)"[^>]*><code>([^]*?)<\/code><\/pre>(?:\s*<pre class="printed"[^>]*><samp>([^]*?)<\/samp><\/pre>)?/g;
  return [...page.matchAll(pattern)].map(([, language, code, answer]) => ({
    language, code: decode(code), answer: answer === undefined ? undefined : decode(answer),
  }));
}

const environment = {
  ...process.env, ...site.environment, PATH: `${build}:${process.env.PATH}`, HOME: folder, XDG_STATE_HOME: folder,
};

/** Runs CODE; what it printed. */
async function execute({ language, code }, more = {}) {
  const [program, ...args] = language === 'js' ? [process.execPath, '-e', code] : ['sh', '-c', code];
  const { stdout } = await run(program, args, { cwd: folder, env: { ...environment, ...more } });
  return stdout;
}

test('the page has examples for this site, and its ETag', async () => {
  const page = await site.get('/api', { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.equal((await site.get('/api', { headers: { 'if-none-match': page.headers.etag } })).status, 304);
  const other = await site.get('/api', { headers: { host: `localhost:${site.port}` } });
  assert.notEqual(other.headers.etag, page.headers.etag, 'it names another address');
  assert.match(other.text, new RegExp(`http://localhost:${site.port}/v1/pi`));
  const odd = await site.get('/api', { headers: { host: "x'$(id)" } });
  assert.ok(!odd.text.includes('$(id)'), 'nothing that a shell would run');
  assert.equal((await site.get('/api', { method: 'POST' })).status, 405);
});

test('every example works as it stands', async () => {
  const examples = examplesOf((await site.get('/api')).text);
  assert.ok(examples.length >= 12, `${examples.length} examples`);
  const variables = {};
  let answers = 0;
  for (const example of examples) {
    assert.ok(example.code.includes(site.url), example.code);
    if (example.code.includes('$ID.txt')) await site.waitDone(Number(variables.ID)); // as its text says
    const printed = await execute(example, variables);
    if (example.answer !== undefined) {
      assert.equal(printed.trim(), example.answer, example.code);
      answers++;
    }
    let json;
    try {
      json = JSON.parse(printed);
    } catch {
      continue;
    }
    assert.ok(!(json.status >= 400), `${example.code}: ${printed}`);
    if (json.owner_token) variables.TOKEN = json.owner_token;
    if (json.links?.self && !variables.REVISION) {
      // What the page tells to do: to keep id, token and revision. One that can be
      // cancelled is needed for what comes at the end.
      variables.ID = String(json.id);
      variables.REVISION = String(json.revision - 1);
    }
    if (example.code.includes('status=done')) {
      await site.kill('daemon');
      const { stdout } = await run('curl', ['-s', '-H', 'Content-Type: application/json', '-H',
        `Authorization: Bearer ${variables.TOKEN}`, '-d', '{"position":77777}', `${site.url}/api/v1/computations`]);
      variables.ID = String(JSON.parse(stdout).id);
    }
    if (example.code.includes('/retry')) site.start('daemon');
  }
  assert.ok(answers >= 5);
  assert.equal(fs.readFileSync(path.join(folder, 'pi.txt'), 'utf8').length, 1002);
  assert.equal((await site.get(`/api/v1/computations/${variables.ID}`)).status, 404, 'the last example deletes');
});

/** The commands of README.md's section TITLE: [{command, comment}]. */
function readmeCommands(title) {
  const readme = fs.readFileSync(path.join(source, 'README.md'), 'utf8');
  const section = readme.split(/^## /m).find((one) => one.startsWith(`${title}\n`));
  return section.replace(/\\\n */g, '').split('\n').filter((line) => /^ {4}\S/.test(line))
    .map((line) => /^ {4}(.*?)(?: {2,}# (.*))?$/.exec(line)).map(([, command, comment]) => ({ command, comment }));
}

test('the commands of README work as they stand', async () => {
  const here = (command) => command.replaceAll('http://127.0.0.1:8080', site.url).replaceAll('https://pi.example', site.url)
    .replaceAll(' DIR', ` ${site.state}`);
  const commands = [...readmeCommands('The API'), ...readmeCommands('The command line')];
  let ran = 0;
  for (const { command, comment } of commands) {
    // What takes minutes is for people.
    if (/\d{9}|\bbench\b/.test(command)) continue;
    assert.match(command, /^(curl|nthpi) /, 'a command that this test knows');
    const printed = await execute({ language: 'sh', code: here(command) });
    assert.ok(printed.length > 1, command);
    ran++;
    if (command.startsWith('curl')) assert.ok(!(JSON.parse(printed).status >= 400), `${command}: ${printed}`);
    const digit = /^\d\b/.exec(comment ?? '');
    if (digit) assert.equal(printed.trim(), digit[0], command);
    const where = /^first at position \d+/.exec(comment ?? '');
    if (where) assert.ok(printed.includes(where[0]), printed);
  }
  assert.ok(ran >= 5, `${ran} commands`);
  // Examples elsewhere are those of the tour, which has a test of its own.
  const readme = fs.readFileSync(path.join(source, 'README.md'), 'utf8');
  const sections = readme.split(/^## /m).filter((one) => /^ {4,}curl /m.test(one)).map((one) => one.split('\n')[0]);
  assert.deepEqual(sections.filter((one) => !['The API', 'A tour'].includes(one)), []);
});

// https://pi.delivery/#apipi_get, with our address; what they answer is there, too.
const delivery = [
  ['/v1/pi?start=0&numberOfDigits=100',
    '3141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825342117067'],
  ['/v1/pi?start=0&numberOfDigits=100&radix=16',
    '3243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89452821e638d01377be5466cf34e90c6cc0a'],
];
for (const [target, digits] of delivery) {
  test(`as pi.delivery: ${target}`, async () => {
    const curl = await execute({ language: 'sh', code: `curl '${site.url}${target}'` });
    assert.deepEqual(JSON.parse(curl), { content: digits });
    const script = `fetch("${site.url}${target}")
      .then(response => response.json())
      .then(data => console.log(data));`;
    assert.match(await execute({ language: 'js', code: script }), new RegExp(digits));
  });
}

test('what pi.delivery does with odd parameters', async () => {
  const content = async (query) => (await site.get(`/v1/pi?${query}`)).json().content;
  assert.equal(await content('start=0&numberOfDigits=0'), '');
  assert.equal(await content('start=1&numberOfDigits=50'), '14159265358979323846264338327950288419716939937510');
  assert.equal(await content('start=&numberOfDigits=1&radix='), '3');
  assert.equal(await content('start=1&numberOfDigits=1&radix=16'), '2');
  assert.equal(await content('start=1&numberOfDigits=50&radix=16'), '243f6a8885a308d313198a2e03707344a4093822299f31d008');
  for (const [query, word] of [['radix=42&start=0&numberOfDigits=', 'radix'], ['start=-1&numberOfDigits=&radix=', 'negative'],
    ['start=abc&numberOfDigits=&radix=', 'invalid'],
    ['radix=abc&start=&numberOfDigits=', 'invalid'], ['start=9223372036854775807', 'out of range'],
    ['start=123&numberOfDigits=-1', 'negative'], ['radix=16&start=456&numberOfDigits=~%26!)%23!', 'invalid'],
    ['numberOfDigits=1001', 'too big']]) {
    const answer = await site.get(`/v1/pi?${query}`);
    assert.equal(answer.status, 400, query);
    assert.ok(answer.text.includes(word), `${query}: ${answer.text}`);
  }
});

test('pages of other sites may read, and only that', async () => {
  const origin = { origin: 'https://school.example' };
  const list = await site.get('/api/v1/computations', { headers: origin });
  assert.equal(list.headers['access-control-allow-origin'], '*');
  assert.equal(list.headers['access-control-allow-credentials'], undefined);
  const { revision } = list.json();
  const asked = { ...origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'prefer' };
  const preflight = await site.get('/api/v1/computations', { method: 'OPTIONS', headers: asked });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers['access-control-allow-headers'], /Prefer/);
  for (const wait of ['wait=1', 'wait=60']) {
    const waiting = site.get(`/api/v1/computations?since=${revision}`, { headers: { ...origin, prefer: wait } });
    if (wait === 'wait=60') await site.ask(31);
    const answer = await waiting;
    assert.equal(answer.status, wait === 'wait=1' ? 304 : 200);
    assert.equal(answer.headers['access-control-allow-origin'], '*', `parked, ${answer.status}`);
  }
  for (const [method, target] of [['OPTIONS', '/'], ['OPTIONS', '/api/v1/computations/1/cancel'],
    ['POST', '/api/v1/computations'], ['DELETE', '/api/v1/computations/1'], ['GET', '/'],
    ['GET', '/updates?since=0'], ['OPTIONS', '/updates'], ['GET', '/metrics']]) {
    const answer = await site.get(target, { method, headers: asked });
    assert.equal(answer.headers['access-control-allow-origin'], undefined, `${method} ${target}`);
  }
});
