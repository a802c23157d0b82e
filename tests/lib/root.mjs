// A Debian of its own in a folder, with nothing in it but what every Debian has, for
// tests of installing; root only. $NTHPI_CACHE may name a folder that keeps it.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { children, until } from './site.mjs';

const quietly = { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 64 << 20 };

/** Where this machine's apt gets Debian from: lines of a sources.list. */
function sources() {
  const lines = execFileSync('apt-get', ['indextargets', '--format',
    '$(ORIGIN) deb $(SITE) $(RELEASE) $(COMPONENT)', 'Created-By: Packages'], quietly);
  return [...new Set(lines.split('\n'))].filter((line) => line.startsWith('Debian '))
    .map((line) => line.replace('Debian ', ''));
}

/** Makes the archive FILE of a Debian with nothing added, of this machine's release,
 * that gets packages by the same ways as this machine. */
function makeArchive(file) {
  const folder = `${file}.d`;
  const lines = sources();
  const release = /^VERSION_CODENAME=(.*)$/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))[1];
  const main = lines.map((line) => line.split(' ')).find(([, , name]) => name === release);
  execFileSync('debootstrap', ['--variant=minbase', release, folder, main[1]], quietly);
  const put = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };
  put('etc/apt/sources.list', `${lines.join('\n')}\n`);
  put('etc/apt/apt.conf.d/00machine', execFileSync('apt-config', ['dump', 'Acquire'], quietly));
  const authorities = ['etc/ssl/certs/ca-certificates.crt'];
  const own = 'usr/local/share/ca-certificates';
  if (fs.existsSync(`/${own}`)) authorities.push(...fs.readdirSync(`/${own}`).map((name) => `${own}/${name}`));
  for (const name of ['etc/resolv.conf', 'etc/hosts', ...authorities]) {
    if (fs.existsSync(`/${name}`)) put(name, fs.readFileSync(`/${name}`));
  }
  pack(folder, file);
  fs.rmSync(folder, { recursive: true });
}

function pack(folder, file) {
  execFileSync('tar', ['--create', '--file', `${file}.new`, '--numeric-owner', '-C', folder, '.'], quietly);
  fs.renameSync(`${file}.new`, file);
}

// What is mounted by whom, in namespaces of its own: nothing of this machine changes.
const PREPARE = `
set -e
if [ -n "$2" ]; then
    echo $$ >"$2/cgroup.procs"
    exec unshare --cgroup sh -c "$0" "$0" "$1" "" boot
fi
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
mount -t tmpfs -o mode=755 dev dev
for name in null zero full random urandom tty; do
    touch dev/$name
    mount --bind /dev/$name dev/$name
done
ln -s /proc/self/fd dev/fd
ln -s pts/ptmx dev/ptmx
mkdir dev/pts
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mkdir -m 1777 dev/shm
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t tmpfs -o mode=755 run run
[ "$NETWORK" = yes ] || ip link set lo up
if [ "$3" = boot ]; then
    mount -t sysfs -o ro sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
fi
pivot_root . mnt
cd /
umount -l mnt
if [ "$3" = boot ]; then
    exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=null --unit=multi-user.target
fi
exec sh -c 'while :; do sleep 1; done'
`;

/** The folder of cgroup v2, where systemd can be started; undefined without one. */
function cgroups() {
  return /^\S+ (\S+) cgroup2 \S*\brw\b/m.exec(fs.readFileSync('/proc/mounts', 'utf8'))?.[1];
}

export class Root {
  /** May a root be booted here? */
  static get boots() {
    return process.getuid() === 0 && cgroups() !== undefined;
  }

  /** Unpacks a root in FOLDER and starts it: processes of its own and, without
   * `network`, a network of its own that leads nowhere. `archive` is a file that
   * save() made, in place of a bare one. With `boot` systemd is its first process. */
  static async start(folder, { network = false, archive, boot = false } = {}) {
    const root = new this();
    root.folder = folder;
    fs.mkdirSync(folder);
    if (!archive) {
      archive = path.join(process.env.NTHPI_CACHE || path.dirname(folder), 'debian.tar');
      if (!fs.existsSync(archive)) makeArchive(archive);
    }
    execFileSync('tar', ['--extract', '--file', archive, '--numeric-owner', '-C', folder], quietly);
    if (boot) {
      root.cgroup = fs.mkdtempSync(path.join(cgroups(), 'nthpi-'));
    }
    // The first process in it takes in whoever loses his parent.
    root.holder = spawn('unshare', ['--mount', '--pid', '--ipc', '--fork', '--kill-child',
      ...(network ? [] : ['--net']), 'sh', '-c', PREPARE, PREPARE, folder, root.cgroup ?? ''],
    { stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NETWORK: network ? 'yes' : 'no' } });
    root.ended = new Promise((resolve) => { root.holder.on('exit', resolve); });
    root.pid = await until(() => children(root.holder.pid)[0], 'the root');
    const first = boot ? 'systemd' : 'sh';
    const inside = () => fs.readFileSync(`/proc/${root.pid}/cmdline`, 'utf8').split('\0')[0].endsWith(first) &&
      !fs.readFileSync(`/proc/${root.pid}/cmdline`, 'utf8').includes('pivot_root');
    await until(() => root.holder.exitCode !== null || inside(), 'its first process');
    if (root.holder.exitCode !== null) throw new Error(`the root ended with status ${root.holder.exitCode}`);
    if (boot) await until(async () => /^running/.test((await root.try('systemctl is-system-running')).output), 'systemd');
    return root;
  }

  /** Makes an archive, below FOLDER or $NTHPI_CACHE, of a root with the packages NEEDS, as
   * Depends names them, but nothing started; resolves to its file. */
  static async with(needs, folder) {
    const name = createHash('sha256').update(needs).digest('hex').slice(0, 12);
    const archive = path.join(process.env.NTHPI_CACHE || folder, `debian-${name}.tar`);
    if (fs.existsSync(archive)) return archive;
    const root = await this.start(path.join(folder, name), { network: true });
    try {
      await root.run(`printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        apt-get -q update && apt-get -q -y --no-install-recommends satisfy '${needs}'
        status=$?
        apt-get clean
        rm /usr/sbin/policy-rc.d
        exit $status`);
    } finally {
      await root.stop();
    }
    root.save(archive);
    fs.rmSync(root.folder, { recursive: true });
    return archive;
  }

  /** Ends all that runs in it. The folder stays. */
  async stop() {
    this.holder.kill('SIGKILL');
    await this.ended;
    if (!this.cgroup) return;
    const below = (folder) => fs.readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory()).flatMap(({ name }) => below(path.join(folder, name)))
      .concat(folder);
    await until(() => below(this.cgroup).every((folder) => { fs.rmdirSync(folder); return true; }),
      'its processes to end');
  }

  /** Packs it, stopped, into the file ARCHIVE. */
  save(archive) {
    pack(this.folder, archive);
  }

  /** Starts a shell's SCRIPT in it; the child process. */
  start(script, stdio) {
    return spawn('nsenter', ['--target', String(this.pid), '--mount', '--pid', '--net',
      '--root', '--wd', '--', 'env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOME=/root', 'LANG=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', script],
    { stdio });
  }

  /** Runs a shell's SCRIPT in it; resolves to {code, output}. */
  async try(script) {
    const child = this.start(script, ['ignore', 'pipe', 'pipe']);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => { output += chunk; });
    }
    const code = await new Promise((resolve) => { child.on('close', resolve); });
    return { code, output };
  }

  /** The same for one that must end well; resolves to its output. */
  async run(script) {
    const { code, output } = await this.try(script);
    if (code !== 0) throw new Error(`${script}: status ${code}\n${output}`);
    return output;
  }

  /** A file of it, as its processes see it: what is mounted there, too. */
  read(name) {
    return fs.readFileSync(`/proc/${this.pid}/root/${name}`, 'utf8');
  }

  exists(name) {
    return fs.lstatSync(`/proc/${this.pid}/root/${name}`, { throwIfNoEntry: false }) !== undefined;
  }
}
