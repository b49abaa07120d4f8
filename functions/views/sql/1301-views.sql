-- Reading only: what screens without a position ask for, newest first.
CREATE INDEX deal_newest ON deal (created_at DESC);
