/*
 * Between the two files of the shim over ctemplate, in C++; view.h is what others see.
 */
#ifndef NTHPI_DICT_H
#define NTHPI_DICT_H

#include "fcgi/view.h"

#include <cstring> /* which the next one uses and does not include */

#include <ctemplate/template_dictionary.h>

/* What DICT (not NULL) is to ctemplate; it stays DICT's, and its thread's. */
ctemplate::TemplateDictionary *dict_unwrap(const struct dict *dict);

/* True when a dictionary that this thread has lacks a part for which there was no
 * memory. */
bool dict_is_lacking();

#endif
