-- A cart, and its checkout: several orders of several merchants in one combined payment. Guards A8, I-09, I-28.
CREATE TABLE cart_item (
  person_id text NOT NULL,
  deal_id text NOT NULL,
  slot int NOT NULL CHECK (slot BETWEEN 1 AND 20),         -- CART_LINES_MAX: a full cart has no slot left, also under races
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  share_token text,
  unit_price_fen bigint NOT NULL CHECK (unit_price_fen > 0), -- when it was put in
  put_in_at timestamptz NOT NULL DEFAULT juke_now(),
  PRIMARY KEY (person_id, deal_id),
  CONSTRAINT cart_slot_once UNIQUE (person_id, slot)
);
-- Its orders are in the same state while unpaid: each save of theirs locks this row first.
CREATE TABLE purchase (
  purchase_id text PRIMARY KEY,
  buyer_id text NOT NULL,
  orders int NOT NULL CHECK (orders BETWEEN 2 AND 20),
  payable_fen bigint NOT NULL CHECK (payable_fen > 0),
  placed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON purchase (buyer_id);
