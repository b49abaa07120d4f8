-- A copy of one's own data reads one's own events, not everybody's.
CREATE INDEX ON event (person_id) WHERE person_id IS NOT NULL;
