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
