-- What somebody was told is forgotten after a while (identity_forget_notices), the oldest first. It grows at its end only.
CREATE INDEX ON notice (created_at);
