-- Refunds. Guards I-07, I-15, F-03, F-08, F-14, F-27, F-35.
CREATE TABLE refund (
  refund_id text PRIMARY KEY,                              -- out_refund_no: never changes on a retry
  order_id text NOT NULL REFERENCES guest_order,
  payment_id text NOT NULL REFERENCES payment,
  merchant_id text NOT NULL,
  buyer_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('unused', 'expired', 'late_payment', 'double_payment', 'after_sale', 'group_failed', 'group_left', 'ladder')),
  state text NOT NULL CHECK (state IN ('requested', 'accepted', 'sent', 'stuck', 'declined', 'succeeded')),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  voucher_ids text[] NOT NULL,
  reason text NOT NULL,
  answer text,
  answered_by text,
  funded boolean NOT NULL DEFAULT false,                   -- its journal is posted
  provider_id text,
  requested_at timestamptz NOT NULL DEFAULT juke_now(),
  answer_by timestamptz,
  accepted_at timestamptz,
  sent_at timestamptz,
  ended_at timestamptz,
  turn_at timestamptz,                                     -- F-36: when it may be sent
  turn_epoch int
);
-- F-36: one pace for all who send refunds. Each takes the next turn; after an error turns given before count no more.
CREATE TABLE refund_pace (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  next_at timestamptz NOT NULL,
  epoch int NOT NULL DEFAULT 0,
  slow_until timestamptz NOT NULL
);
CREATE INDEX ON refund (order_id);
CREATE INDEX ON refund (buyer_id);
CREATE INDEX ON refund (merchant_id, state);
CREATE TRIGGER refund_step BEFORE UPDATE OF state ON refund FOR EACH ROW EXECUTE FUNCTION kernel_check_step('refund', 'refund_id');
CREATE UNIQUE INDEX after_sale_open ON refund (order_id) WHERE state = 'requested';
