/*
 * Every SQL text of the store, in one table: each is prepared once per
 * connection, and a unit test asks the query planner about each of them. None
 * may read all of `computation` or sort in a temporary table; INDEXED BY makes
 * a lost index an error instead of a slow page.
 *
 * Parameters are numbered as the caller lists its values. Words such as
 * 'queued' are written out where a partial index must be recognised.
 */
#include "store_internal.h"

#define ROW          "SELECT " STORE_COLUMNS "FROM computation "
#define NEWEST_FIRST " ORDER BY id DESC LIMIT ?2"
#define OTHERS       " WHERE id < ?1 AND status <> 'running'"
#define STREAM       " WHERE status = ?1 AND radix = ?2 AND algorithm = ?3"
#define TIME         "coalesce(CAST(wall_s * 1000000 AS INTEGER), 0)"
#define STATE        "SELECT id, stage, status, wanted, lease FROM computation "
/* What a row loses when it goes back to the start. */
#define AFRESH                                                                         \
    " stage = 'registered', status = 'queued', wanted = 'run', method = NULL,"         \
    " answered_by = NULL, digit = NULL, window = NULL, error = NULL,"                  \
    " verified = NULL, file_sha256 = NULL, lease = NULL, lease_owner = NULL,"          \
    " lease_until = NULL, scheduled_at = NULL, taken_at = NULL, calculated_at = NULL," \
    " stored_at = NULL, ended_at = NULL"
/* What a worker spent, on top of what those before it did. */
#define SPENT(cpu, wall, peak)                                                         \
    " cpu_s = coalesce(cpu_s + " cpu ", " cpu ", cpu_s),"                              \
    " wall_s = coalesce(wall_s + " wall ", " wall ", wall_s),"                         \
    " peak_kib = max(coalesce(peak_kib, " peak "), coalesce(" peak ", peak_kib))"
/* What a row loses when it ends. */
#define ENDED                                                                          \
    " wanted = 'run', phase = NULL, eta_s = NULL, lease = NULL, lease_owner = NULL,"   \
    " lease_until = NULL"
/* The turn of a row that OWNER asks for now, see conf/schema/3.sql. */
#define TURN_OF(owner)                                                                 \
    "1 + max(coalesce((SELECT min(turn) FROM computation INDEXED BY computation_turn"  \
    " WHERE status = 'queued'), 0), coalesce((SELECT max(turn) FROM computation"       \
    " INDEXED BY computation_owner WHERE status = 'queued' AND owner IS " owner        \
    "), 0))"

const char *const store_sql[SQL_COUNT] = {
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_DATA_VERSION] = "PRAGMA data_version",

    [SQL_META_GET] = "SELECT value FROM meta WHERE key = ?1",
    [SQL_META_SET] = "INSERT INTO meta (key, value) VALUES (?1, ?2)"
                     " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    [SQL_META_ADD] = "UPDATE meta SET value = value + ?2 WHERE key = ?1"
                     " RETURNING value",
    [SQL_META_DROP] = "DELETE FROM meta WHERE key = ?1",
    [SQL_HEARTBEAT_NEWEST] = "SELECT max(value) FROM meta"
                             " WHERE key >= 'heartbeat:' AND key < 'heartbeat;'",
    [SQL_HEARTBEATS] = "SELECT substr(key, 11), value FROM meta"
                       " WHERE key >= 'heartbeat:' AND key < 'heartbeat;'"
                       " ORDER BY key LIMIT ?1",
    [SQL_COSTS] = "SELECT key, value FROM meta WHERE key >= 'cost:' AND key < 'cost;'"
                  " ORDER BY key LIMIT 32",
    [SQL_PUBLISHED_GET] = "SELECT length, file, sha256, verified, revision"
                          " FROM published WHERE radix = ?1",
    [SQL_PUBLISHED_SET] =
        "INSERT INTO published (radix, length, file, sha256, verified, revision)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (radix) DO UPDATE SET"
        " length = excluded.length, file = excluded.file, sha256 = excluded.sha256,"
        " verified = excluded.verified, revision = excluded.revision",
    [SQL_PUBLISHED_DROP] = "DELETE FROM published WHERE radix = ?1",

    [SQL_STATISTICS_GET] = "SELECT digits, pairs FROM statistics"
                           " WHERE radix = ?1 AND length = ?2",
    [SQL_STATISTICS_HAS] = "SELECT 1 FROM statistics WHERE radix = ?1 AND length = ?2",
    [SQL_STATISTICS_KEEP] = "INSERT INTO statistics (radix, length, digits, pairs)"
                            " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    [SQL_SPEED] = "SELECT id, position, wall_s, cpu_s FROM computation"
                  " INDEXED BY computation_speed WHERE status = 'done' AND wall_s > 0"
                  " AND radix = ?1 AND method = ?2 AND position >= ?3"
                  " ORDER BY position LIMIT 1",

    [SQL_GET] = ROW "WHERE id = ?1",
    [SQL_FIND] = ROW "WHERE radix = ?1 AND position = ?2 AND algorithm = ?3",
    /* Running rows are few: they are filtered one by one. */
    [SQL_LIST_RUNNING] = ROW "INDEXED BY computation_s"
                             " WHERE status = 'running' AND id < ?1"
                             " AND (?3 = 0 OR radix = ?3)"
                             " AND (?4 IS NULL OR algorithm = ?4)"
                             " AND (?5 = 0 OR position = ?5)" NEWEST_FIRST,
    /* So are the rows of one position: one per radix and algorithm. */
    [SQL_LIST_POSITION] = ROW "INDEXED BY computation_position"
                              " WHERE position = ?5 AND id < ?1"
                              " AND status <> 'running'"
                              " AND (?3 = 0 OR radix = ?3)"
                              " AND (?4 IS NULL OR algorithm = ?4)"
                              " AND (?6 IS NULL OR status = ?6)" NEWEST_FIRST,
    [SQL_LIST_OTHERS] = ROW "NOT INDEXED" OTHERS NEWEST_FIRST,
    [SQL_LIST_OTHERS_R] =
        ROW "INDEXED BY computation_r" OTHERS " AND radix = ?3" NEWEST_FIRST,
    [SQL_LIST_OTHERS_A] =
        ROW "INDEXED BY computation_a" OTHERS " AND algorithm = ?3" NEWEST_FIRST,
    [SQL_LIST_OTHERS_RA] = ROW "INDEXED BY computation_ra" OTHERS
                               " AND radix = ?3 AND algorithm = ?4" NEWEST_FIRST,
    [SQL_LIST_S] =
        ROW "INDEXED BY computation_s WHERE id < ?1 AND status = ?3" NEWEST_FIRST,
    [SQL_LIST_SR] = ROW "INDEXED BY computation_sr WHERE id < ?1 AND status = ?3"
                        " AND radix = ?4" NEWEST_FIRST,
    [SQL_LIST_SA] = ROW "INDEXED BY computation_sa WHERE id < ?1 AND status = ?3"
                        " AND algorithm = ?4" NEWEST_FIRST,
    [SQL_LIST_SRA] = ROW "INDEXED BY computation_sra WHERE id < ?1 AND status = ?3"
                         " AND radix = ?4 AND algorithm = ?5" NEWEST_FIRST,
    /* The streams of store_sorted.c. A position stands once in each. */
    [SQL_BY_POSITION] = "SELECT position, id FROM computation"
                        " INDEXED BY computation_by_position" STREAM
                        " AND position >= ?5 ORDER BY position LIMIT ?4",
    [SQL_BY_TIME] = "SELECT " TIME ", id FROM computation"
                    " INDEXED BY computation_by_time" STREAM " AND " TIME
                    " < ?5 ORDER BY " TIME " DESC, id DESC LIMIT ?4",
    [SQL_BY_TIME_TIES] = "SELECT " TIME ", id FROM computation"
                         " INDEXED BY computation_by_time" STREAM " AND " TIME
                         " = ?5 AND id < ?6 ORDER BY id DESC LIMIT ?4",
    /* By what runs, or by what was asked while that is open. */
    [SQL_COMING] = ROW "INDEXED BY computation_coming"
                       " WHERE ended_at IS NULL AND wanted = 'run'"
                       " AND status = ?1 AND radix = ?2"
                       " AND coalesce(method, algorithm) = ?3"
                       " AND position >= ?4 AND position <= ?5"
                       " ORDER BY position LIMIT 1",
    [SQL_COUNTS] = "SELECT status, n FROM counter",
    [SQL_TALLY] = "SELECT status, n FROM tally WHERE (?1 = 0 OR radix = ?1)"
                  " AND (?2 IS NULL OR algorithm = ?2)",
    [SQL_TALLY_POSITION] =
        "SELECT status, 1 FROM computation INDEXED BY computation_position"
        " WHERE position = ?3 AND (?1 = 0 OR radix = ?1)"
        " AND (?2 IS NULL OR algorithm = ?2)",
    [SQL_QUEUE_OLDEST] = "SELECT min(created_at) FROM computation"
                         " INDEXED BY computation_oldest WHERE status = 'queued'",
    [SQL_CHANGED] = ROW "INDEXED BY computation_revision WHERE revision > ?1"
                        " ORDER BY revision, id LIMIT ?2",
    [SQL_REMOVED] = "SELECT id, revision FROM removed INDEXED BY removed_revision"
                    " WHERE revision > ?1 AND revision <= ?3"
                    " ORDER BY revision, id LIMIT ?2",
    [SQL_LEFT] = "SELECT revision FROM departure"
                 " WHERE computation_id = ?1 AND status = ?2",
    [SQL_EVENTS] = "SELECT id, computation_id, stage, at, detail FROM event"
                   " INDEXED BY event_computation WHERE computation_id = ?1"
                   " ORDER BY id DESC LIMIT ?2",

    [SQL_WORKER_GET] = "SELECT daemon, pid, threads FROM worker"
                       " WHERE computation_id = ?1",

    [SQL_STATE] = STATE "WHERE id = ?1",
    [SQL_STATE_OF_QUESTION] =
        STATE "WHERE radix = ?1 AND position = ?2 AND algorithm = ?3",
    [SQL_QUEUED] = "SELECT n FROM counter WHERE status = 'queued'",
    [SQL_ADD] = "INSERT INTO computation"
                " (radix, position, algorithm, created_at, revision, owner, turn)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, " TURN_OF("?6") ") RETURNING id",
    /* Somebody else asks, too, whose turn comes earlier. */
    [SQL_ADVANCE] = "UPDATE computation SET owner = ?2, turn = " TURN_OF(
        "?2") " WHERE id = ?1 AND status = 'queued' AND turn > " TURN_OF("?2"),
    [SQL_RESTART] =
        "UPDATE computation SET" AFRESH
        ", progress = 0, saved = 0, phase = NULL, eta_s = NULL, cpu_s = NULL,"
        " wall_s = NULL, peak_kib = NULL, attempts = 0, recoveries = 0, not_before = 0,"
        " created_at = ?2, revision = ?3, owner = ?4, turn = " TURN_OF(
            "?4") " WHERE id = ?1",
    [SQL_WANT] = "UPDATE computation SET wanted = ?2, revision = ?3 WHERE id = ?1",
    /* The times of a row never go back, whatever the clock does. */
    [SQL_CANCEL] = "UPDATE computation SET" ENDED
                   ", status = 'cancelled', window = NULL, ended_at = max(?2,"
                   " coalesce(calculated_at, taken_at, created_at)),"
                   " revision = ?3 WHERE id = ?1",
    [SQL_DELETE] = "DELETE FROM computation WHERE id = ?1",
    [SQL_BURY] = "INSERT INTO removed (id, revision) VALUES (?1, ?2)",
    [SQL_EVENT_ADD] = "INSERT INTO event (computation_id, stage, at, detail)"
                      " VALUES (?1, ?2, ?3, ?4)",
    /* All but the newest ?2; one entry of the index more than that is read. */
    [SQL_EVENT_TRIM] = "DELETE FROM event INDEXED BY event_computation"
                       " WHERE computation_id = ?1 AND id <="
                       " (SELECT id FROM event INDEXED BY event_computation"
                       "  WHERE computation_id = ?1 ORDER BY id DESC"
                       "  LIMIT 1 OFFSET ?2)",
    [SQL_ASKER_JOIN] = "INSERT INTO asker (computation_id, owner) SELECT ?1, ?2"
                       " WHERE NOT EXISTS (SELECT 1 FROM asker"
                       " WHERE computation_id = ?1 LIMIT 1 OFFSET ?3 - 1)"
                       " ON CONFLICT DO NOTHING",
    [SQL_ASKER_LEAVE] = "DELETE FROM asker WHERE computation_id = ?1 AND owner = ?2",
    [SQL_ASKER_CLEAR] = "DELETE FROM asker WHERE computation_id = ?1",
    [SQL_ASKER_IS] = "SELECT 1 FROM asker WHERE computation_id = ?1 AND owner = ?2",
    [SQL_ASKER_OTHERS] = "SELECT 1 FROM asker"
                         " WHERE computation_id = ?1 AND owner <> ?2 LIMIT 1",
    /* As many entries of the index are read as the limit allows. */
    [SQL_CHARGED_OWNER] = "SELECT 1 FROM charge INDEXED BY charge_owner"
                          " WHERE owner = ?1 LIMIT 1 OFFSET ?2 - 1",
    [SQL_CHARGED_ADDRESS] = "SELECT 1 FROM charge INDEXED BY charge_address"
                            " WHERE address = ?1 LIMIT 1 OFFSET ?2 - 1",
    [SQL_CHARGE] = "INSERT INTO charge (computation_id, owner, address)"
                   " VALUES (?1, ?2, ?3)",

    [SQL_QUEUE_FRONT] = "SELECT id, radix, position, algorithm FROM computation"
                        " INDEXED BY computation_turn WHERE status = 'queued'"
                        " ORDER BY turn, id LIMIT ?1",
    [SQL_PENDING_TURN] = ROW "INDEXED BY computation_turn"
                             " WHERE status = 'queued' AND lease IS NULL"
                             " AND not_before <= ?1 ORDER BY turn, id LIMIT ?2",
    [SQL_PENDING_SMALL] = ROW "INDEXED BY computation_small"
                              " WHERE status = 'queued' AND position <= 10000"
                              " AND lease IS NULL AND not_before <= ?1"
                              " ORDER BY turn, id LIMIT ?2",
    [SQL_PENDING_SMALLEST] = ROW "INDEXED BY computation_smallest"
                                 " WHERE status = 'queued' AND lease IS NULL"
                                 " AND not_before <= ?1 ORDER BY position, id LIMIT ?2",
    [SQL_WAITS_GET] = "SELECT phase IS NOT ?2 OR eta_s IS NOT NULL FROM computation"
                      " WHERE id = ?1 AND status = 'queued' AND lease IS NULL",
    [SQL_WAITS_SET] = "UPDATE computation SET phase = ?2, eta_s = NULL, revision = ?3"
                      " WHERE id = ?1",
    [SQL_TAKE] = "UPDATE computation SET stage = 'taken', status = 'running',"
                 " phase = NULL, eta_s = NULL,"
                 " method = ?2, lease = ?3, lease_owner = ?4, lease_until = ?5,"
                 " attempts = attempts + 1, scheduled_at = max(?6, created_at),"
                 " taken_at = max(?6, created_at), revision = ?7 WHERE id = ?1",
    [SQL_ANSWER] =
        "UPDATE computation SET stage = 'stored', status = 'done',"
        " method = ?2, digit = substr(?3, 1, 1), window = ?3,"
        " answered_by = ?4, verified = ?5, progress = 1, phase = NULL,"
        " eta_s = NULL, scheduled_at = max(?6, created_at),"
        " taken_at = max(?6, created_at), calculated_at = max(?6, created_at),"
        " stored_at = max(?6, created_at), ended_at = max(?6, created_at),"
        " revision = ?7 WHERE id = ?1",
    [SQL_PROGRESS_GET] = "SELECT progress IS NOT ?3 OR phase IS NOT ?4"
                         " OR eta_s IS NOT ?5 OR saved IS NOT ?6 FROM computation"
                         " WHERE id = ?1 AND lease = ?2 AND status = 'running'",
    [SQL_PROGRESS_SET] = "UPDATE computation SET progress = ?2, phase = ?3, eta_s = ?4,"
                         " revision = ?5, saved = ?6 WHERE id = ?1",
    [SQL_RENEW] = "UPDATE computation INDEXED BY computation_leased"
                  " SET lease_until = ?2 WHERE lease_owner = ?1 AND lease IS NOT NULL",
    [SQL_WORKER_SET] =
        "INSERT INTO worker (computation_id, daemon, pid, threads)"
        " VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (computation_id) DO UPDATE SET daemon = excluded.daemon,"
        " pid = excluded.pid, threads = excluded.threads",
    [SQL_WORKER_FORGET] = "DELETE FROM worker WHERE computation_id = ?1",
    [SQL_TOUCH] = "UPDATE computation SET revision = ?2 WHERE id = ?1",
    [SQL_CALCULATED] =
        "UPDATE computation SET stage = 'calculated', window = ?2,"
        " file_sha256 = ?3, verified = ?4," SPENT(
            "?5", "?6",
            "?7") ", phase = 'storing', eta_s = NULL,"
                  " calculated_at = max(?8, taken_at), revision = ?9 WHERE id = ?1",
    [SQL_SHA256_GET] = "SELECT file_sha256 FROM computation WHERE id = ?1",
    [SQL_STORED] =
        "UPDATE computation SET" ENDED ", stage = 'stored', status = 'done',"
        " digit = substr(window, 1, 1), verified = ?2, progress = 1,"
        " stored_at = max(?3, calculated_at), ended_at = max(?3, calculated_at),"
        " revision = ?4 WHERE id = ?1",
    [SQL_FAILED] = "UPDATE computation SET" ENDED ", status = 'failed', window = NULL,"
                   " verified = NULL, error = ?2, ended_at = max(?3, "
                   "coalesce(calculated_at, taken_at,"
                   " created_at)), revision = ?4 WHERE id = ?1",
    /* An attempt that counts has come to an end: its daemon lived to see it. */
    [SQL_REQUEUE] = "UPDATE computation SET" AFRESH "," SPENT(
        "?7", "?8",
        "?9") ", progress = saved, phase = ?5, eta_s = ?6, recoveries = CASE WHEN ?2 = "
              "0 THEN 0 ELSE recoveries END"
              ", attempts = max(0, attempts - ?2), not_before = ?3, revision = ?4"
              " WHERE id = ?1",
    [SQL_RECOVERED] = "UPDATE computation SET recoveries = recoveries + 1"
                      " WHERE id = ?1 RETURNING recoveries",
    [SQL_WISHES] = ROW "INDEXED BY computation_leased"
                       " WHERE lease_owner = ?1 AND lease IS NOT NULL"
                       " AND wanted <> 'run' LIMIT ?2",
    [SQL_LEASED] = "SELECT id, stage, wanted, lease, lease_owner, lease_until"
                   " FROM computation INDEXED BY computation_leased"
                   " WHERE lease IS NOT NULL ORDER BY lease_owner",
    [SQL_LEASE_MOVE] = "UPDATE computation SET lease = ?2, lease_owner = ?3,"
                       " lease_until = ?4 WHERE id = ?1",
    [SQL_BOOT_LEASES] = "UPDATE computation INDEXED BY computation_leased"
                        " SET lease_until = 0 WHERE lease IS NOT NULL",
    [SQL_BOOT_DELAYS] = "UPDATE computation INDEXED BY computation_oldest"
                        " SET not_before = 0"
                        " WHERE status = 'queued' AND not_before > 0",
    [SQL_PRUNE_ANY] = "SELECT 1 FROM computation INDEXED BY computation_ended"
                      " WHERE ended_at < ?1 LIMIT 1",
    [SQL_PRUNE_BURY] = "INSERT INTO removed (id, revision) SELECT id, ?3"
                       " FROM computation INDEXED BY computation_ended"
                       " WHERE ended_at < ?1 AND (?4 IS NULL OR status = ?4)"
                       " ORDER BY ended_at LIMIT ?2",
    [SQL_PRUNE_ROWS] = "DELETE FROM computation WHERE id IN"
                       " (SELECT id FROM removed WHERE revision = ?1)",
    [SQL_TOMBSTONES_LAST] = "SELECT revision FROM removed INDEXED BY removed_revision"
                            " ORDER BY revision DESC LIMIT 1 OFFSET ?1",
    [SQL_TOMBSTONES_DROP] = "DELETE FROM removed WHERE revision <= ?1",
};
