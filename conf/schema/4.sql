-- The worker process of a computation, for its page: that of its last attempt.
CREATE TABLE worker (
    computation_id INTEGER PRIMARY KEY
        REFERENCES computation (id) ON DELETE CASCADE,
    daemon TEXT NOT NULL,
    pid INTEGER NOT NULL,
    threads INTEGER NOT NULL CHECK (threads >= 1)
) STRICT;

-- The list in other orders than by age. Each combination of a status, a radix and an
-- algorithm is one stream in order; a page is merged from those that its filter has.
CREATE INDEX computation_by_position
    ON computation (status, radix, algorithm, position);
CREATE INDEX computation_by_time
    ON computation (status, radix, algorithm,
                    coalesce(CAST(wall_s * 1000000 AS INTEGER), 0));

-- Pictures: counts of many digits, and how fast computations were.

-- How often each digit, and each pair of digits, is among the first `length` digits of
-- a radix, for powers of ten; see common/statistics.h. Numbers with spaces between
-- them; pairs row by row. Facts that no repair of a file changes.
CREATE TABLE statistics (
    radix INTEGER NOT NULL CHECK (radix IN (10, 16)),
    length INTEGER NOT NULL CHECK (length >= 1),
    digits TEXT NOT NULL,
    pairs TEXT NOT NULL,
    PRIMARY KEY (radix, length)
) STRICT, WITHOUT ROWID;

-- What was computed, and not answered from what was known.
CREATE INDEX computation_speed ON computation (radix, method, position)
    WHERE status = 'done' AND wall_s > 0;
