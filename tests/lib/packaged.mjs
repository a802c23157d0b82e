// A site from our Debian packages inside a root of its own (root.mjs).
import assert from 'node:assert/strict';
import { until } from './site.mjs';

/** Answers of the site inside ROOT on port 8080; [status, body]. */
export async function get(root, where, more = '') {
  const { output } = await root.try(`curl -s -w '\\n%{http_code}' ${more} 'http://127.0.0.1:8080${where}'`);
  const end = output.lastIndexOf('\n');
  return [Number(output.slice(end + 1)), output.slice(0, end)];
}

/** Asks for a digit and waits for it; its row. */
export async function ask(root, position, more = {}) {
  const [status, body] = await get(root, '/api/v1/computations',
    `-H 'Content-Type: application/json' -d '${JSON.stringify({ position, ...more })}'`);
  assert.ok([200, 201].includes(status), body);
  const { id } = JSON.parse(body);
  return until(async () => {
    const row = JSON.parse((await get(root, `/api/v1/computations/${id}`))[1]);
    assert.notEqual(row.status, 'failed', row.error);
    return row.status === 'done' && row;
  }, 'the digit');
}

/** What a unit that is installed in ROOT says, by its keys. */
function unit(root, name) {
  const lines = [...root.read(`lib/systemd/system/${name}`).matchAll(/^(\w+)=(.*)$/gm)];
  return (key) => lines.filter(([, one]) => one === key).map(([, , value]) => value);
}

/** Starts what a service's ExecStart says, as its user; with SOCKET, another unit, its
 * sockets wait for the first request, as systemd has it. Resolves when they do. */
export async function startUnit(root, name, socket) {
  const of = unit(root, name);
  const [[user], [group], [umask], [command]] = ['User', 'Group', 'UMask', 'ExecStart'].map(of);
  let words = `setpriv --reuid=${user} --regid=${group} --init-groups sh -c 'umask ${umask}; exec ${command}'`;
  if (socket) {
    const its = unit(root, socket);
    const paths = its('ListenStream');
    words = `systemd-socket-activate ${paths.map((one) => `-l ${one}`).join(' ')} ${words}`;
    root.start(`exec ${words}`, ['ignore', 'inherit', 'inherit']);
    await until(() => paths.every((one) => root.exists(one)), 'the sockets');
    await root.run(`chown ${its('SocketUser')}:${its('SocketGroup')} ${paths.join(' ')}
      chmod ${its('SocketMode')} ${paths.join(' ')}`);
  } else {
    root.start(`exec ${words}`, ['ignore', 'inherit', 'inherit']);
  }
}

/** Everything in the folders that packages fill: paths with modes and owners. */
export async function everything(root) {
  const found = await root.run(`find / -xdev \\( -path /proc -o -path /dev -o -path /tmp -o -path /root \\
    -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/lib/systemd \\
    -o -path /var/log \\) -prune -o -printf '%p %M %u %g %l\\n' | sort`);
  return found.trim().split('\n');
}
