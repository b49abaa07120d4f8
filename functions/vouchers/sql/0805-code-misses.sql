-- Wrong codes at a counter are forgotten by their age.
CREATE INDEX ON code_miss (window_at);
