// templates/localize.awk: from a template with marked English texts to one for
// a language.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const tool = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '../../templates/localize.awk');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-localize-'));
after(() => fs.rmSync(folder, { recursive: true }));

function localize(template, { po, lang = 'xx' } = {}) {
  const file = path.join(folder, 'page.tpl');
  const names = path.join(folder, 'names');
  fs.writeFileSync(file, template);
  fs.writeFileSync(names, 'a.css a.0123.css\nb.js b.4567.js\n');
  const args = ['-v', `lang=${lang}`, '-v', `static=${names}`];
  if (po !== undefined) {
    fs.writeFileSync(path.join(folder, 'xx.po'), po);
    args.push('-v', `po=${path.join(folder, 'xx.po')}`);
  }
  return spawnSync('awk', [...args, '-f', path.join(path.dirname(tool), 'po.awk'), '-f', tool, file], { encoding: 'utf8' });
}

test('without a po file texts are English', () => {
  const made = localize('<p>[[One]] and [[two {{N}}]]</p>\n');
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.stdout, '<p>One and two {{N}}</p>\n');
});

test('language and addresses of static files are filled in', () => {
  assert.equal(localize('<html lang="@LANG@"> "@STATIC:b.js@" "@STATIC:a.css@"\n').stdout,
    '<html lang="xx"> "/static/b.4567.js" "/static/a.0123.css"\n');
});

test('a static file that is not there stops the build', () => {
  const made = localize('<p>\n@STATIC:c.js@\n');
  assert.notEqual(made.status, 0);
  assert.match(made.stderr, /page\.tpl:2: .*c\.js/);
});

test('a po file translates, over several lines, with quotes; the rest stays English', () => {
  const po = `msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#: form.tpl
msgid "One"
msgstr "Eins & \\"zwei\\" \\\\1"

msgid ""
"two "
"{{N}}"
msgstr "{{N}} "
"zwei"

#, fuzzy
msgid "Three"
msgstr "Vier"

msgid "Empty"
msgstr ""
`;
  const made = localize('[[One]]|[[two {{N}}]]|[[Three]]|[[Empty]]|[[New]]\n', { po });
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.stdout, 'Eins & "zwei" \\1|{{N}} zwei|Three|Empty|New\n');
});

for (const [what, template] of [
  ['is not closed', '<p>[[One</p>\n'],
  ['is not opened', '<p>One]]</p>\n'],
  ['is closed before it is opened', ']] [[One]]\n'],
  ['goes over two lines', '[[One\ntwo]]\n'],
  ['is inside another', '[[One [[two]] ]]\n'],
  ['is empty', '[[]]\n'],
]) {
  test(`a text that ${what} stops the build, naming file and line`, () => {
    const made = localize(template);
    assert.notEqual(made.status, 0);
    assert.match(made.stderr, /page\.tpl:1: /);
  });
}

test('a translation with other values stops the build', () => {
  const made = localize('[[two {{N}}]]\n', { po: 'msgid "two {{N}}"\nmsgstr "zwei"\n' });
  assert.notEqual(made.status, 0);
  assert.match(made.stderr, /two \{\{N\}\}/);
});

test('a po file that is not there stops the build', () => {
  const made = spawnSync('awk', ['-v', `po=${folder}/none.po`, '-f', tool, '/dev/null'],
    { encoding: 'utf8' });
  assert.notEqual(made.status, 0);
});
