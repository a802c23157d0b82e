/*
 * Divisions without a remainder, by which common factors are taken out.
 */
#ifndef NTHPI_ENGINE_EXACT_H
#define NTHPI_ENGINE_EXACT_H

#include <gmp.h>

#include "run.h"

/*
 * X and Y become their quotients by G. All are positive, G is odd and divides X and Y;
 * the three are different objects. Fails RUN when memory is missing; X and Y are
 * undefined when it stops. One thread. Any thread.
 */
void exact_divide(struct run *run, mpz_t x, mpz_t y, const mpz_t g);

#endif
