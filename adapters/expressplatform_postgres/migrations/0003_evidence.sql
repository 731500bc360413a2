-- Files of evidence, sealed, in chunks. A file is there where its row is; its chunks are written and deleted with it.

CREATE TABLE files (
    case_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, name)
);

CREATE TABLE chunks (
    case_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    place integer NOT NULL,
    chunk bytea NOT NULL,
    PRIMARY KEY (case_id, name, place)
);
