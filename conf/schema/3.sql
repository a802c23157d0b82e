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
