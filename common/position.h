/*
 * Positions as people write them. Programs write plain digits: see position_parse().
 */
#ifndef NTHPI_POSITION_H
#define NTHPI_POSITION_H

#include "computation.h"

/*
 * Reads a position that a person has typed or pasted. Besides what position_parse()
 * reads, between the same white space and no-break, narrow no-break and thin spaces:
 *
 *   - groups of three, "1,000,000": one to three digits that don't begin with 0, then at
 *     least one group of exactly three, with the same separator before each: a comma, a
 *     space, a no-break, a narrow no-break or a thin space, an apostrophe (straight or
 *     curly), or an underscore;
 *   - powers of ten, "1e6", "5E+8", "10^6": digits, and an exponent of digits.
 *
 * So "3,14" and "1,00" are no groups (ASK_NOT_WHOLE), nor is "1,00,000"
 * (ASK_NOT_A_NUMBER). *POSITION is set only for ASK_OK, and problems are those of
 * position_parse(). TEXT is UTF-8, or NULL (ASK_EMPTY). Pure and thread-safe.
 */
enum ask_problem position_read(const char *text, uint64_t *position);

#endif
