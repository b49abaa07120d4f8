-- Deals, their versioned terms, where they are valid, and their stock. Guards I-06, I-10, A-34.
CREATE TABLE deal (
  deal_id text PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchant,
  title text NOT NULL,
  subtitle text NOT NULL,
  category text NOT NULL,
  picture_urls text[] NOT NULL,
  items jsonb NOT NULL,
  notes text[] NOT NULL DEFAULT '{}',
  tags text[] NOT NULL DEFAULT '{}',
  terms_version int NOT NULL,
  fulfilment text NOT NULL DEFAULT 'voucher' CHECK (fulfilment IN ('voucher', 'pickup')),
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  UNIQUE (deal_id, merchant_id)
);
CREATE INDEX ON deal (merchant_id);
CREATE INDEX deal_words ON deal USING gin ((title || ' ' || subtitle) gin_trgm_ops);
-- A sold version never changes (trigger): a new price is a new version.
CREATE TABLE deal_terms (
  deal_id text NOT NULL REFERENCES deal,
  version int NOT NULL,
  merchant_id text NOT NULL,
  price_fen bigint NOT NULL CHECK (price_fen BETWEEN 1 AND 5000000),
  friend_discount_fen bigint NOT NULL CHECK (friend_discount_fen >= 0 AND friend_discount_fen < price_fen),
  rebate_bps int NOT NULL CHECK (rebate_bps BETWEEN 0 AND 10000),
  rebate_cap_fen bigint NOT NULL CHECK (rebate_cap_fen >= 0),
  commission_bps int NOT NULL CHECK (commission_bps BETWEEN 0 AND 10000),
  per_person_limit int NOT NULL CHECK (per_person_limit BETWEEN 1 AND 99),
  valid_days int NOT NULL CHECK (valid_days BETWEEN 1 AND 177),
  sale_starts_at timestamptz,
  sale_ends_at timestamptz,
  group_rule jsonb,                                     -- {kind, size, hours, priceFen, hostBenefitFen, tiers: [{size, priceFen}]}
  is_flash boolean NOT NULL DEFAULT false,              -- sold at this price inside the sale window only, from a stock of its own
  regular_deal_id text REFERENCES deal,                 -- whose single price stands beside a flash price (A11)
  off_peak jsonb,                                       -- {days: [1…7], fromMinute, toMinute, priceFen}, Asia/Shanghai, half-open
  CONSTRAINT "C4 a flash sale has a window" CHECK (NOT is_flash OR (sale_starts_at IS NOT NULL AND sale_ends_at IS NOT NULL)),
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  PRIMARY KEY (deal_id, version),
  CONSTRAINT "commission + rebate within the split cap" CHECK (commission_bps + rebate_bps <= 3000)
);
CREATE TRIGGER terms_fixed BEFORE UPDATE OR DELETE ON deal_terms FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
-- I-23: a deal is valid at stores of its own merchant only.
CREATE TABLE deal_store (
  deal_id text NOT NULL,
  store_id text NOT NULL,
  merchant_id text NOT NULL,
  PRIMARY KEY (deal_id, store_id),
  FOREIGN KEY (deal_id, merchant_id) REFERENCES deal (deal_id, merchant_id),
  FOREIGN KEY (store_id, merchant_id) REFERENCES store (store_id, merchant_id)
);
CREATE INDEX ON deal_store (store_id);
-- I-10: stocked = available + held + sold, each ≥ 0. The one contended row of an order: touched last.
CREATE TABLE deal_stock (
  deal_id text PRIMARY KEY REFERENCES deal,
  merchant_id text NOT NULL,
  terms_version int NOT NULL,
  stocked int NOT NULL,
  available int NOT NULL CHECK (available >= 0),
  held int NOT NULL DEFAULT 0 CHECK (held >= 0),
  sold int NOT NULL DEFAULT 0 CHECK (sold >= 0),
  CONSTRAINT "I-10 units" CHECK (available + held + sold = stocked)
) WITH (fillfactor = 50);
-- What one person has, for the limit per person: units unpaid, paid and used; units given back leave it.
CREATE TABLE deal_buyer (
  deal_id text NOT NULL,                                -- no foreign key: it would lock a hot deal's row
  person_id text NOT NULL,
  quantity int NOT NULL CHECK (quantity >= 0),
  PRIMARY KEY (deal_id, person_id)
);
