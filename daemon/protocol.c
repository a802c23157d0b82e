/*
 * The worker's line protocol. The worker is the same program, yet it is also
 * the part that may go wrong (it has the big memory and the long loops), so
 * the daemon trusts nothing: each field has its own bounded reader, numbers are
 * decimal integers without sign, and a line has exactly its fields.
 */
#include "daemon/protocol.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char digits16[] = "0123456789abcdef";
static const char digits10[] = "0123456789";
static const char phase_letters[] = "abcdefghijklmnopqrstuvwxyz-";
static const char package_letters[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+~-";

/* A line of WORD and TEXT; its length. */
static int
print_text(const char *word, const char *text, char line[PROTOCOL_LINE_SIZE])
{
    int n = snprintf(line, PROTOCOL_LINE_SIZE, "%s %s\n", word, text);

    for (int i = 0; i < n - 1; i++) {
        if (line[i] < ' ' || line[i] > '~') {
            line[i] = '?';
        }
    }
    return n;
}

size_t
protocol_print(const struct message *m, char line[PROTOCOL_LINE_SIZE])
{
    int n = 0;

    switch (m->kind) {
    case MESSAGE_HELLO:
        n = snprintf(line, PROTOCOL_LINE_SIZE, "hello %u %s\n", m->version, m->package);
        break;
    case MESSAGE_PROGRESS:
        n = snprintf(line, PROTOCOL_LINE_SIZE, "progress %u %s\n", m->ppm, m->phase);
        break;
    case MESSAGE_SAVED:
        n = snprintf(line, PROTOCOL_LINE_SIZE, "saved %u\n", m->ppm);
        break;
    case MESSAGE_WINDOW:
        n = snprintf(line, PROTOCOL_LINE_SIZE, "window %s\n", m->window);
        break;
    case MESSAGE_FILE:
        n = snprintf(line, PROTOCOL_LINE_SIZE, "file %" PRIu64 " %s\n", m->length,
                     m->sha256);
        break;
    case MESSAGE_VERIFIED:
        n = print_text("verified", m->verified, line);
        break;
    case MESSAGE_ERROR:
        n = print_text("error", m->error, line);
        break;
    case MESSAGE_DONE:
        n = snprintf(line, PROTOCOL_LINE_SIZE, "done\n");
        break;
    }
    return n > 0 ? (size_t)n : 0;
}

bool
protocol_send(int fd, const struct message *m)
{
    char line[PROTOCOL_LINE_SIZE];
    size_t length = protocol_print(m, line), sent = 0;

    while (sent < length) {
        ssize_t n = write(fd, line + sent, length - sent);

        if (n > 0) {
            sent += (size_t)n;
        } else if (n < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* What is left of a line while its fields are read. */
struct rest {
    const char *at, *end;
};

/* The next word (up to a space or the end) of 1 .. SIZE - 1 characters of
 * LETTERS into OUT; the space is eaten when MORE fields follow, and nothing may
 * follow otherwise. */
static bool
take_word(struct rest *rest, bool more, const char *letters, char *out, size_t size)
{
    const char *space = memchr(rest->at, ' ', (size_t)(rest->end - rest->at));
    const char *end = space ? space : rest->end;
    size_t length = (size_t)(end - rest->at);

    if (more != (space != NULL) || length == 0 || length >= size) {
        return false;
    }
    memcpy(out, rest->at, length);
    out[length] = '\0';
    rest->at = space ? space + 1 : end;
    /* strspn stops at a NUL inside the word too. */
    return strspn(out, letters) == length;
}

static bool
take_number(struct rest *rest, bool more, uint64_t largest, uint64_t *out)
{
    char word[21];
    uint64_t value = 0;

    if (!take_word(rest, more, digits10, word, sizeof word)) {
        return false;
    }
    for (const char *p = word; *p; p++) {
        uint64_t digit = (uint64_t)(*p - '0');

        if (value > (largest - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

static bool
take_text(struct rest *rest, char *out, size_t size)
{
    size_t length = (size_t)(rest->end - rest->at);

    if (length == 0 || length >= size) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (rest->at[i] < ' ' || rest->at[i] > '~') {
            return false;
        }
    }
    memcpy(out, rest->at, length);
    out[length] = '\0';
    rest->at = rest->end;
    return true;
}

static bool
parse_hello(struct rest *rest, struct message *m)
{
    uint64_t version;

    if (!take_number(rest, true, 9999, &version) ||
        !take_word(rest, false, package_letters, m->package, sizeof m->package)) {
        return false;
    }
    m->version = (unsigned)version;
    return true;
}

static bool
parse_progress(struct rest *rest, struct message *m)
{
    uint64_t ppm;

    if (!take_number(rest, true, PROTOCOL_PPM, &ppm) ||
        !take_word(rest, false, phase_letters, m->phase, sizeof m->phase)) {
        return false;
    }
    m->ppm = (unsigned)ppm;
    return true;
}

static bool
parse_saved(struct rest *rest, struct message *m)
{
    uint64_t ppm;

    if (!take_number(rest, false, PROTOCOL_PPM, &ppm)) {
        return false;
    }
    m->ppm = (unsigned)ppm;
    return true;
}

static bool
parse_window(struct rest *rest, struct message *m)
{
    return take_word(rest, false, digits16, m->window, sizeof m->window);
}

static bool
parse_file(struct rest *rest, struct message *m)
{
    return take_number(rest, true, POSITION_MAX, &m->length) && m->length > 0 &&
           take_word(rest, false, digits16, m->sha256, sizeof m->sha256) &&
           strlen(m->sha256) == DIGITS_SHA256_SIZE - 1;
}

static bool
parse_verified(struct rest *rest, struct message *m)
{
    return take_text(rest, m->verified, sizeof m->verified);
}

static bool
parse_error(struct rest *rest, struct message *m)
{
    return take_text(rest, m->error, sizeof m->error);
}

bool
protocol_parse(const char *line, size_t length, struct message *m)
{
    static const struct {
        const char *word;
        enum message_kind kind;
        bool (*fields)(struct rest *rest, struct message *m);
    } table[] = {
        {"hello ", MESSAGE_HELLO, parse_hello},
        {"progress ", MESSAGE_PROGRESS, parse_progress},
        {"window ", MESSAGE_WINDOW, parse_window},
        {"file ", MESSAGE_FILE, parse_file},
        {"saved ", MESSAGE_SAVED, parse_saved},
        {"verified ", MESSAGE_VERIFIED, parse_verified},
        {"error ", MESSAGE_ERROR, parse_error},
    };

    if (length == 4 && memcmp(line, "done", 4) == 0) {
        m->kind = MESSAGE_DONE;
        return true;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        size_t word = strlen(table[i].word);

        if (length > word && memcmp(line, table[i].word, word) == 0) {
            struct rest rest = {line + word, line + length};

            m->kind = table[i].kind;
            return table[i].fields(&rest, m);
        }
    }
    return false;
}
