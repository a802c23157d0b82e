-- The first schema. Times are microseconds since 1970 UTC, except lease_until
-- and not_before, which are CLOCK_BOOTTIME: nobody can set that clock.

CREATE TABLE computation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- what was asked
    radix INTEGER NOT NULL CHECK (radix IN (10, 16)),
    position INTEGER NOT NULL CHECK (position >= 1),
    algorithm TEXT NOT NULL
        CHECK (algorithm IN ('auto', 'spigot', 'chudnovsky', 'bbp')),
    -- how far it has come
    stage TEXT NOT NULL DEFAULT 'registered'
        CHECK (stage IN ('registered', 'scheduled', 'taken', 'calculated', 'stored')),
    status TEXT NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    wanted TEXT NOT NULL DEFAULT 'run' CHECK (wanted IN ('run', 'cancel', 'delete')),
    method TEXT CHECK (method IN ('spigot', 'chudnovsky', 'bbp')),
    answered_by INTEGER,
    -- what became of it; digit is set with stage stored, window with calculated
    digit TEXT CHECK (length(digit) = 1),
    window TEXT,
    error TEXT,
    verified TEXT,
    file_sha256 TEXT,
    progress REAL NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    phase TEXT,
    eta_s REAL,
    -- who works on it
    lease TEXT,
    lease_owner TEXT,
    lease_until INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before INTEGER NOT NULL DEFAULT 0,
    -- how often in a row its daemon was gone before its work ended
    recoveries INTEGER NOT NULL DEFAULT 0 CHECK (recoveries >= 0),
    -- when
    created_at INTEGER NOT NULL,
    scheduled_at INTEGER,
    taken_at INTEGER,
    calculated_at INTEGER,
    stored_at INTEGER,
    ended_at INTEGER,
    -- what it cost
    cpu_s REAL,
    wall_s REAL,
    peak_kib INTEGER,
    revision INTEGER NOT NULL,

    UNIQUE (radix, position, algorithm),
    CONSTRAINT lease_is_whole CHECK (
        (lease IS NULL) = (lease_owner IS NULL)
        AND (lease IS NULL) = (lease_until IS NULL)),
    CONSTRAINT stage_fits_status CHECK (
        CASE status
        WHEN 'queued' THEN stage IN ('registered', 'scheduled')
        WHEN 'running' THEN stage IN ('taken', 'calculated') AND lease IS NOT NULL
        WHEN 'done' THEN stage = 'stored' AND digit IS NOT NULL
        ELSE stage <> 'stored' END),
    CONSTRAINT end_fits_status CHECK (
        (status IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CONSTRAINT wish_needs_lease CHECK (lease IS NOT NULL OR wanted = 'run'),
    CONSTRAINT end_frees_lease CHECK (lease IS NULL OR ended_at IS NULL)
) STRICT;

-- Lists, newest first: each combination of filters reads its rows in order.
CREATE INDEX computation_r ON computation (radix);
CREATE INDEX computation_a ON computation (algorithm);
CREATE INDEX computation_ra ON computation (radix, algorithm);
CREATE INDEX computation_s ON computation (status);
CREATE INDEX computation_sr ON computation (status, radix);
CREATE INDEX computation_sa ON computation (status, algorithm);
CREATE INDEX computation_sra ON computation (status, radix, algorithm);
CREATE INDEX computation_position ON computation (position);
-- Polls.
CREATE INDEX computation_revision ON computation (revision);
-- The daemon's claims, and who else computes enough digits.
CREATE INDEX computation_oldest ON computation (created_at) WHERE status = 'queued';
CREATE INDEX computation_smallest ON computation (position) WHERE status = 'queued';
CREATE INDEX computation_coming ON computation (status, radix, position)
    WHERE ended_at IS NULL;
CREATE INDEX computation_leased ON computation (lease_owner) WHERE lease IS NOT NULL;
-- Housekeeping.
CREATE INDEX computation_ended ON computation (ended_at) WHERE ended_at IS NOT NULL;

-- Who asked: keyed hashes of visitors' tokens.
CREATE TABLE asker (
    computation_id INTEGER NOT NULL REFERENCES computation (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    PRIMARY KEY (computation_id, owner)
) STRICT, WITHOUT ROWID;

-- The history of a row: stages, failures, wishes.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    computation_id INTEGER NOT NULL REFERENCES computation (id) ON DELETE CASCADE,
    stage TEXT NOT NULL
        CHECK (stage IN ('registered', 'scheduled', 'taken', 'calculated', 'stored',
                         'failed', 'cancelled', 'requeued', 'retried')),
    at INTEGER NOT NULL,
    detail TEXT
) STRICT;
CREATE INDEX event_computation ON event (computation_id);

-- The longest known prefix of each radix.
CREATE TABLE published (
    radix INTEGER PRIMARY KEY CHECK (radix IN (10, 16)),
    length INTEGER NOT NULL CHECK (length >= 1),
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    verified TEXT,
    revision INTEGER NOT NULL
) STRICT;

-- Tombstones, so that open pages drop removed rows.
CREATE TABLE removed (
    id INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX removed_revision ON removed (revision);

-- How many rows have each status, so that no page counts rows.
CREATE TABLE counter (
    status TEXT PRIMARY KEY,
    n INTEGER NOT NULL CHECK (n >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO counter (status, n)
VALUES ('queued', 0), ('running', 0), ('done', 0), ('failed', 0), ('cancelled', 0);

CREATE TRIGGER computation_added AFTER INSERT ON computation BEGIN
    UPDATE counter SET n = n + 1 WHERE status = new.status;
END;
CREATE TRIGGER computation_removed AFTER DELETE ON computation BEGIN
    UPDATE counter SET n = n - 1 WHERE status = old.status;
END;
CREATE TRIGGER computation_moved AFTER UPDATE OF status ON computation
WHEN old.status <> new.status BEGIN
    UPDATE counter SET n = n - 1 WHERE status = old.status;
    UPDATE counter SET n = n + 1 WHERE status = new.status;
END;

-- revision, oldest_delta, boot_id, heartbeat:NAME
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('revision', 1), ('oldest_delta', 0);
