/*
 * What the fuzz targets share. A target is one function that libFuzzer calls with
 * bytes it makes up (https://llvm.org/docs/LibFuzzer.html); it calls real functions
 * of the programs and states what must hold for every input. ASan and UBSan watch
 * over memory and arithmetic meanwhile.
 */
#ifndef NTHPI_TESTS_FUZZ_H
#define NTHPI_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The target. 0; -1: the input is to be left out of the corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Called once before, where a target has it. 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Ends the process, and the input is kept, when CONDITION does not hold. */
#define PROPERTY(condition)                                                            \
    ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *property, const char *file, int line);

/* Memory; never NULL. The caller frees it. */
void *fuzz_memory(size_t size);

/* The bytes as a string of exactly their length and a terminator, so that ASan sees
 * a read beyond it. The caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Takes up to SIZE bytes from the front of the input as a number. */
uint64_t fuzz_number(const uint8_t **data, size_t *size, size_t bytes);

/* True when TEXT is UTF-8 (RFC 3629), by a reader of its own. */
bool fuzz_utf8(const char *text);

#endif
