// Chance that can be had again: a small generator of pseudo-random numbers.
// (mulberry32, by Tommy Ettinger, in the public domain: 32 bits of state are plenty
// for choosing what to disturb.)
import { randomInt } from 'node:crypto';

export class Random {
  /** SEED is a whole number; without one, $NTHPI_SEED, else a new one each time. */
  constructor(seed = Number(process.env.NTHPI_SEED) || randomInt(1, 2 ** 31)) {
    this.seed = seed;
    this.state = seed >>> 0;
  }

  /** Another one for somebody called NAME: what one does with his does not change
   * what the others get. */
  of(name) {
    let hash = this.seed >>> 0;
    for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
    return new Random(hash);
  }

  /** From 0 up to, but not including, 1. */
  fraction() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from LEAST to MOST. */
  whole(least, most) {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** A whole number from LEAST to MOST, each order of magnitude as likely. */
  magnitude(least, most) {
    return Math.floor(least * ((most + 1) / least) ** this.fraction());
  }

  chance(probability) {
    return this.fraction() < probability;
  }

  pick(list) {
    return list[this.whole(0, list.length - 1)];
  }

  shuffle(list) {
    const all = [...list];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.whole(0, i);
      [all[i], all[j]] = [all[j], all[i]];
    }
    return all;
  }
}
