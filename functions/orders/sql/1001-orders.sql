-- Orders: priced by the server, holding stock until paid. Guards I-06 … I-09, I-22, A-15, A-16, A-34.
CREATE TABLE guest_order (
  order_id text PRIMARY KEY,
  merchant_id text NOT NULL,
  buyer_id text NOT NULL,
  deal_id text NOT NULL,
  terms_version int NOT NULL,
  state text NOT NULL DEFAULT 'unpaid' CHECK (state IN ('unpaid', 'paid', 'completed', 'cancelled', 'expired', 'refunded')),
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  unit_price_fen bigint NOT NULL CHECK (unit_price_fen > 0),
  discount_fen bigint NOT NULL CHECK (discount_fen >= 0),
  payable_fen bigint NOT NULL CHECK (payable_fen > 0),
  refunded_fen bigint NOT NULL DEFAULT 0,                  -- succeeded and in flight
  surface text NOT NULL,
  device_id text,
  placed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  paid_at timestamptz,
  provider_fee_fen bigint NOT NULL DEFAULT 0,
  commission_bps int NOT NULL,
  rebate_bps int NOT NULL,
  rebate_cap_fen bigint NOT NULL,
  valid_days int NOT NULL,
  price_kind text NOT NULL DEFAULT 'single' CHECK (price_kind IN ('single', 'group', 'flash', 'off_peak')),
  group_id text,                                           -- a seat in a group buy; the vouchers come when it is complete
  ladder_fen bigint NOT NULL DEFAULT 0,                    -- what a complete ladder gives back: counted in refunded_fen from that commit on
  purchase_id text,                                        -- a cart's checkout: paid, cancelled and expired together
  subsidy_fen bigint NOT NULL DEFAULT 0 CHECK (subsidy_fen BETWEEN 0 AND discount_fen), -- the platform's part of the discounts
  fulfilment text NOT NULL DEFAULT 'voucher' CHECK (fulfilment IN ('voucher', 'pickup')),
  snapshot jsonb NOT NULL,                                 -- title, picture, items as sold
  CONSTRAINT "I-06 payable" CHECK (payable_fen = unit_price_fen * quantity - discount_fen),
  -- No foreign key to the terms: they are never deleted, the save checks them, and a key would lock a hot deal's row.
  CONSTRAINT "I-07 refunds within paid" CHECK (refunded_fen BETWEEN 0 AND payable_fen)
);
-- One unpaid order per person and deal.
CREATE UNIQUE INDEX order_unpaid_once ON guest_order (buyer_id, deal_id) WHERE state = 'unpaid';
CREATE INDEX order_of_buyer ON guest_order (buyer_id, placed_at DESC);
CREATE INDEX order_expired ON guest_order (buyer_id, expires_at) WHERE state = 'expired';
CREATE INDEX order_of_merchant ON guest_order (merchant_id, placed_at DESC);
CREATE INDEX order_of_group ON guest_order (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX order_of_purchase ON guest_order (purchase_id) WHERE purchase_id IS NOT NULL;
CREATE TRIGGER order_step BEFORE UPDATE OF state ON guest_order FOR EACH ROW EXECUTE FUNCTION kernel_check_step('order', 'order_id');
CREATE TABLE order_line (
  order_id text NOT NULL,                                  -- no foreign key: written in the order's own save (I-13 in the audit)
  line int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('price', 'host_benefit', 'friend_discount', 'platform_coupon', 'merchant_coupon')),
  amount_fen bigint NOT NULL,
  coupon_id text,
  title text,                                              -- the coupon's, as it was used
  platform_fen bigint NOT NULL DEFAULT 0,                  -- what of it the platform pays
  PRIMARY KEY (order_id, line)
);
