// Positions as people write them, for the form and for the page of digits.
'use strict';

/** The digits of the position that TEXT is, read as the server does (common/position.c):
 * plain digits, groups of three, powers of ten; or null. */
function readPosition(text) {
  const typed = text.trim();
  const power = /^(\d+)[eE]\+?(\d+)$/.exec(typed) ?? /^(1)0\^(\d+)$/.exec(typed);
  if (power) return power[1] + '0'.repeat(Math.min(Number(power[2]), 20)); // beyond any position
  if (/^[1-9]\d{0,2}([, '_\u00a0\u202f\u2009\u2019])\d{3}(\1\d{3})*$/.test(typed)) {
    return typed.replace(/\D/g, '');
  }
  return /^\d+$/.test(typed) ? typed : null;
}
