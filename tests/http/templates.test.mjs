// Templates that change while the site runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Site, build, until } from '../lib/site.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-templates-'));
for (const lang of ['en', 'ru']) {
  fs.cpSync(path.join(build, 'templates', lang), path.join(folder, lang), { recursive: true });
}
const site = await Site.start({ options: { templates: folder } });
after(async () => {
  await site.stop();
  fs.rmSync(folder, { recursive: true });
});

const row = path.join(folder, 'en', 'row.tpl');
const good = fs.readFileSync(row, 'utf8');
const { id } = await site.ask(50);
await site.waitDone(id);

/** Writes row.tpl, sends SIGHUP and waits for a line of the log. */
async function reload(text, line) {
  const before = site.logs.length;
  fs.writeFileSync(row, text);
  process.kill(site.pid('fcgi'), 'SIGHUP');
  await until(() => site.logs.slice(before).some((one) => line.test(one)), `${line} in the log`);
  return site.logs.slice(before).join('\n');
}

test('a good template is used from now on, also in what was rendered before', async () => {
  const { headers } = await site.get('/');
  await reload(good.replace('<tr ', '<tr data-edited="1" '), /templates were read again/);
  const page = await site.get('/', { headers: { 'if-none-match': headers.etag } });
  assert.equal(page.status, 200);
  assert.notEqual(page.headers.etag, headers.etag);
  assert.match(page.text, new RegExp(`<tr data-edited="1" id="c-${id}"`));
  const news = (await site.get('/updates?since=0')).json();
  assert.match(news.changed[0].html, /data-edited/);
  const same = await site.get('/', { headers: { 'if-none-match': page.headers.etag } });
  assert.equal(same.status, 304);
});

test('a broken one never takes its place, and the log says where it is broken', async () => {
  const { headers } = await site.get('/');
  for (const [text, where] of [
    [good.replace('{{#ANSWER}}', ''), /row\.tpl:2: section ANSWER ends/],
    [good.replace('{{STATUS_TEXT}}', '{{STATUS_TXET}}'), /row\.tpl:2: STATUS_TXET is not in/],
    [good.replace('{{POSITION}}</a>', '{{POSITION:none}}</a>'), /row\.tpl:2: .*:none/],
    [good.replace(/^.*\n/, ''), /row\.tpl:1: .*AUTOESCAPE/],
  ]) {
    assert.match(await reload(text, /templates stay as they were/), where);
    const page = await site.get('/');
    assert.equal(page.status, 200);
    assert.equal(page.headers.etag, headers.etag);
    assert.match(page.text, /<tr data-edited="1"/);
  }
});

test('requests are answered while templates change', async () => {
  let over = false;
  const asking = Promise.all(Array.from({ length: 4 }, async () => {
    let asked = 0;
    for (; !over || asked < 10; asked++) {
      const page = await site.get(`/?new=${asked}`);
      assert.equal(page.status, 200);
      assert.match(page.text, new RegExp(`<tr data-edited="\\d+" id="c-${id}"[^]*</html>\\s*$`));
    }
  }));
  for (let i = 0; i < 20; i++) {
    await reload(good.replace('<tr ', `<tr data-edited="${i}" `), /templates were read again/);
  }
  over = true;
  await asking;
});

test('with the first ones back pages are the same as before', async () => {
  await reload(good, /templates were read again/);
  const page = await site.get('/');
  assert.equal(page.status, 200);
  assert.doesNotMatch(page.text, /data-edited/);
});
