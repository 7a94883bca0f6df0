-- What the backend keeps, for SQLite and PostgreSQL alike (SQLite takes every name of a type).
-- Times are unix seconds; `payload` is the message as the box has sent it.

-- One row a record. `sound`: the frame is whole and carries the same number. The columns between
-- boot and amount are the record's own fields (docs/records.md); null where it does not have them.
CREATE TABLE IF NOT EXISTS records (
    box TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    boot BIGINT,
    charge BIGINT,
    start_unix BIGINT,
    end_unix BIGINT,
    unix BIGINT,
    wh BIGINT,
    energy TEXT,
    reason TEXT,
    auth TEXT,
    by_whom TEXT,              -- the record's `by`
    meter_serial TEXT,
    charging_s BIGINT,
    currency TEXT,
    amount BIGINT,             -- sum of `amounts`: 1/100,000 of the currency
    event TEXT,
    about TEXT,
    sound BOOLEAN NOT NULL,
    frame BYTEA NOT NULL,      -- the sealed record: what `pilotwire records verify` checks
    payload JSONB NOT NULL,
    stored_unix BIGINT NOT NULL,
    PRIMARY KEY (box, seq)
);

-- Numbers that stand for no record: the box says that it has lost them ('box'), or the operator
-- that they are not this backend's ('operator').
CREATE TABLE IF NOT EXISTS missing (
    box TEXT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    said TEXT NOT NULL,
    stored_unix BIGINT NOT NULL,
    PRIMARY KEY (box, first, last)
);

-- Other content under a number that is taken. Never acknowledged: each row wants a person.
CREATE TABLE IF NOT EXISTS conflicts (
    box TEXT NOT NULL,
    seq BIGINT NOT NULL,
    frame BYTEA NOT NULL,
    payload JSONB NOT NULL,
    first_unix BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (box, seq, frame)
);

-- One row a box. Up to `upto` there is no gap; the rest is what it has said last.
CREATE TABLE IF NOT EXISTS boxes (
    box TEXT PRIMARY KEY,
    upto BIGINT NOT NULL,
    online BOOLEAN,
    online_unix BIGINT,
    info JSONB,
    info_unix BIGINT,
    state JSONB,
    state_unix BIGINT
);

-- The topic `event`: live, best effort; one may stand here twice.
CREATE TABLE IF NOT EXISTS events (
    box TEXT NOT NULL,
    stored_unix BIGINT NOT NULL,
    unix BIGINT,
    event TEXT,
    payload JSONB NOT NULL
);

CREATE INDEX IF NOT EXISTS records_by_end ON records (end_unix);
CREATE INDEX IF NOT EXISTS events_by_box ON events (box, stored_unix);
