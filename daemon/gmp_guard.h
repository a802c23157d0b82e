/*
 * What happens when GMP gets no memory. GMP's allocators may not return
 * failure and GMP itself would abort(): a program that calls gmp_guard_install()
 * first ends instead with a line on standard error and an exit code of its own.
 */
#ifndef NTHPI_GMP_GUARD_H
#define NTHPI_GMP_GUARD_H

enum { GMP_GUARD_EXIT = 3 };

/* Sets GMP's memory functions for the whole process, and gives the calling thread the
 * length of stack that GMP needs at most, where the limit of stacks leaves room for it;
 * call it from main() before anything of GMP. The functions are thread-safe. */
void gmp_guard_install(void);

#endif
