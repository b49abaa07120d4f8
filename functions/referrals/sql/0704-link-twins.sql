-- Also applied as 8e88e3d437d0425223e599893f7a73a0e1fa7de1d123b839d2aff8a7217d6635
-- Two accounts became one, and both had made a link to the same: it goes on beside the other. A person makes one of a kind (share_once).
ALTER TABLE share_link ADD COLUMN IF NOT EXISTS is_twin boolean NOT NULL DEFAULT false;
DROP INDEX share_once;
CREATE UNIQUE INDEX share_once ON share_link (sharer_id, deal_id, channel, expires_at, group_id) NULLS NOT DISTINCT WHERE NOT is_twin;
