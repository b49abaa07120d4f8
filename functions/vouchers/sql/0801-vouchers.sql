-- Vouchers and their redemptions. Guards I-13, I-14, I-15, A-08 … A-10, F-12 … F-15.
CREATE TABLE voucher_set (
  order_id text PRIMARY KEY,
  merchant_id text NOT NULL,
  deal_id text NOT NULL,
  owner_id text NOT NULL,
  issued int NOT NULL CHECK (issued BETWEEN 1 AND 99),
  live int NOT NULL CHECK (live >= 0),
  redeemed int NOT NULL DEFAULT 0 CHECK (redeemed >= 0),
  refunding int NOT NULL DEFAULT 0 CHECK (refunding >= 0),
  refunded int NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  version int NOT NULL DEFAULT 0,
  commission_bps int NOT NULL CHECK (commission_bps BETWEEN 0 AND 10000),
  CONSTRAINT "I-13 every voucher counted" CHECK (live + redeemed + refunding + refunded = issued)
);
CREATE TABLE voucher (
  voucher_id text PRIMARY KEY,
  order_id text NOT NULL,                                -- no foreign key: written with its set (I-13 in the audit)
  merchant_id text NOT NULL,
  deal_id text NOT NULL,
  owner_id text NOT NULL,
  state text NOT NULL DEFAULT 'issued' CHECK (state IN ('issued', 'redeemed', 'refunding', 'refunded')),
  secret text NOT NULL UNIQUE CHECK (secret ~ '^[0-9a-f]{32}$'),     -- A-10: 128 random bits
  locator text NOT NULL CHECK (locator ~ '^[0-9]{6}$'),
  position int NOT NULL,
  paid_fen bigint NOT NULL CHECK (paid_fen >= 0),
  subsidy_fen bigint NOT NULL DEFAULT 0 CHECK (subsidy_fen >= 0),        -- its share of what the platform pays
  valid_from timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,
  redemption_id text,
  UNIQUE (order_id, position)
);
CREATE UNIQUE INDEX voucher_locator ON voucher (merchant_id, locator) WHERE state IN ('issued', 'redeemed');
CREATE INDEX ON voucher (owner_id);
CREATE TRIGGER voucher_step BEFORE UPDATE OF state ON voucher FOR EACH ROW EXECUTE FUNCTION kernel_check_step('voucher', 'voucher_id');
CREATE TABLE redemption (
  redemption_id text PRIMARY KEY,
  voucher_id text NOT NULL,                                      -- no foreign keys: they would lock the store's and the clerk's rows (I-14 in the audit)
  order_id text NOT NULL,
  merchant_id text NOT NULL,
  store_id text NOT NULL,
  staff_id text NOT NULL,
  device_id text,
  code_kind text NOT NULL CHECK (code_kind IN ('qr', 'typed')),
  paid_fen bigint NOT NULL,
  redeemed_at timestamptz NOT NULL,
  undo_until timestamptz NOT NULL,
  undone_at timestamptz,
  undone_by text,
  reversed_at timestamptz                                        -- an accepted after-sale took it back
);
-- I-14: at most one redemption of a voucher stands.
CREATE UNIQUE INDEX "I-14 one standing redemption" ON redemption (voucher_id) WHERE undone_at IS NULL AND reversed_at IS NULL;
CREATE INDEX ON redemption (order_id);
CREATE INDEX ON redemption (store_id, redeemed_at DESC);
CREATE INDEX ON redemption (merchant_id, redeemed_at DESC);
-- A-10: misses of one staff member at one store.
CREATE TABLE code_miss (
  person_id text PRIMARY KEY,
  window_at timestamptz NOT NULL,
  misses int NOT NULL,
  locked_until timestamptz
);
