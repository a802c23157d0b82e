/*
 * The rules are those of a responder that takes one request at a time on a
 * connection. Stricter than the specification: a stream's records come in the order
 * BEGIN_REQUEST, PARAMS, STDIN, without a second beginning, and no name or value has a
 * NUL, as libfcgi's strings would end there.
 */
#include "config.h"

#include "fcgi/record.h"

#include <stdio.h>
#include <string.h>

/* Types of records: section 8. */
enum {
    BEGIN_REQUEST = 1,
    ABORT_REQUEST = 2,
    END_REQUEST = 3,
    PARAMS = 4,
    STDIN = 5,
    STDOUT = 6,
    DATA = 8,
    GET_VALUES = 9,
    GET_VALUES_RESULT = 10,
    UNKNOWN_TYPE = 11,
};

enum { RESPONDER = 1, KEEP_CONN = 1, BODY_SIZE = 8 /* of several records */ };

bool
record_header(const unsigned char *header, struct record *record)
{
    record->type = header[1];
    record->id = (unsigned)header[2] << 8 | header[3];
    record->content = (size_t)header[4] << 8 | header[5];
    record->padding = header[6];
    return header[0] == 1;
}

/* ---- names and values ---- */

/* A length of one or four bytes (section 3.4) at P. */
static size_t
length_size(const unsigned char *p)
{
    return *p & 0x80 ? 4 : 1;
}

static size_t
length_at(const unsigned char *p)
{
    if (length_size(p) == 1)
        return *p;
    return (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* Begins a pair whose lengths take SIZE bytes. False: it is too long. */
static bool
pair_begin(struct pairs *pairs, size_t size, size_t name, size_t value)
{
    /* Each length is below 2^31: no sum is too large for a size_t. */
    pairs->left = name + value;
    pairs->total += size + pairs->left;
    return pairs->total <= RECORD_PARAMS_MAX;
}

/* The next byte of a pair's lengths. */
static bool
pair_length(struct pairs *pairs, unsigned char byte)
{
    const unsigned char *lengths = pairs->lengths;
    pairs->lengths[pairs->have++] = byte;
    size_t first = length_size(lengths);
    if (pairs->have <= first || pairs->have < first + length_size(lengths + first))
        return true;
    size_t have = pairs->have;
    pairs->have = 0;
    return pair_begin(pairs, have, length_at(lengths), length_at(lengths + first));
}

/* The next LENGTH bytes of the stream. */
static bool
pairs_add(struct pairs *pairs, const unsigned char *p, size_t length)
{
    const unsigned char *end = p + length;
    while (p < end) {
        if (pairs->left > 0) {
            size_t here = (size_t)(end - p);
            if (here > pairs->left)
                here = pairs->left;
            if (memchr(p, '\0', here))
                return false;
            pairs->left -= here;
            p += here;
        } else if (pairs->have == 0 && end - p >= 2 && (p[0] | p[1]) < 0x80) {
            /* Most are short; the other way would do for these as well. */
            if (!pair_begin(pairs, 2, p[0], p[1]))
                return false;
            p += 2;
        } else if (!pair_length(pairs, *p++)) {
            return false;
        }
    }
    return true;
}

static bool
pairs_end(const struct pairs *pairs)
{
    return pairs->have == 0 && pairs->left == 0;
}

/* ---- requests ---- */

static enum record_rc
begin(struct incoming *in, const struct record *record, const unsigned char *content)
{
    if (record->content != BODY_SIZE)
        return RECORD_BAD;
    in->id = record->id;
    in->keep = content[2] & KEEP_CONN;
    if (content[0] != 0 || content[1] != RESPONDER)
        return RECORD_ROLE;
    in->stage = INCOMING_PARAMS;
    return RECORD_TAKEN;
}

/* A record of the request that is open. */
static enum record_rc
proceed(struct incoming *in, const struct record *record, const unsigned char *content)
{
    if (record->type == ABORT_REQUEST)
        return RECORD_ABORT;
    if (in->stage == INCOMING_BODY && record->type == STDIN) {
        in->body += record->content;
        return record->content == 0 ? RECORD_LAST : RECORD_TAKEN;
    }
    if (in->stage != INCOMING_PARAMS || record->type != PARAMS)
        return RECORD_BAD;
    if (record->content == 0) {
        in->stage = INCOMING_BODY;
        return pairs_end(&in->pairs) ? RECORD_TAKEN : RECORD_BAD;
    }
    return pairs_add(&in->pairs, content, record->content) ? RECORD_TAKEN : RECORD_BAD;
}

enum record_rc
record_take(struct incoming *in, const struct record *record,
            const unsigned char *content)
{
    if (record->id == 0)
        return record->type <= DATA ? RECORD_BAD : RECORD_MANAGEMENT;
    if (record->type < BEGIN_REQUEST || record->type > DATA)
        return RECORD_BAD;
    if (in->stage == INCOMING_NONE) {
        /* An abort may cross the end of its request on the way. */
        return record->type == BEGIN_REQUEST   ? begin(in, record, content)
               : record->type == ABORT_REQUEST ? RECORD_LEFT
                                               : RECORD_BAD;
    }
    if (record->id == in->id)
        return proceed(in, record, content);
    return record->type == BEGIN_REQUEST ? RECORD_SECOND : RECORD_LEFT;
}

/* ---- answers ---- */

/* A header of TYPE for LENGTH bytes at ANSWER; what is behind it. */
static unsigned char *
put_header(unsigned char *answer, unsigned type, unsigned id, size_t length)
{
    const unsigned char header[RECORD_HEADER] = {
        1,
        (unsigned char)type,
        (unsigned char)(id >> 8),
        (unsigned char)id,
        (unsigned char)(length >> 8),
        (unsigned char)length,
    };
    memcpy(answer, header, sizeof header);
    return answer + sizeof header;
}

void
record_stdout(unsigned id, size_t length, unsigned char header[RECORD_HEADER])
{
    put_header(header, STDOUT, id, length);
}

size_t
record_end(unsigned id, enum record_end how, unsigned char *answer)
{
    unsigned char *body = put_header(answer, END_REQUEST, id, BODY_SIZE);
    memset(body, 0, BODY_SIZE);
    body[4] = (unsigned char)how;
    return RECORD_END_SIZE;
}

/* True when NAME is among the names of the LENGTH bytes of whole pairs at P. */
static bool
asks_for(const unsigned char *p, size_t length, const char *name)
{
    const unsigned char *end = p + length;
    while (p < end) {
        size_t name_length = length_at(p);
        p += length_size(p);
        size_t value_length = length_at(p);
        p += length_size(p);
        if (name_length == strlen(name) && memcmp(p, name, name_length) == 0)
            return true;
        p += name_length + value_length;
    }
    return false;
}

static size_t
get_values(const unsigned char *content, size_t length, unsigned connections,
           unsigned char *answer)
{
    static const char *const names[] = {"FCGI_MAX_CONNS", "FCGI_MAX_REQS",
                                        "FCGI_MPXS_CONNS"};
    struct pairs pairs = {0};
    if (!pairs_add(&pairs, content, length) || !pairs_end(&pairs))
        return 0;
    unsigned char *end = answer + RECORD_HEADER;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char value[16];
        if (!asks_for(content, length, names[i]))
            continue;
        /* The last one: several requests at a time on a connection, or not. */
        snprintf(value, sizeof value, "%u", i < 2 ? connections : 0);
        *end++ = (unsigned char)strlen(names[i]);
        *end++ = (unsigned char)strlen(value);
        end = (unsigned char *)stpcpy((char *)end, names[i]);
        end = (unsigned char *)stpcpy((char *)end, value);
    }
    size_t answered = (size_t)(end - answer) - RECORD_HEADER;
    put_header(answer, GET_VALUES_RESULT, 0, answered);
    return RECORD_HEADER + answered;
}

size_t
record_management(const struct record *record, const unsigned char *content,
                  unsigned connections, unsigned char *answer)
{
    if (record->type == GET_VALUES)
        return get_values(content, record->content, connections, answer);
    unsigned char *body = put_header(answer, UNKNOWN_TYPE, 0, BODY_SIZE);
    memset(body, 0, BODY_SIZE);
    body[0] = (unsigned char)record->type;
    return RECORD_HEADER + BODY_SIZE;
}
