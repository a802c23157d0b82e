-- Fair turns, the progress of checkpoints, and resumed runs in the history.

-- A waiting row's turn: one more than the lowest that waits, or than the last of the
-- visitor who asked for it (NULL: nobody in particular), whichever is larger. So each
-- visitor has about one row per turn, and whoever comes later waits for the present
-- turn at most, however many rows another has sent; a turn that has begun gets no new
-- rows, so that each comes to its end.
ALTER TABLE computation ADD COLUMN owner TEXT;
ALTER TABLE computation ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
-- The share that its last checkpoint has.
ALTER TABLE computation ADD COLUMN saved REAL NOT NULL DEFAULT 0
    CHECK (saved BETWEEN 0 AND 1);

CREATE INDEX computation_turn ON computation (turn) WHERE status = 'queued';
CREATE INDEX computation_owner ON computation (owner, turn) WHERE status = 'queued';
CREATE INDEX computation_small ON computation (turn)
    WHERE status = 'queued' AND position <= 10000;

-- The same table with one more stage.
CREATE TABLE event_3 (
    id INTEGER PRIMARY KEY,
    computation_id INTEGER NOT NULL REFERENCES computation (id) ON DELETE CASCADE,
    stage TEXT NOT NULL
        CHECK (stage IN ('registered', 'scheduled', 'taken', 'resumed', 'calculated',
                         'stored', 'failed', 'cancelled', 'requeued', 'retried')),
    at INTEGER NOT NULL,
    detail TEXT
) STRICT;
INSERT INTO event_3 (id, computation_id, stage, at, detail)
SELECT id, computation_id, stage, at, detail FROM event ORDER BY id;
DROP TABLE event;
ALTER TABLE event_3 RENAME TO event;
CREATE INDEX event_computation ON event (computation_id);

-- Who set off what waits or runs, for the limits of one visitor and of one address:
-- keyed hashes, kept only until the computation ends.
CREATE TABLE charge (
    computation_id INTEGER PRIMARY KEY
        REFERENCES computation (id) ON DELETE CASCADE,
    owner TEXT,
    address TEXT
) STRICT;
CREATE INDEX charge_owner ON charge (owner) WHERE owner IS NOT NULL;
CREATE INDEX charge_address ON charge (address) WHERE address IS NOT NULL;

CREATE TRIGGER computation_settled AFTER UPDATE OF ended_at ON computation
WHEN new.ended_at IS NOT NULL BEGIN
    DELETE FROM charge WHERE computation_id = new.id;
END;
