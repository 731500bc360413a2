-- The places of rows in the ledger and in the feeds of traders. The keys of ledger and feed begin with what they are
-- read by; every other one with the case id.

-- Rows that have no place yet. A commit brings its own, whatever others commit at the same moment.
CREATE TABLE unplaced (
    case_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (case_id, version)
);
INSERT INTO unplaced (case_id, version) SELECT case_id, version FROM events;

CREATE TABLE ledger (
    place bigint NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (place)
);
CREATE UNIQUE INDEX ledger_case ON ledger (case_id, version);

-- The place that the next row will have: one row, whose lock is the lease of whoever gives places.
CREATE TABLE ledger_end (
    one smallint NOT NULL PRIMARY KEY CHECK (one = 1),
    place bigint NOT NULL
);
INSERT INTO ledger_end (one, place) VALUES (1, 0);

-- The traders that are shown a case: they had rows of it in their feed, and no last one.
CREATE TABLE shown (
    case_id text COLLATE "C" NOT NULL,
    organisation text COLLATE "C" NOT NULL,
    PRIMARY KEY (case_id, organisation)
);

CREATE TABLE feed (
    organisation text COLLATE "C" NOT NULL,
    place bigint NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    gone boolean NOT NULL,
    PRIMARY KEY (organisation, place)
);
