/*
 * The store, what is known of search indexes: which file each radix's index is of, and
 * how far it is. Web pages tell visitors; nothing depends on it, since an index says of
 * itself what it is of (search_index.h). Like a mark of damage (store_damage.c) it is
 * a value of meta, "index:RADIX", and no visible change: 128 * length + percent, one
 * number so that both are of the same moment.
 */
#include "store_status.h"

#include "store_internal.h"

#include <stdio.h>

enum { PERCENTS = 128 };
_Static_assert((int)STORE_INDEX_DAMAGED < (int)PERCENTS, "it fits");

static const char *
index_key(char key[16], int radix)
{
    snprintf(key, 16, "index:%d", radix);
    return key;
}

enum store_rc
store_index(struct store *s, int radix, uint64_t *length, int *percent)
{
    char key[16];
    int64_t value = 0;
    enum store_rc rc = store_integer(s, SQL_META_GET,
                                     VALUES(value_text(index_key(key, radix))), &value);

    *length = (uint64_t)value / PERCENTS;
    *percent = (int)((uint64_t)value % PERCENTS);
    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}

static enum store_rc
note(struct store *s, int radix, uint64_t length, int percent)
{
    char key[16];

    return store_run(s, SQL_META_SET,
                     VALUES(value_text(index_key(key, radix)),
                            value_int((int64_t)length * PERCENTS + percent)));
}

enum store_rc
store_note_index(struct store *s, int radix, uint64_t length, int percent)
{
    enum store_rc rc = store_begin(s);

    if (rc == STORE_OK)
        rc = store_end(s, note(s, radix, length, percent));
    return rc;
}
