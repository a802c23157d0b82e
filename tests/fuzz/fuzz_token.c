/*
 * Tokens. One that we made is valid; the same with any one character changed, cut or
 * lengthened is not, and neither is anything made up.
 */
#include "config.h"

#include "fuzz.h"

#include "fcgi/token.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct app app;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    PROPERTY(sodium_init() >= 0);
    memset(app.csrf_key, 'c', sizeof app.csrf_key);
    memset(app.owner_key, 'o', sizeof app.owner_key);
    return 0;
}

static bool
is_valid(const char *token, bool csrf)
{
    char owner[OWNER_SIZE];
    if (csrf)
        return token_csrf_valid(&app, token);
    bool valid = token_owner_hash(&app, token, owner);
    PROPERTY(strlen(owner) == (valid ? OWNER_SIZE - 1 : 0));
    return valid;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool csrf = fuzz_number(&data, &size, 1) & 1;
    size_t at = (size_t)fuzz_number(&data, &size, 1);
    char *text = fuzz_text(data, size);
    char token[TOKEN_SIZE], changed[2 * TOKEN_SIZE];
    if (csrf)
        token_csrf(&app, token);
    else
        token_owner_new(&app, token);
    PROPERTY(is_valid(token, csrf) && !is_valid(token, !csrf));

    /* A piece of it replaced by the text. */
    at %= strlen(token) + 1;
    size_t left = strlen(token) - at;
    size_t cut = size < left ? size : left;
    snprintf(changed, sizeof changed, "%.*s%.*s%s", (int)at, token, TOKEN_SIZE - 1,
             text, token + at + cut);
    /* (Not by strcmp(), here and in token.c: libFuzzer sees what that compares, and
     * would learn tokens that are valid.) */
    bool same = strlen(changed) == strlen(token) &&
                sodium_memcmp(changed, token, strlen(token)) == 0;
    PROPERTY(is_valid(changed, csrf) == same);
    free(text);
    return 0;
}
