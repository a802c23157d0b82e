// Kills a process at the moment when a file of interest changes, from a thread that
// does nothing else: what it aims at lasts less than a millisecond.
import fs from 'node:fs';
import path from 'node:path';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

/** Sends SIGKILL to PID (if there is one) when a file in FOLDER whose name has the form
 * of the regular expression FILE changes, appears or goes, the first SKIP times not
 * counted; after TIMEOUT milliseconds anyway. With `below`, to PID's youngest child
 * instead. Calls READY once it watches. Resolves to {file, pid}: the name, or '' when
 * none came; who was shot, or 0. */
export function snipe({ folder, file, skip = 0, pid, timeout, below = false }, ready = () => {}) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(fileURLToPath(import.meta.url), {
      workerData: { folder, file: file.source, skip, pid, timeout, below },
    });
    thread.on('message', (shot) => (shot === 'ready' ? ready() : resolve(shot)));
    thread.on('error', reject);
  });
}

/** The id of PID's parent, or 0: ids are given again. */
function parent(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Sends SIGKILL to PID if it is a child of OF; returns PID then, else 0. */
export function kill(pid, of = process.pid) {
  if (!pid || parent(pid) !== of) return 0;
  try {
    process.kill(pid, 'SIGKILL');
    return pid;
  } catch {
    return 0; // it has just ended by itself
  }
}

/** The youngest child of PID, or 0; a worker is started right after its files are
 * made. */
function youngest(pid) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 20 && parent(pid) === process.pid; i++) {
    const list = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (list) return Number(list.split(' ').at(-1));
    Atomics.wait(pause, 0, 0, 1);
  }
  return 0;
}

if (!isMainThread && workerData?.folder) {
  const { folder, file, pid, timeout, below } = workerData;
  const wanted = new RegExp(file);
  let { skip } = workerData;
  let over = false;
  const end = (name) => {
    if (over) return;
    over = true;
    parentPort.postMessage({ pid: below ? kill(youngest(pid), pid) : kill(pid), file: name });
    watcher.close();
    clearTimeout(timer);
  };
  const watcher = fs.watch(folder, (event, name) => {
    if (wanted.test(path.basename(name ?? '')) && skip-- === 0) end(name);
  });
  const timer = setTimeout(end, timeout, '');
  parentPort.postMessage('ready');
}
