-- Small sealed records that belong to no case's history.

CREATE TABLE shelf (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    place text COLLATE "C" NOT NULL,
    labels text[] COLLATE "C" NOT NULL,
    year text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX shelf_place ON shelf (kind, place, id);
CREATE INDEX shelf_year ON shelf (kind, year);
CREATE INDEX shelf_labels ON shelf USING gin (labels);
