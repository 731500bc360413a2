-- Cases and what stands beside them. Every primary key begins with the case id, so that each table can be spread by it.
-- Names and codes are ordered byte by byte (COLLATE "C"), which is the order of code points, in any database.

CREATE TABLE cases (
    case_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    status text COLLATE "C" NOT NULL,
    council text COLLATE "C" NOT NULL,
    trader text COLLATE "C" NOT NULL,
    former text[] COLLATE "C" NOT NULL,
    assignee text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    scheme text COLLATE "C" NOT NULL,
    edition text COLLATE "C" NOT NULL,
    nature text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    lodged_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    due_at timestamptz,
    duty text COLLATE "C" NOT NULL,
    provisional boolean NOT NULL,
    owed_since timestamptz,
    alarms integer NOT NULL,
    PRIMARY KEY (case_id)
);
CREATE INDEX cases_due ON cases (due_at, case_id) WHERE due_at IS NOT NULL;
CREATE INDEX cases_owed ON cases (owed_since) WHERE owed_since IS NOT NULL;
CREATE INDEX cases_alarmed ON cases (case_id) WHERE alarms > 0;

CREATE TABLE events (
    case_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    schema integer NOT NULL,
    facts bytea NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (case_id, version)
);

CREATE TABLE effects (
    case_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    attempts integer NOT NULL,
    ready_at timestamptz,
    dead_since timestamptz,
    failure text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (case_id, version, id)
);
CREATE INDEX effects_id ON effects (id);
CREATE INDEX effects_ready ON effects (ready_at, case_id, version, id) WHERE ready_at IS NOT NULL;
CREATE INDEX effects_dead ON effects (id) WHERE dead_since IS NOT NULL;

CREATE TABLE receipts (
    case_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (case_id, key)
);

CREATE TABLE tokens (
    case_id text COLLATE "C" NOT NULL,
    value bytea NOT NULL,
    quarter text COLLATE "C" NOT NULL,
    PRIMARY KEY (case_id, value)
);
CREATE INDEX tokens_value ON tokens (value);
CREATE INDEX tokens_quarter ON tokens (quarter);

-- The scheme that the store belongs to: one row, or none.
CREATE TABLE adopted (
    one smallint NOT NULL PRIMARY KEY CHECK (one = 1),
    scheme text NOT NULL,
    edition text NOT NULL
);
