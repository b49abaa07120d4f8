-- Also applied as 3e47896a6af3a04ba932e4ae3cf2ffe817e344c99894534e422536100feb10b8 (with is_twin, which 0704 adds where it is missing)
-- Also applied as 88931bb05f14cc14da3a1f375458744a7266fae65f21e93c0d59222622a6f2dd
-- Share links, touches, attribution, rewards; chat groups; channel codes. One level only: no ancestor column exists
-- (I-16, A-42). Guards I-16, I-17, I-18, A-01 … A-06, A-13, A-14.
CREATE TABLE share_link (
  token text PRIMARY KEY,                              -- random, ≤ 28 characters: fits a WeChat scene with its key
  merchant_id text NOT NULL,
  deal_id text NOT NULL REFERENCES deal,
  sharer_id text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('chat', 'group', 'poster', 'link', 'moments')),
  group_id text,                                       -- the group buy that it leads into
  parent_token text,                                   -- whose share the sharer came through: shown, never paid
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX share_once ON share_link (sharer_id, deal_id, channel, expires_at, group_id) NULLS NOT DISTINCT;
CREATE INDEX ON share_link (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX ON share_link (sharer_id, created_at DESC);
CREATE TABLE touch (
  touch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token text NOT NULL,                                 -- no foreign key: it would lock a viral link's row; links are never deleted
  merchant_id text NOT NULL,
  deal_id text NOT NULL,
  visitor_id text NOT NULL,
  person_id text,
  surface text NOT NULL,
  group_id text,                                       -- opengid, where WeChat gives it (B7)
  touched_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE INDEX ON touch (person_id, merchant_id, touched_at DESC);
CREATE INDEX ON touch (visitor_id, merchant_id, touched_at DESC);
CREATE INDEX ON touch (token);
-- I-17: frozen when the order is placed.
CREATE TABLE attribution (
  order_id text PRIMARY KEY,
  merchant_id text NOT NULL,
  token text NOT NULL REFERENCES share_link,
  sharer_id text NOT NULL,
  buyer_id text NOT NULL,
  channel text NOT NULL,
  group_id text,
  friend_discount_fen bigint NOT NULL CHECK (friend_discount_fen >= 0),
  reward_fen bigint NOT NULL CHECK (reward_fen >= 0),
  attributed_at timestamptz NOT NULL DEFAULT juke_now(),
  CONSTRAINT "I-16 never oneself" CHECK (sharer_id <> buyer_id)
);
CREATE INDEX ON attribution (token);
CREATE INDEX ON attribution (sharer_id);
CREATE FUNCTION referrals_keep_attribution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Joining two accounts of one person moves the row to the surviving account; nothing else may change.
  IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'sharer_id' - 'buyer_id') = (to_jsonb(OLD) - 'sharer_id' - 'buyer_id')
    AND current_setting('juke.joining', true) = 'yes' THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'I-17: attribution is frozen when the order is placed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER attribution_frozen BEFORE UPDATE OR DELETE ON attribution FOR EACH ROW EXECUTE FUNCTION referrals_keep_attribution();

CREATE TABLE reward (
  reward_id text PRIMARY KEY,
  order_id text NOT NULL UNIQUE REFERENCES attribution,   -- I-16: at most one for an order
  merchant_id text NOT NULL,
  sharer_id text NOT NULL,
  friend_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('expected', 'pending', 'available', 'cancelled', 'clawed_back')),
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  paid_fen bigint NOT NULL CHECK (paid_fen >= 0),
  rate_bps int NOT NULL,
  cap_fen bigint NOT NULL,
  clawed_fen bigint NOT NULL DEFAULT 0,
  held_for text[] NOT NULL DEFAULT '{}',                  -- reasons of A-02 … A-04; empty when nothing is held
  disputes int NOT NULL DEFAULT 0 CHECK (disputes >= 0),  -- after-sales that wait for their answer or their money
  disputed boolean GENERATED ALWAYS AS (disputes > 0) STORED,
  payer_openid text,
  device_id text,
  reason text,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  pending_at timestamptz,
  pended_by text,                                         -- subject of its pending journal
  release_at timestamptz,
  ended_at timestamptz,
  CONSTRAINT "I-16 within rate and cap" CHECK (amount_fen <= cap_fen AND amount_fen * 10000 <= paid_fen * rate_bps),
  CONSTRAINT "A-38 nothing is no reward" CHECK (state NOT IN ('pending', 'available') OR amount_fen > 0),
  CONSTRAINT "clawed within amount" CHECK (clawed_fen BETWEEN 0 AND amount_fen)
);
CREATE TRIGGER reward_step BEFORE UPDATE OF state ON reward FOR EACH ROW EXECUTE FUNCTION kernel_check_step('reward', 'reward_id');
CREATE INDEX ON reward (sharer_id, created_at DESC);
CREATE INDEX ON reward (friend_id, sharer_id);
CREATE INDEX ON reward (sharer_id, device_id);
-- One rebate per sharer, friend and merchant in 30 days: the row is the place.
CREATE TABLE reward_slot (
  sharer_id text NOT NULL, friend_id text NOT NULL, merchant_id text NOT NULL,
  reward_id text NOT NULL, taken_until timestamptz NOT NULL,
  PRIMARY KEY (sharer_id, friend_id, merchant_id)
);
CREATE TABLE channel_code (
  code text PRIMARY KEY,
  merchant_id text NOT NULL,
  store_id text NOT NULL REFERENCES store,
  kind text NOT NULL CHECK (kind IN ('store', 'table', 'poster', 'staff')),
  label text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE TABLE channel_visit (
  visit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL REFERENCES channel_code,
  merchant_id text NOT NULL,
  visitor_id text NOT NULL,
  person_id text,
  surface text NOT NULL,
  visited_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE INDEX ON channel_visit (code);
