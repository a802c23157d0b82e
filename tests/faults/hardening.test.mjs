// How the programs are built, read from the programs by readelf.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { build } from '../lib/site.mjs';

const makefile = fs.readFileSync(path.join(build, 'Makefile'), 'utf8');
const flags = ['NTHPI_HARDENING', 'NTHPI_LDFLAGS']
  .map((name) => new RegExp(`^${name} =(.*)$`, 'm').exec(makefile)[1]).join(' ');
const readelf = (program, ...options) => execFileSync('readelf',
  ['--wide', ...options, path.join(build, program)], { encoding: 'utf8', maxBuffer: 64 << 20 });

test('the build was configured with hardening', () => {
  for (const flag of ['-fstack-protector-strong', '-fPIE', '-pie', '-Wl,-z,relro', '-Wl,-z,now']) {
    assert.ok(flags.includes(flag), `${flag} in ${flags}`);
  }
});

for (const program of ['nthpi-fcgi', 'nthpid', 'nthpi']) {
  test(`${program} is hardened`, () => {
    const header = readelf(program, '--file-header');
    assert.match(header, /^\s*Type:\s+DYN \(Position-Independent Executable file\)/m);
    const segments = readelf(program, '--program-headers');
    assert.match(segments, /^\s*GNU_STACK\s.* RW\s/m, 'the stack is not executable');
    assert.match(segments, /^\s*GNU_RELRO\s/m);
    assert.doesNotMatch(segments, /^\s*LOAD\s.* RWE\s/m, 'nothing is writable and executable');
    const dynamic = readelf(program, '--dynamic');
    assert.match(dynamic, /\(FLAGS(_1)?\).*\bNOW\b/, 'full RELRO');
    assert.doesNotMatch(dynamic, /TEXTREL|RPATH|RUNPATH/);
    const symbols = readelf(program, '--dyn-syms');
    assert.match(symbols, /__stack_chk_fail\b/, 'canaries');
    if (flags.includes('_FORTIFY_SOURCE')) assert.match(symbols, /__\w+_chk@/, 'checked calls');
  });
}

// The program's own note says so only where the C library's startup code does, too.
if (flags.includes('-fcf-protection')) {
  test('jumps and returns can be guarded', () => {
    assert.match(readelf('common/libcommon_a-store.o', '--notes'), /x86 feature: IBT, SHSTK/);
  });
}
