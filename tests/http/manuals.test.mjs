// Manual pages: those in Russian say as much as the English ones.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { source } from '../lib/site.mjs';

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

for (const name of pages) {
  const russian = path.join('man/ru', path.basename(name));

  test(`${russian} is as complete as ${name}`, () => {
    assert.deepEqual(skeleton(read(russian)), skeleton(read(name)));
  });

  test(`${russian} is Russian, and groff has nothing to say about it`, () => {
    const text = read(russian);
    assert.match(text, /^\.\\" -\*- coding: utf-8 -\*-\n\.TH /);
    const prose = text.split('\n').filter((line) => !/^[.']/.test(line)).join('\n').replace(/\.nf[\s\S]*?\.fi/g, '');
    const count = (pattern) => prose.match(pattern).length;
    assert.ok(count(/[а-яё]/gi) > 3 * count(/[a-z]/gi), 'mostly Cyrillic');
    const shown = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', path.join(source, russian)],
      { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANPAGER: 'cat' } });
    if (shown.error?.code !== 'ENOENT') {
      assert.doesNotMatch(shown.stderr.replace(/.*can.t break line.*\n/g, ''), /warning|error/i);
    }
  });
}
