/*
 * Lines of the worker's pipe. A message that is read is written and read again as
 * the same one, in one line that fits.
 */
#include "config.h"

#include "fuzz.h"

#include "daemon/protocol.h"

#include <stdlib.h>
#include <string.h>

static bool
same(const struct message *a, const struct message *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case MESSAGE_HELLO:
        return a->version == b->version && strcmp(a->package, b->package) == 0;
    case MESSAGE_PROGRESS:
        return a->ppm == b->ppm && strcmp(a->phase, b->phase) == 0;
    case MESSAGE_SAVED:
        return a->ppm == b->ppm;
    case MESSAGE_WINDOW:
        return strcmp(a->window, b->window) == 0;
    case MESSAGE_FILE:
        return a->length == b->length && strcmp(a->sha256, b->sha256) == 0;
    case MESSAGE_VERIFIED:
        return strcmp(a->verified, b->verified) == 0;
    case MESSAGE_ERROR:
        return strcmp(a->error, b->error) == 0;
    case MESSAGE_DONE:
        return true;
    }
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message message, again;
    char line[PROTOCOL_LINE_SIZE];
    char *text = fuzz_memory(size); /* not terminated */
    if (size > 0)
        memcpy(text, data, size);
    if (protocol_parse(text, size, &message)) {
        PROPERTY(memchr(text, '\n', size) == NULL && memchr(text, '\0', size) == NULL);
        PROPERTY((message.kind != MESSAGE_PROGRESS && message.kind != MESSAGE_SAVED) ||
                 message.ppm <= PROTOCOL_PPM);
        PROPERTY(message.kind != MESSAGE_FILE ||
                 (message.length > 0 && message.length <= POSITION_MAX));
        size_t length = protocol_print(&message, line);
        PROPERTY(length > 0 && length <= sizeof line && line[length - 1] == '\n');
        PROPERTY(protocol_parse(line, length - 1, &again) && same(&message, &again));
    }
    free(text);
    return 0;
}
