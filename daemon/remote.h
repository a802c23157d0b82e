/*
 * A site somewhere else, over HTTP: single requests, by libcurl. TLS is verified, other
 * addresses that a site sends us to are not followed, and Ctrl-C ends what waits. One
 * thread.
 */
#ifndef NTHPI_REMOTE_H
#define NTHPI_REMOTE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct remote;

/*
 * The site at URL: "https://pi.example", with a port if need be and without a path.
 * CA_FILE has the certificates to trust instead of the system's, or is NULL. Nothing is
 * sent yet. CLI_OK: *OUT is to be closed. With a message and *OUT NULL, CLI_USAGE: not
 * an address; CLI_FAILED: no memory.
 */
int remote_open(struct remote **out, const char *url, const char *ca_file);
void remote_close(struct remote *r);

/* The site's address, as it was given but for a slash at its end; R's. */
const char *remote_url(const struct remote *r);

/* What is asked. */
struct remote_call {
    const char *method; /* "GET" */
    const char *path;   /* with its query */
    const char *body;   /* JSON, or NULL */
    const char *token;  /* the owner's, or NULL */
    unsigned wait_s;    /* the answer may wait so long for news, 0: not */
    /* Takes the body of a 200 as it comes; false ends it. SIZE is of all of it, 0: not
     * known. NULL: the body is kept in the answer. */
    bool (*sink)(void *ctx, const char *data, size_t length, uint64_t size);
    void *ctx;
};

enum { REMOTE_ERROR_SIZE = 320, REMOTE_BODY_MOST = 4 << 20 };

/* What came. */
struct remote_answer {
    int status;                    /* 0: nothing came, see error */
    char *body;                    /* malloc()ed, terminated, or NULL: none */
    size_t length;                 /* of it */
    unsigned retry_after;          /* seconds, 0: not said */
    bool lasting;                  /* without an answer: trying again will not help */
    char error[REMOTE_ERROR_SIZE]; /* why nothing came */
};

/* Sends CALL. True: there is an answer, whatever its status. Frees nothing of ANSWER
 * before; clear it afterwards either way. */
bool remote_send(struct remote *r, const struct remote_call *call,
                 struct remote_answer *answer);
void remote_clear(struct remote_answer *answer);

/* ---- remote_json.c: what it says ---- */

/* ANSWER's body, an object of JSON, its strings made plain; a new reference. NULL: it
 * is none, or the name of a member is not plain itself. */
json_t *remote_json(const struct remote_answer *answer);

/* Puts a space in the place of every character of TEXT, which is UTF-8, that a terminal
 * takes for a command: control characters, and those of Unicode that turn the direction
 * of writing. True when there was one. */
bool remote_make_plain(char *text);

/* ---- remote_token.c: who we are to a site ---- */

/*
 * The token that the site at URL gave us, malloc()ed, or NULL: none. It is in a file of
 * its own for each site, $XDG_STATE_HOME/nthpi/tokens/ (~/.local/state without that
 * variable), mode 0600 in a folder 0700. One that others can read is not used, with a
 * message.
 */
char *remote_token_read(const char *url);

/* Keeps TOKEN for the site at URL, unless there is a file for it: that one stays, since
 * it may be the right to what was asked before, and the result is false. False with a
 * message. */
bool remote_token_write(const char *url, const char *token);

#endif
