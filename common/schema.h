/*
 * The schema, compiled in from conf/schema/N.sql: migration N takes a database
 * from `PRAGMA user_version` N - 1 to N.
 */
#ifndef NTHPI_SCHEMA_H
#define NTHPI_SCHEMA_H

/* How many migrations there are: the newest version. */
extern const int schema_version;

/* schema_migrations[i] is the SQL text of migration i + 1. */
extern const char *const schema_migrations[];

#endif
