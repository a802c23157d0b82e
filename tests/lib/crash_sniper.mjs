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

/** The youngest child of PID; a worker is started right after its files are made. */
function youngest(pid) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 20; i++) {
    const list = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (list) return Number(list.split(' ').at(-1));
    Atomics.wait(pause, 0, 0, 1);
  }
  return 0;
}

function shoot({ pid, below }) {
  try {
    const target = below ? youngest(pid) : pid;
    if (target) process.kill(target, 'SIGKILL');
    return target ?? 0;
  } catch {
    return 0; // it ended by itself
  }
}

if (!isMainThread && workerData?.folder) {
  const { folder, file, timeout } = workerData;
  const wanted = new RegExp(file);
  let { skip } = workerData;
  let over = false;
  const end = (name) => {
    if (over) return;
    over = true;
    parentPort.postMessage({ pid: shoot(workerData), file: name });
    watcher.close();
    clearTimeout(timer);
  };
  const watcher = fs.watch(folder, (event, name) => {
    if (wanted.test(path.basename(name ?? '')) && skip-- === 0) end(name);
  });
  const timer = setTimeout(end, timeout, '');
  parentPort.postMessage('ready');
}
