-- A cancelled reward frees its slot; a join moves what a person brought, was brought by and visited.
CREATE INDEX ON reward_slot (reward_id);
CREATE INDEX ON reward_slot (friend_id);
CREATE INDEX ON attribution (buyer_id);
CREATE INDEX ON channel_visit (person_id) WHERE person_id IS NOT NULL;
