/*
 * Prometheus' text format, version 0.0.4, as "Exposition formats" in its
 * documentation defines it: for each metric a HELP and a TYPE line, then all its
 * samples. Functions write to OUT, whose error indicator the caller checks at the
 * end; the C locale's decimal point is needed.
 */
#ifndef NTHPI_EXPOSITION_H
#define NTHPI_EXPOSITION_H

#include "fcgi/metrics.h"

#include <stdint.h>
#include <stdio.h>

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Begins the metric NAME. TYPE is "counter", "gauge" or "histogram"; HELP is any
 * text. */
void exposition_metric(FILE *out, const char *name, const char *type, const char *help);

/* A sample of it. LABELS is NULL, or names and values by turns, then NULL; values
 * may be any UTF-8. Real numbers are printed with six decimals. */
void exposition_integer(FILE *out, const char *name, const char *const *labels,
                        int64_t value);
void exposition_real(FILE *out, const char *name, const char *const *labels,
                     double value);

/* The samples of a histogram of durations, in seconds: NAME_bucket (cumulative,
 * with +Inf), NAME_sum, NAME_count. */
void exposition_histogram(FILE *out, const char *name, const char *const *labels,
                          const struct histogram *histogram);

/* Names and values by turns as LABELS of the functions above. */
#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
