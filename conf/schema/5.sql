-- How many rows have each status among those of a radix and an algorithm, so that the
-- list has the numbers of each of its filters without counting rows.
CREATE TABLE tally (
    status TEXT NOT NULL,
    radix INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (status, radix, algorithm)
) STRICT, WITHOUT ROWID;
INSERT INTO tally (status, radix, algorithm, n)
SELECT status, radix, algorithm, count(*) FROM computation
GROUP BY status, radix, algorithm;

CREATE TRIGGER computation_tallied AFTER INSERT ON computation BEGIN
    INSERT INTO tally (status, radix, algorithm, n)
    VALUES (new.status, new.radix, new.algorithm, 1)
    ON CONFLICT (status, radix, algorithm) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER computation_untallied AFTER DELETE ON computation BEGIN
    UPDATE tally SET n = n - 1
    WHERE status = old.status AND radix = old.radix AND algorithm = old.algorithm;
END;
CREATE TRIGGER computation_retallied AFTER UPDATE OF status ON computation
WHEN old.status <> new.status BEGIN
    UPDATE tally SET n = n - 1
    WHERE status = old.status AND radix = old.radix AND algorithm = old.algorithm;
    INSERT INTO tally (status, radix, algorithm, n)
    VALUES (new.status, new.radix, new.algorithm, 1)
    ON CONFLICT (status, radix, algorithm) DO UPDATE SET n = n + 1;
END;
