/*
 * See mortal.h.
 */
#include "mortal.h"

#include <signal.h>
#include <sqlite3.h>

static int calls, last_call;

void
die_at_call(int call)
{
    calls = 0;
    last_call = call;
}

static void
count_to_death(void)
{
    if (last_call > 0 && ++calls == last_call)
        raise(SIGKILL);
}

typedef int row_function(void *ctx, int count, char **values, char **names);

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_exec(sqlite3 *db, const char *sql, row_function *row, void *ctx,
                        char **message);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, row_function *row, void *ctx,
                        char **message);

int
__wrap_sqlite3_step(sqlite3_stmt *statement)
{
    count_to_death();
    return __real_sqlite3_step(statement);
}

int
__wrap_sqlite3_exec(sqlite3 *db, const char *sql, row_function *row, void *ctx,
                    char **message)
{
    count_to_death();
    return __real_sqlite3_exec(db, sql, row, ctx, message);
}
