// Manual pages: those in Russian say as much as the English ones.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { build, source } from '../lib/site.mjs';

const pages = ['daemon/nthpi.1', 'daemon/nthpid.8', 'fcgi/nthpi-fcgi.8'];
const read = (name) => fs.readFileSync(path.join(source, name), 'utf8');

/** What is the same in every language: which macros structure a page, the options it
 * names and the words in fixed type that have no letters of another alphabet. */
function skeleton(text) {
  const lines = text.split('\n').filter((line) => !line.startsWith('.\\"'));
  return {
    structure: lines.map((line) => /^\.(SH|SS|TP|PP|IP|nf|fi|RS|RE)\b/.exec(line)?.[1]).filter(Boolean),
    options: [...new Set(text.replaceAll('\\-', '-').match(/--[a-z][a-z-]*/g))].sort(),
    examples: /\.nf\n([\s\S]*?)\.fi/.exec(text)?.[1],
    files: lines.filter((line) => /^\.I \w+\/[\w\\.-]+$/.test(line)).sort(),
  };
}

/** A page NAME, which is FILE, has at least SHARE letters of Russian for one of Latin. */
function isRussian(name, file, share = 3) {
  test(`${name} is Russian, and groff has nothing to say about it`, () => {
    const text = fs.readFileSync(file, 'utf8');
    assert.match(text, /^\.\\" -\*- coding: utf-8 -\*-\n\.TH /);
    const prose = text.split('\n').filter((line) => !/^[.']/.test(line)).join('\n').replace(/\.nf[\s\S]*?\.fi/g, '');
    const count = (pattern) => prose.match(pattern).length;
    assert.ok(count(/[а-яё]/gi) > share * count(/[a-z]/gi), 'mostly Cyrillic');
    const shown = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', file],
      { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANPAGER: 'cat' } });
    if (shown.error?.code !== 'ENOENT') {
      assert.doesNotMatch(shown.stderr.replace(/.*can.t break line.*\n/g, ''), /warning|error/i);
    }
  });
}

for (const name of pages) {
  const russian = path.join('man/ru', path.basename(name));

  test(`${russian} is as complete as ${name}`, () => {
    assert.deepEqual(skeleton(read(russian)), skeleton(read(name)));
  });

  isRussian(russian, path.join(source, russian));
}

// That of the configuration is made from a text and the table of options.
const conf = path.join(build, 'man/ru/nthpi.conf.5');

test('the Russian nthpi.conf.5 is as complete as the English one, with the same values', () => {
  const [russian, english] = [conf, path.join(build, 'conf/nthpi.conf.5')].map((file) => fs.readFileSync(file, 'utf8'));
  assert.deepEqual(skeleton(russian), skeleton(english));
  // Its name, the range, the default value and the programs that know it.
  const entry = /^\.BI (\S+) " = " .*\n(?:.*\n)+?\((?:(?:от )?(\d+) (?:to|до) (\d+), )?[^:\n]+: (.*);\n\S+ (nthpi.*)\)$/gm;
  const options = (text) => [...text.matchAll(entry)]
    .map(([, ...values]) => values.map((value) => (value === 'нет' ? 'empty' : value)));
  assert.ok(options(english).length > 30);
  assert.deepEqual(options(russian), options(english));
  assert.doesNotMatch(russian, /^@.*@$/m);
});

isRussian('the Russian nthpi.conf.5', conf, 1);
