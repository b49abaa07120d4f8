-- A shop's day counts who opened a link or a code today: read by time, not out of all that ever did. Worth an entry more for each touch:
-- every clerk's phone asks again and again.
CREATE INDEX ON touch (merchant_id, touched_at);
CREATE INDEX ON channel_visit (merchant_id, visited_at);
