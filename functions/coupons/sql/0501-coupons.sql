-- Coupons: what is offered, what people hold of it, what orders carry of each. Guards I-11, I-24, A-11, A-12.
-- Of an offer only the state and the count of claims ever change: what was claimed stays as it was promised.
CREATE TABLE coupon_offer (
  offer_id text PRIMARY KEY,
  merchant_id text REFERENCES merchant,                 -- NULL: the platform's
  title text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('amount', 'percent', 'exchange')),
  audience text NOT NULL CHECK (audience IN ('everyone', 'new_guest', 'win_back')),
  win_back_days int CHECK (win_back_days BETWEEN 1 AND 3650),
  threshold_fen bigint NOT NULL CHECK (threshold_fen >= 0),
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  off_bps int NOT NULL CHECK (off_bps BETWEEN 0 AND 10000),
  cap_fen bigint NOT NULL CHECK (cap_fen >= 0),
  deal_id text REFERENCES deal,                         -- exchange: one unit of it costs 1 fen
  deal_ids text[] NOT NULL,                             -- empty: any deal of the merchant (or of the platform)
  store_ids text[] NOT NULL,                            -- empty: any store
  platform_bps int NOT NULL CHECK (platform_bps BETWEEN 0 AND 10000),
  total int NOT NULL CHECK (total > 0),
  per_person int NOT NULL CHECK (per_person > 0),
  claimed int NOT NULL DEFAULT 0,
  claim_from timestamptz NOT NULL,
  claim_until timestamptz NOT NULL,
  valid_from timestamptz,                               -- [valid_from, valid_until), or so many days after the claim
  valid_until timestamptz,
  valid_days int CHECK (valid_days BETWEEN 1 AND 365),
  code text UNIQUE CHECK (code ~ '^[0-9A-Z]{10}$'),     -- A-11: claimed only with it
  transferable boolean NOT NULL,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
  created_by text NOT NULL,
  reason text,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  CONSTRAINT "I-11 claims within the cap" CHECK (claimed BETWEEN 0 AND total),
  CONSTRAINT "a coupon of its kind" CHECK (CASE kind WHEN 'amount' THEN amount_fen > 0 WHEN 'percent' THEN off_bps > 0 AND cap_fen > 0 ELSE deal_id IS NOT NULL END),
  CONSTRAINT "one way to be valid" CHECK ((valid_days IS NULL) = (valid_from IS NOT NULL AND valid_until > valid_from)),
  CONSTRAINT "a window to claim in" CHECK (claim_from < claim_until),
  CONSTRAINT "who pays" CHECK (merchant_id IS NOT NULL OR platform_bps = 10000),
  CONSTRAINT "lapsed since when" CHECK ((audience = 'win_back') = (win_back_days IS NOT NULL))
) WITH (fillfactor = 50);
CREATE INDEX ON coupon_offer (merchant_id, created_at DESC);
CREATE INDEX coupon_offer_open ON coupon_offer (claim_until) WHERE state = 'active' AND code IS NULL;
CREATE TRIGGER coupon_offer_step BEFORE UPDATE OF state ON coupon_offer FOR EACH ROW EXECUTE FUNCTION kernel_check_step('couponOffer', 'offer_id');

CREATE TABLE coupon (
  coupon_id text PRIMARY KEY,
  offer_id text NOT NULL,                               -- no foreign key: it would lock a hot offer's row; offers are never deleted
  merchant_id text,
  owner_id text NOT NULL,
  state text NOT NULL DEFAULT 'available' CHECK (state IN ('available', 'held', 'used', 'passing', 'expired', 'void')),
  valid_from timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,
  reminded_until timestamptz,                           -- the end of which its owner was reminded
  grace_ms bigint NOT NULL,                             -- what it lives on when it comes back after its end, as promised
  order_id text,                                        -- the lead order that holds or used it
  given_by text,                                        -- by gift: it passes on once
  first_at text,                                        -- a new guest's coupon: the merchant (or 'platform') where it is for the first order
  claimed_at timestamptz NOT NULL DEFAULT juke_now(),
  used_at timestamptz,
  CONSTRAINT "I-11 passes on once" CHECK (state <> 'passing' OR given_by IS NULL),
  CONSTRAINT "I-11 held or used by one order" CHECK ((state IN ('held', 'used')) = (order_id IS NOT NULL))
);
CREATE INDEX ON coupon (owner_id, state, valid_until);
CREATE INDEX ON coupon (offer_id);
-- A new guest is new once: of several new guests' coupons of a merchant one is in use.
CREATE UNIQUE INDEX coupon_first_once ON coupon (owner_id, first_at) WHERE state IN ('held', 'used') AND first_at IS NOT NULL;
CREATE TRIGGER coupon_step BEFORE UPDATE OF state ON coupon FOR EACH ROW EXECUTE FUNCTION kernel_check_step('coupon', 'coupon_id');

-- I-11: what one person claimed of an offer, and was given of it by friends: the row itself is the counter.
CREATE TABLE coupon_claim (
  offer_id text NOT NULL,
  person_id text NOT NULL,
  claimed int NOT NULL DEFAULT 0 CHECK (claimed >= 0),
  received int NOT NULL DEFAULT 0 CHECK (received >= 0),
  PRIMARY KEY (offer_id, person_id)
);
-- How many coupons a person has (available, held, passing): kept by the trigger on coupon.
CREATE TABLE coupon_holder (
  person_id text PRIMARY KEY,
  held int NOT NULL CHECK (held >= 0)
);
-- One row for each order that carries a part of a coupon. The coupon goes back when no carrier is left held or used.
CREATE TABLE coupon_use (
  coupon_id text NOT NULL REFERENCES coupon,
  order_id text NOT NULL,
  discount_fen bigint NOT NULL CHECK (discount_fen > 0),
  platform_fen bigint NOT NULL CHECK (platform_fen BETWEEN 0 AND discount_fen),
  state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'used', 'returned')),
  PRIMARY KEY (coupon_id, order_id)
);
CREATE INDEX ON coupon_use (order_id);

CREATE TABLE coupon_gift (
  token text PRIMARY KEY,
  coupon_id text NOT NULL REFERENCES coupon,
  giver_id text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'taken_back', 'ended')),
  taken_by text,
  -- WeChat's name for the card, where it is a private message
  activity_id text UNIQUE,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  ended_at timestamptz
);
CREATE UNIQUE INDEX coupon_gift_once ON coupon_gift (coupon_id) WHERE state = 'open';
CREATE INDEX ON coupon_gift (giver_id);
-- A-11: typed codes of one person ('p:…') and one device ('d:…').
CREATE TABLE coupon_code_try (
  actor text PRIMARY KEY,
  window_at timestamptz NOT NULL,
  tries int NOT NULL
);
-- How many a person has: one row for each, so that the limit of a claim is exact. Giving and taking move one; several persons in one
-- statement are taken in a sorted order.
CREATE FUNCTION coupons_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_old text := CASE WHEN TG_OP = 'UPDATE' AND OLD.state IN ('available', 'held', 'passing') THEN OLD.owner_id END;
  v_new text := CASE WHEN NEW.state IN ('available', 'held', 'passing') THEN NEW.owner_id END;
  r record;
BEGIN
  IF v_old IS NOT DISTINCT FROM v_new THEN RETURN NULL; END IF;
  FOR r IN SELECT person, d FROM (VALUES (v_old, -1), (v_new, 1)) x (person, d) WHERE person IS NOT NULL ORDER BY person LOOP
    UPDATE coupon_holder SET held = held + r.d WHERE person_id = r.person;
    CONTINUE WHEN FOUND;
    INSERT INTO coupon_holder AS h (person_id, held) VALUES (r.person, r.d) ON CONFLICT (person_id) DO UPDATE SET held = h.held + r.d;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER coupon_counted AFTER INSERT OR UPDATE OF state, owner_id ON coupon FOR EACH ROW EXECUTE FUNCTION coupons_count();
