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
