-- When a row last left a status. A poll that is filtered by a status must say
-- which rows left it, and need not be woken by those that were elsewhere.

CREATE TABLE departure (
    computation_id INTEGER NOT NULL REFERENCES computation (id) ON DELETE CASCADE,
    status TEXT NOT NULL, -- the one that was left
    revision INTEGER NOT NULL,
    PRIMARY KEY (computation_id, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER computation_left AFTER UPDATE OF status ON computation
WHEN old.status <> new.status BEGIN
    INSERT INTO departure (computation_id, status, revision)
    VALUES (old.id, old.status, new.revision)
    ON CONFLICT (computation_id, status) DO UPDATE SET revision = excluded.revision;
END;

-- Who else computes enough digits, by what will run: a queue full of jobs that do
-- not make digits from the start is not gone through.
DROP INDEX computation_coming;
CREATE INDEX computation_coming
    ON computation (status, radix, coalesce(method, algorithm), position)
    WHERE ended_at IS NULL AND wanted = 'run';

-- Nobody noted what left before now: pages that are older start anew.
UPDATE meta SET value = (SELECT value FROM meta WHERE key = 'revision')
WHERE key = 'oldest_delta' AND EXISTS (SELECT 1 FROM computation);
