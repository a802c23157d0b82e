// Reads positions as the server does (common/position.c): plain digits, groups of three
// with the same separator, powers of ten.
'use strict';

const nthpi = {
  /** The digits of the position that TEXT is, or null: it is none. */
  readPosition(text) {
    const typed = text.trim();
    const power = /^(\d+)[eE]\+?(\d{1,2})$/.exec(typed) ?? /^(1)0\^(\d{1,2})$/.exec(typed);
    if (power) return power[1] + '0'.repeat(Number(power[2]));
    if (/^[1-9]\d{0,2}([, '_\u00a0\u202f\u2009\u2019])\d{3}(\1\d{3})*$/.test(typed)) {
      return typed.replace(/\D/g, '');
    }
    return /^\d+$/.test(typed) ? typed : null;
  },
};
