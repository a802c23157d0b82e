/*
 * What ctemplate does not check about a template, and what it does not say where.
 */
#ifndef NTHPI_VIEW_CHECK_H
#define NTHPI_VIEW_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* True when the LENGTH bytes of TEXT (terminated) begin with the AUTOESCAPE pragma,
 * all markers in it are closed, have names that are in view_keys.h and none of them
 * ":none", and all sections end where they should. Else a message that names FILE
 * and the line is logged. Any thread. */
bool view_check(const char *file, const char *text, size_t length);

#ifdef __cplusplus
}
#endif
#endif
