/*
 * Tokens: proof of ownership and of origin, made with libsodium from the key
 * in the state folder (shared by all web processes). Thread-safe.
 *
 * Whoever replaces the key (delete the file, restart all web processes) makes all
 * tokens worthless at once: forms that are open come back filled in and are sent
 * again, visitors get a new owner token with their next question, and rows asked for
 * until then can be changed by administrators and the command line only.
 */
#ifndef NTHPI_TOKEN_H
#define NTHPI_TOKEN_H

#include "common/store_ask.h"
#include "fcgi/app.h"

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN_SIZE = 128 };

/* Reads the file PATH (32 random bytes), or makes it (0600), or fills it when it is
 * empty (of several processes starting at once one does, and all read the same), and
 * derives APP's keys. 0, or -1 with a message logged. */
int token_keys(struct app *app, const char *path);

/* A CSRF token for forms: visitor-independent, keyed, valid for hours; the same
 * text for everybody within a quarter of an hour, so that pages can be shared. */
void token_csrf(const struct app *app, char token[TOKEN_SIZE]);
bool token_csrf_valid(const struct app *app, const char *token);

/* The same for one visitor only, by whatever text names him (his owner hash): for a
 * page that nobody else gets. Neither kind is valid as the other. */
void token_csrf_for(const struct app *app, const char *visitor, char token[TOKEN_SIZE]);
bool token_csrf_valid_for(const struct app *app, const char *visitor,
                          const char *token);

/* The number of the present quarter of an hour: what token_csrf()'s text changes
 * with. */
int64_t token_csrf_step(void);

/* The same at the time NOW, seconds since 1970: what those above use, and tests;
 * VISITOR NULL stands for everybody. A token is accepted for TOKEN_CSRF_AGE seconds,
 * give or take the quarter of an hour, and when it is at most that much ahead of our
 * clock. */
enum { TOKEN_CSRF_STEP = 15 * 60, TOKEN_CSRF_AGE = 12 * 60 * 60 };
void token_csrf_at(const struct app *app, int64_t now, const char *visitor,
                   char token[TOKEN_SIZE]);
bool token_csrf_valid_at(const struct app *app, int64_t now, const char *visitor,
                         const char *token);

/* A token for an address that this site leads to and that says TEXT once: nobody else
 * can make one, and it is worthless soon, so that a page opened again says nothing. */
void token_note(const struct app *app, const char *text, char token[TOKEN_SIZE]);
bool token_note_valid(const struct app *app, const char *text, const char *token);

/* The same at the time NOW, seconds since 1970: what those above use, and tests. A
 * token is accepted for TOKEN_NOTE_AGE seconds, and when it is at most that much ahead
 * of our clock; NULL is none. */
enum { TOKEN_NOTE_AGE = 60 };
void token_note_at(const struct app *app, int64_t now, const char *text,
                   char token[TOKEN_SIZE]);
bool token_note_valid_at(const struct app *app, int64_t now, const char *text,
                         const char *token);

/* A new random owner token (what a visitor keeps, in a cookie or as a bearer
 * token), signed so that invented ones are refused without the database. */
void token_owner_new(const struct app *app, char token[TOKEN_SIZE]);

/* The keyed hash of a valid owner token into OWNER (what the database knows);
 * false and "" for anything else. */
bool token_owner_hash(const struct app *app, const char *token, char owner[OWNER_SIZE]);

/* A keyed hash of the network address TEXT (REMOTE_ADDR) into HASH. Of IPv6 the first
 * 64 bits count, which is what one subscriber has; an IPv4 address is the same in both
 * notations; what is no address ("unix:") stands for itself. */
void token_address_hash(const struct app *app, const char *text, char hash[OWNER_SIZE]);

#endif
