/*
 * A process that kills itself within SQLite. A test that links mortal.c has the
 * linker's --wrap for the two functions that it counts.
 */
#ifndef NTHPI_TESTS_MORTAL_H
#define NTHPI_TESTS_MORTAL_H

/* From now on this process dies by SIGKILL before the CALL-th call of sqlite3_step() or
 * sqlite3_exec(); 0: it lives on. */
void die_at_call(int call);

#endif
