// Digits of pi in both radixes that owe nothing to the programs under test: decimal
// ones from Debian's `pi` (CLN), hexadecimal ones by converting those with BigInt,
// and far out hexadecimal ones as they were published.
import { pi } from './pi.mjs';

// "Beginning at this position": D. H. Bailey, The BBP Algorithm for Pi (2006), table 1.
const FAR = [
  [10_000_000, '17af5863efed8d'],
  [100_000_000, 'ecb840e21926ec'],
  [1_000_000_000, '85895585a0428b'],
];

/** "3." and N hexadecimal digits, truncated. */
async function hexadecimal(n) {
  const decimals = (await pi(Math.ceil(n * Math.log10(16)) + 30)).slice(2);
  const whole = 10n ** BigInt(decimals.length);
  const scaled = BigInt(decimals) << BigInt(4 * n);
  const digits = scaled / whole;
  // What was cut off the decimals must not matter.
  if (scaled - digits * whole + (1n << BigInt(4 * n)) >= whole) {
    throw new Error(`${decimals.length} decimals do not settle ${n} hexadecimal digits`);
  }
  return `3.${digits.toString(16).padStart(n, '0')}`;
}

export class Reference {
  /** Up to DECIMALS and HEXADECIMALS digits after the point. */
  static async upTo(decimals, hexadecimals) {
    return new Reference(await pi(decimals), await hexadecimal(hexadecimals));
  }

  constructor(decimal, hex) {
    this.texts = { 10: decimal, 16: hex };
    this.compared = 0;
  }

  /** Digits after the point that are known from the first on. */
  length(radix) {
    return this.texts[radix].length - 2;
  }

  /** "3." and N digits. */
  text(radix, n) {
    if (n > this.length(radix)) throw new Error(`no reference for ${n} digits of radix ${radix}`);
    return this.texts[radix].slice(0, n + 2);
  }

  /** What is wrong with TEXT as the digits of RADIX from POSITION on (0 is the 3);
   * '' when nothing is. Of far out digits those that were published are compared,
   * at least one. */
  fault(radix, position, text) {
    let known = position === 0 ? '3' : '';
    known += this.texts[radix].slice(Math.max(1, position) + 1, position + text.length + 1);
    let given = text;
    if (position + text.length - 1 > this.length(radix)) {
      const far = radix === 16 &&
        FAR.find(([begin, digits]) => position >= begin && position < begin + digits.length);
      if (!far) return `there is no reference for position ${position} of radix ${radix}`;
      known = far[1].slice(position - far[0], position - far[0] + text.length);
      given = text.slice(0, known.length);
    }
    this.compared += known.length;
    if (given === known && given.length > 0) return '';
    let i = 0;
    while (i < known.length && given[i] === known[i]) i++;
    return `radix ${radix}, position ${position + i}: ` +
      `${given.slice(i, i + 8) || 'nothing'} instead of ${known.slice(i, i + 8)}`;
  }

  /** Where far out digits begin that were published. */
  static get far() {
    return FAR.map(([position, digits]) => ({ position, count: digits.length }));
  }
}
