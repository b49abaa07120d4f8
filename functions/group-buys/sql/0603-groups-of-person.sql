-- Whether somebody has opened a group of this deal already is asked with each quote. `group_opened_once` cannot answer: once the opener
-- is given, PostgreSQL no longer sees that host and opener are the same.
CREATE INDEX ON group_buy (opener_id, deal_id);
CREATE INDEX ON group_buy (host_id);
