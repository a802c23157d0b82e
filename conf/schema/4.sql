-- The worker process of a computation, for its page: that of its last attempt.
CREATE TABLE worker (
    computation_id INTEGER PRIMARY KEY
        REFERENCES computation (id) ON DELETE CASCADE,
    daemon TEXT NOT NULL,
    pid INTEGER NOT NULL,
    threads INTEGER NOT NULL CHECK (threads >= 1)
) STRICT;
