/*
 * Which fault the faulty nthpid has.
 */
#ifndef NTHPI_FAULTY_H
#define NTHPI_FAULTY_H

#include <stdbool.h>

/* True when NTHPI_FAULT is NAME. */
bool fault_is(const char *name);

#endif
