-- Jobs that ended belong to a person as well: a copy of the data lists them, a join moves them.
CREATE INDEX ON staff (person_id);
