// The Debian packages, as contrib/packaging/build makes them: what is in them, and what
// Debian's own tools say. With NTHPI_LONG they are installed, upgraded and removed, too,
// in a Debian of their own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ask, everything, get, startUnit } from '../lib/packaged.mjs';
import { dependencies, makePackages, packaging, paragraphs } from '../lib/packages.mjs';
import { Root } from '../lib/root.mjs';
import { build, source, until } from '../lib/site.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nthpi-packages-'));
after(() => fs.rmSync(folder, { recursive: true }));
fs.mkdirSync(path.join(folder, 'made'));
const { packages, changes } = makePackages(path.join(folder, 'made'));
const trees = Object.fromEntries(Object.values(packages)
  .map((one) => [one.name, one.unpack(path.join(folder, one.name))]));
const inTree = (name, ...where) => path.join(trees[name], ...where);
const text = (name, ...where) => fs.readFileSync(inTree(name, ...where), 'utf8');
const version = /^AC_INIT\(\[nthpi\], \[(.*)\]\)$/m
  .exec(fs.readFileSync(path.join(source, 'configure.ac'), 'utf8'))[1];

/** All regular files below FOLDER. */
function files(folder_) {
  return fs.readdirSync(folder_, { withFileTypes: true }).flatMap((entry) => {
    const one = path.join(folder_, entry.name);
    return entry.isDirectory() ? files(one) : entry.isFile() ? [one] : [];
  });
}

test('three packages of the version that configure has', () => {
  assert.deepEqual(Object.keys(packages).sort(), ['nthpi', 'nthpi-daemon', 'nthpi-web']);
  for (const { fields } of Object.values(packages)) {
    assert.ok(fields.Version.startsWith(`${version}-`), fields.Version);
    assert.equal(fields.Source, fields.Package === 'nthpi' ? undefined : 'nthpi');
  }
});

test('everything belongs to root, and only root may change it', () => {
  for (const { name, contents } of Object.values(packages)) {
    for (const [file, { mode, owner }] of contents) {
      assert.equal(owner, 'root/root', file);
      if (mode.startsWith('l')) continue; // a link: what it leads to is looked at
      const program = /^\/usr\/s?bin\/[^/]+$/.test(file);
      assert.equal(mode, file.endsWith('/') || program ? `${file.endsWith('/') ? 'd' : '-'}rwxr-xr-x`
        : '-rw-r--r--', `${name}: ${file}`);
    }
  }
});

test('each has its part, and no other', () => {
  const parts = {
    nthpi: /^\/usr\/(bin\/nthpi|share\/(doc\/nthpi\/|man\/(\w+\/)?man1\/nthpi\.1\.gz|bash-completion\/|zsh\/)|share\/fish\/)/,
    'nthpi-daemon': /^\/(etc\/nthpi\/nthpi\.conf|etc\/logrotate\.d\/nthpi-daemon|lib\/systemd\/system\/nthpid\.service|usr\/sbin\/nthpid|usr\/lib\/(sysusers|tmpfiles)\.d\/nthpi-daemon\.conf|usr\/share\/(doc\/nthpi-daemon\/|man\/(\w+\/)?man(8\/nthpid\.8|5\/nthpi\.conf\.5)\.gz))/,
    'nthpi-web': /^\/(etc\/nginx\/sites-available\/nthpi|etc\/logrotate\.d\/nthpi-web|lib\/systemd\/system\/nthpi-(fcgi|web@)\.(service|socket)|usr\/bin\/nthpi-fcgi|usr\/share\/(nthpi\/|doc\/nthpi-web\/|man\/(\w+\/)?man8\/nthpi-fcgi\.8\.gz))/,
  };
  for (const [name, part] of Object.entries(parts)) {
    const all = [...packages[name].contents.keys()].filter((file) => !file.endsWith('/'));
    assert.deepEqual(all.filter((file) => !part.test(file)), []);
    assert.ok(all.includes(`/usr/share/doc/${name}/copyright`));
  }
  // Where Debian's shells look for completions.
  assert.ok(packages.nthpi.contents.has('/usr/share/bash-completion/completions/nthpi'));
  assert.ok(packages.nthpi.contents.has('/usr/share/zsh/vendor-completions/_nthpi'));
  // What a build makes is all there.
  const made = (kind) => fs.readdirSync(path.join(build, 'templates', kind)).sort();
  assert.deepEqual(fs.readdirSync(inTree('nthpi-web', 'usr/share/nthpi/templates/en')).sort(), made('en'));
  const stems = (names) => [...new Set(names.map((name) => name.replace(/\..*\.(?=\w)/, '.')))].sort();
  assert.deepEqual(stems(fs.readdirSync(inTree('nthpi-web', 'usr/share/nthpi/static'))), stems(made('public')));
});

test('options that were changed are kept: /etc has conffiles only', () => {
  for (const [name, one] of Object.entries(packages)) {
    const etc = [...one.contents.keys()].filter((file) => /^\/etc\/.*[^/]$/.test(file));
    const kept = etc.length ? text(name, 'DEBIAN/conffiles').trim().split('\n') : [];
    assert.deepEqual(kept.sort(), etc.sort(), name);
  }
  // The example, in which nothing is set.
  const own = text('nthpi-daemon', 'etc/nthpi/nthpi.conf').split('\n');
  assert.ok(own.includes('#state = /var/lib/nthpi'));
  assert.deepEqual(own.filter((line) => line && !line.startsWith('#')), []);
});

test('nothing tells of places outside of Debian, and programs look in the right ones', () => {
  for (const [name, tree] of Object.entries(trees)) {
    for (const file of files(tree)) {
      if (file.includes('/usr/share/doc/')) continue;
      const bytes = file.endsWith('.gz') ? execFileSync('gzip', ['-dc', file]) : fs.readFileSync(file);
      assert.ok(!bytes.includes('/usr/local'), `${name}: ${file}`);
      assert.ok(!bytes.includes('/etc/nthpi.conf'), `${name}: ${file}`);
    }
  }
  for (const [name, program] of [['nthpi', 'usr/bin/nthpi'], ['nthpi-daemon', 'usr/sbin/nthpid'],
    ['nthpi-web', 'usr/bin/nthpi-fcgi']]) {
    const run = (...args) => execFileSync(inTree(name, program), args, { encoding: 'utf8' });
    assert.match(run('--version'), new RegExp(`^nthpi\\S* ${version}\n$`));
    if (name === 'nthpi') continue;
    assert.match(run('--help'), /\/etc\/nthpi\/nthpi\.conf/);
    assert.match(run('--help'), /\/var\/lib\/nthpi;/);
  }
});

test('packages depend on each other at the same version, and on nginx', () => {
  const of = (name) => Object.fromEntries(dependencies(packages[name].fields.Depends)
    .map((one) => [one.name, one.rest]));
  const same = `= ${packages.nthpi.fields.Version}`;
  assert.equal(of('nthpi-daemon').nthpi, same);
  assert.equal(of('nthpi-web')['nthpi-daemon'], same);
  assert.equal(of('nthpi-web').nginx, '>= 1.22');
  assert.ok('systemd' in of('nthpi-daemon'), 'users and folders are made');
  // The command line alone brings no server, no user, no service.
  for (const name of Object.keys(of('nthpi'))) assert.match(name, /^lib/);
  assert.deepEqual(fs.readdirSync(inTree('nthpi', 'DEBIAN')).sort(), ['control', 'md5sums']);
});

test('they are made with the packages of contrib/packages', () => {
  const groups = fs.readFileSync(path.join(source, 'contrib/packages'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => line.split(' '))
    .map(([name, in_]) => [name, in_.split(',')]);
  const listed = (group) => groups.filter(([, in_]) => in_.includes(group)).map(([name]) => name);
  const [first] = paragraphs(fs.readFileSync(path.join(packaging, 'debian/control'), 'utf8'));
  const needs = dependencies(first['Build-Depends']);
  const always = needs.filter(({ profile }) => !profile).map(({ name }) => name);
  // (make and the compilers come with build-essential, which needs no mention.)
  assert.deepEqual(always.sort(), [...listed('build').filter((name) => !['make', 'gcc', 'g++'].includes(name)),
    'debhelper-compat'].sort());
  for (const name of ['build-essential', 'debhelper', 'dpkg-dev']) assert.ok(listed('package').includes(name));
  for (const { name, profile } of needs.filter((one) => one.profile)) {
    assert.equal(profile, '!nocheck');
    assert.ok(listed('check').includes(name), name);
  }
});

test('shellcheck and lintian find no fault', () => {
  const scripts = Object.values(trees).flatMap((tree) => ['preinst', 'postinst', 'prerm', 'postrm']
    .map((name) => path.join(tree, 'DEBIAN', name)).filter((file) => fs.existsSync(file)));
  assert.equal(scripts.length, 6);
  for (const script of scripts) {
    assert.match(fs.readFileSync(script, 'utf8'), /^#!\/bin\/sh\n(#.*\n)*set -e$/m);
  }
  execFileSync('shellcheck', ['--severity=warning', ...scripts,
    path.join(packaging, 'build'), path.join(packaging, 'container')], { encoding: 'utf8' });
  // There is no bug of Debian that asks for the packages.
  const { status, stdout, stderr } = spawnSync('lintian', ['--allow-root', '--fail-on=error,warning',
    '--suppress-tags=initial-upload-closes-no-bugs', changes],
  { encoding: 'utf8', env: { ...process.env, TMPDIR: folder } });
  assert.equal(`${status}${stdout}${stderr}`, '0');
});

test('systemd finds no fault with the units, and their programs are in the packages', () => {
  const units = path.join(folder, 'units');
  fs.mkdirSync(units);
  const names = [];
  for (const name of ['nthpi-daemon', 'nthpi-web']) {
    for (const file of files(inTree(name, 'lib/systemd/system'))) {
      names.push(path.basename(file).replace('@', '@1'));
      fs.writeFileSync(path.join(units, path.basename(file)), fs.readFileSync(file, 'utf8')
        .replace(/^ExecStart=(\S+)$/m, (line, program) => {
          assert.equal(packages[name].contents.get(program)?.mode, '-rwxr-xr-x', line);
          return `ExecStart=${inTree(name, program)}`;
        }));
    }
  }
  assert.equal(names.length, 5);
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no',
    ...names.map((name) => path.join(units, name))],
  { encoding: 'utf8', env: { ...process.env, SYSTEMD_LOG_LEVEL: 'warning' } });
  assert.equal(`${status}${stderr}`, '0');
});

test('nginx takes the site, beside another one that it does not change', () => {
  const here = path.join(folder, 'nginx');
  fs.mkdirSync(here);
  const site = text('nthpi-web', 'etc/nginx/sites-available/nthpi')
    .replaceAll('/usr/share/nthpi', inTree('nthpi-web', 'usr/share/nthpi'))
    .replaceAll('/var/log/nginx', here);
  assert.match(site, /^ {4}listen 127\.0\.0\.1:8080;$/m);
  // Debian's nginx.conf and default site.
  const conf = (more) => `pid ${here}/pid; error_log stderr; events { }
    http { include /etc/nginx/mime.types; access_log ${here}/access; gzip on;
      server { listen 80 default_server; root /var/www/html; }
      ${more}
      client_body_temp_path ${here}; fastcgi_temp_path ${here}; proxy_temp_path ${here};
      scgi_temp_path ${here}; uwsgi_temp_path ${here}; }`;
  const dump = (more) => {
    fs.writeFileSync(path.join(here, 'nginx.conf'), conf(more));
    const { status, stdout, stderr } = spawnSync('nginx', ['-q', '-T', '-e', 'stderr', '-p', here,
      '-c', path.join(here, 'nginx.conf')], { encoding: 'utf8' });
    assert.equal(`${status}${stderr}`, '0');
    return stdout;
  };
  assert.ok(dump(site).includes('zone=nthpi_requests'));
  // Outside of server { } there are only names of our own.
  let depth = 0;
  const directives = [];
  for (const line of [site, text('nthpi-web', 'usr/share/nthpi/nthpi-limits.nginx')].join('\n').split('\n')) {
    const code = line.replace(/#.*/, '').replace(/"[^"]*"/g, '').trim();
    if (depth === 0 && code && code !== '}') directives.push(code.split(/\s/)[0]);
    depth += (code.match(/{/g) ?? []).length - (code.match(/}/g) ?? []).length;
  }
  assert.deepEqual([...new Set(directives)].sort(),
    ['geo', 'include', 'limit_conn_zone', 'limit_req_zone', 'map', 'server', 'upstream']);
});

test('logrotate takes what the packages add, beside that of nginx', () => {
  const names = ['nthpi-web', 'nthpi-daemon'];
  const all = names.map((name) => text(name, 'etc/logrotate.d', name));
  assert.match(all[0], /^\/var\/log\/nthpi-web\/\*\.log \{[^}]*nthpi-fcgi\.service\n[^}]*\}\n$/);
  assert.match(all[1], /^\/var\/log\/nthpid\/\*\.log \{[^}]*nthpid\.service\n[^}]*\}\n$/);
});

// ---- installed, without a network, in a Debian that has what they depend on ----

const long = Boolean(process.env.NTHPI_LONG);
const asRoot = { skip: process.getuid() !== 0 && 'only root can' };

const all = Object.values(packages);

/** An archive of a Debian with what the packages depend on. */
function ready() {
  const needs = all.map((one) => one.fields.Depends).join(', ').split(', ')
    .filter((one) => !one.startsWith('nthpi')).concat('curl', 'logrotate', 'systemd-sysv');
  return Root.with(needs.join(', '), folder);
}

/** Installs THOSE packages in ROOT; resolves to what apt says. */
function installInto(root, those) {
  for (const { file } of those) fs.copyFileSync(file, path.join(root.folder, 'root', path.basename(file)));
  const names = those.map(({ file }) => `/root/${path.basename(file)}`).join(' ');
  return root.run(`apt-get -q -y --allow-downgrades install ${names} 2>&1`);
}

if (long) {
  test('the packages live through installing, upgrading, removing, purging', asRoot, async (t) => {
    const root = await Root.start(path.join(folder, 'installed'), { archive: await ready() });
    const install = (those) => installInto(root, those);
    const link = 'etc/nginx/sites-enabled/nthpi';
    const startAll = async () => {
      await startUnit(root, 'nthpid.service');
      await startUnit(root, 'nthpi-fcgi.service', 'nthpi-fcgi.socket');
      await until(async () => /"status": *"ok"/.test((await get(root, '/healthz'))[1]), 'the site');
    };
    // (There is no systemd here to do so.)
    const stopAll = () => root.run(`for program in nthpid nthpi-fcgi; do
        for pid in $(pidof $program); do kill $pid; done
        while pidof -q $program; do sleep 0.05; done
      done
      rm -f /run/nthpi/*.sock`);
    const other = async () => (await root.run('curl -s http://127.0.0.1:80/')).includes('Welcome to nginx');
    try {
      // Where no init runs, who may tell services something is said by this.
      await root.run(`printf '#!/bin/sh\\nexit 0\\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d && /etc/init.d/nginx start`);
      assert.ok(await other());
      const before = await everything(root);

      await t.test('installed: nginx serves the site as soon as the units are started', async () => {
        await install(all);
        assert.equal(fs.readlinkSync(path.join(root.folder, link)), '/etc/nginx/sites-available/nthpi');
        // nginx was told; it has our page for a program that is not there.
        await until(async () => {
          const [status, body] = await get(root, '/');
          return status === 502 && /http-equiv="refresh"/.test(body);
        }, 'a page of nginx');
        const modes = await root.run("stat -c '%n %U:%G %a' /var/lib/nthpi /var/lib/nthpi/* /run/nthpi");
        assert.equal(modes, ['/var/lib/nthpi root:root 755', '/var/lib/nthpi/db nthpid:nthpi 2770',
          '/var/lib/nthpi/digits nthpid:nthpi 755', '/var/lib/nthpi/key nthpi-web:nthpi 600',
          '/var/lib/nthpi/run root:nthpi 3770', '/var/lib/nthpi/work nthpid:nthpi 2750',
          '/run/nthpi root:root 755', ''].join('\n'));
        await startAll();
        const row = await ask(root, 1000);
        assert.equal(row.digit, '9');
        assert.equal((await get(root, '/pi/1000.txt'))[1].slice(-10), '2164201989');
        assert.equal((await get(root, '/static/nthpi.css'))[0], 200);
        assert.ok(await other(), 'the other site is as it was');
      });

      await t.test('the command line finds the site, logrotate takes the logs', async () => {
        assert.match(await root.run('nthpi list'), /1000/);
        assert.match(await root.run('nthpi check'), / 0 problems$/m);
        await root.run('logrotate --debug /etc/logrotate.conf');
      });

      await t.test('upgraded: rows, digits and options are as they were', async () => {
        await root.run("echo 'limit-spigot = 1234' >>/etc/nthpi/nthpi.conf");
        await install(all.map((one) => one.again('9.9-1', folder)));
        await stopAll();
        assert.match(await root.run("dpkg-query -W -f '${Version} ' nthpi nthpi-daemon nthpi-web"), /^(9\.9-1 ){3}$/);
        await startAll();
        assert.equal(JSON.parse((await get(root, '/api/v1/computations'))[1]).computations.length, 1);
        assert.equal((await ask(root, 1000)).id, 1);
        assert.match(root.read('etc/nthpi/nthpi.conf'), /^limit-spigot = 1234$/m);
        assert.match((await get(root, '/'))[1], /1,234/);
      });

      await t.test('removed: nginx goes on without it, and what people made stays', async () => {
        await stopAll();
        await root.run('apt-get -q -y remove nthpi nthpi-daemon nthpi-web 2>&1 && nginx -q -t');
        assert.ok(!root.exists(link));
        assert.ok(await other());
        await until(async () => (await get(root, '/'))[0] === 0, 'nobody to listen');
        assert.ok(root.exists('var/lib/nthpi/db/nthpi.db') && root.exists('etc/nthpi/nthpi.conf'));
        assert.ok(root.exists('var/lib/nthpi/digits/pi-10-1000.txt'));
      });

      await t.test('installed again: enabled as it was, everything is there', async () => {
        await install(all);
        assert.ok(root.exists(link));
        await startAll();
        assert.equal((await ask(root, 1000)).id, 1);
        await stopAll();
      });

      await t.test('who disabled the site does not find it enabled', async () => {
        await root.run(`rm /${link} && nginx -s reload`);
        await install(all.map((one) => one.again('9.9-2', folder)));
        assert.ok(!root.exists(link));
        await root.run('apt-get -q -y remove nthpi-web 2>&1');
        await install(all);
        assert.ok(!root.exists(link));
      });

      await t.test('purged: nothing is left but the users', async () => {
        await root.run('apt-get -q -y purge nthpi nthpi-daemon nthpi-web 2>&1 && nginx -q -t');
        const left = (await everything(root)).filter((line) => !before.includes(line));
        assert.deepEqual(left.filter((line) => !/^\/etc\/(passwd|group|shadow|gshadow)-|^\/etc\/\.pwd\.lock|^\/(etc|run) /.test(line)), []);
        assert.equal(await root.run('find /var/lib/systemd /var/log | grep nthpi || true'), '');
        assert.match(root.read('etc/passwd'), /^nthpid:.*\/usr\/sbin\/nologin$/m);
      });

      await t.test('a port that is taken is left to who has it', async () => {
        await root.run(`printf 'server { listen 8080; return 200 mine; }' >/etc/nginx/sites-enabled/mine
          nginx -s reload`);
        await until(async () => (await get(root, '/'))[1] === 'mine', 'the other site');
        assert.match(await install(all), /nthpi-web: port 8080 is in use: change 'listen'/);
        assert.ok(!root.exists(link));
        assert.equal((await get(root, '/'))[1], 'mine');
      });
    } finally {
      await root.stop();
    }
  });

  test('systemd runs the units as they are', { skip: !Root.boots && 'systemd cannot be started here' }, async () => {
    const root = await Root.start(path.join(folder, 'booted'), { archive: await ready(), boot: true });
    const states = () => root.try('systemctl is-active nthpid.service nthpi-fcgi.socket nthpi-fcgi.service nginx.service');
    try {
      await installInto(root, all);
      await until(async () => /"status": *"ok"/.test((await get(root, '/healthz'))[1]), 'the site');
      assert.equal((await states()).output, 'active\n'.repeat(4));
      assert.equal((await ask(root, 1000)).digit, '9');
      assert.equal((await ask(root, 2_000_000, { radix: 16, algorithm: 'bbp' })).digit, '2');
      assert.equal((await ask(root, 20_000, { algorithm: 'spigot' })).status, 'done');
      assert.equal((await get(root, '/pi/1000.txt'))[1].slice(-10), '2164201989');

      // The programs are new ones after an upgrade; nobody was turned away meanwhile.
      const pids = () => root.run('pidof nthpid nthpi-fcgi');
      const before = (await pids()).trim().split(' ');
      let upgraded = false;
      const answers = (async () => {
        const seen = [];
        while (!upgraded) seen.push((await get(root, '/'))[0]);
        return seen;
      })();
      try {
        await installInto(root, all.map((one) => one.again('9.9-3', folder)));
      } finally {
        upgraded = true;
      }
      assert.deepEqual([...new Set(await answers)], [200]);
      assert.ok((await pids()).trim().split(' ').every((pid) => !before.includes(pid)));
      assert.equal((await ask(root, 1000)).id, 1);

      await root.run('apt-get -q -y purge nthpi nthpi-daemon nthpi-web 2>&1');
      assert.doesNotMatch((await root.try("systemctl list-units --all --plain 'nthpi*'")).output, /active/);
      assert.equal((await root.try('pidof nthpid nthpi-fcgi')).output, '');
    } finally {
      await root.stop();
    }
  });
}
