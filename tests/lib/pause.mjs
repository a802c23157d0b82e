// Jobs that end when a test wants them to, however slow or fast a page, its test and the
// machine are.
import fs from 'node:fs';
import { slow, until } from './site.mjs';

/** Options and question of jobs that do not end while a test runs: they are cancelled, or
 * end with the site. Add to the position for another job. */
export const endless = {
  options: { 'limit-spigot': 4_000_000 },
  position: 3_000_000,
  question: slow.question,
};

/** Options of a site whose workers may be held: that they do nothing is no fault. */
export const patient = { 'stall-s': 3600 };

/** Runs DEEDS while SITE has no nthpid: what is asked for stays in the queue. */
export async function withoutDaemon(site, deeds) {
  await site.kill('daemon');
  try {
    return await deeds();
  } finally {
    site.start('daemon');
  }
}

const isStopped = (pid) => /^State:\s+T/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Lets the workers of SITE (one of the `patient`), of which there is at least one or is to
 * be soon, stand still: what runs goes on running. (nthpid itself might have the database
 * locked when it is stopped.) Resolves to what lets them go on. */
export async function holdWorkers(site) {
  const held = new Set();
  const signal = (pid, name) => {
    try {
      process.kill(pid, name);
    } catch {
      // it has ended
    }
  };
  const hold = () => {
    for (const pid of site.workers().filter((one) => !held.has(one))) {
      held.add(pid);
      signal(pid, 'SIGSTOP');
    }
    return held.size > 0 && site.workers().every((pid) => held.has(pid) && isStopped(pid));
  };
  const timer = setInterval(hold, 20); // an index may be made already, and the job come then
  const release = () => {
    clearInterval(timer);
    for (const pid of held) signal(pid, 'SIGCONT');
  };
  try {
    await until(hold, 'workers that stand still');
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** Runs DEEDS while SITE's workers stand still. */
export async function withWorkersHeld(site, deeds) {
  const release = await holdWorkers(site);
  try {
    return await deeds();
  } finally {
    release();
  }
}
