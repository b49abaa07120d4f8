-- A join and a deletion take along what was joined before.
CREATE INDEX ON person (joined_into) WHERE joined_into IS NOT NULL;
