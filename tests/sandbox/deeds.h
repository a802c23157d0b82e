/*
 * Deeds: what a program that somebody has taken over might try. The programs of this
 * folder are ours with a door by which a test makes them do one, from inside, after
 * they have locked themselves up.
 */
#ifndef NTHPI_DEEDS_H
#define NTHPI_DEEDS_H

enum { DEED_RESULT_SIZE = 32 };

/*
 * Does the deed NAME, in the state folder that NTHPI_STATE names if it needs one.
 * RESULT: "done", the name of an errno ("EACCES"), or "unknown". A deed that is deadly
 * does not return.
 */
void deed_do(const char *name, char result[DEED_RESULT_SIZE]);

#endif
