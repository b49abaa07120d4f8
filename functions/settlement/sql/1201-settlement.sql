-- The split after redemption, its return, and withdrawals. Money never pools (二清). Guards I-18, I-19, F-27, A-06, A-36.
CREATE TABLE split (
  split_id text PRIMARY KEY,                               -- out_order_no
  order_id text NOT NULL UNIQUE,
  merchant_id text NOT NULL,
  state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'stuck', 'succeeded', 'cancelled')),
  commission_fen bigint NOT NULL CHECK (commission_fen >= 0),
  reward_fen bigint NOT NULL CHECK (reward_fen >= 0),
  merchant_fen bigint NOT NULL CHECK (merchant_fen >= 0),
  returned_fen bigint NOT NULL DEFAULT 0 CHECK (returned_fen >= 0),
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  ended_at timestamptz,
  CONSTRAINT "returns within what was split" CHECK (returned_fen <= commission_fen + reward_fen)
);
CREATE TRIGGER split_step BEFORE UPDATE OF state ON split FOR EACH ROW EXECUTE FUNCTION kernel_check_step('split', 'split_id');
-- One return of a split's money for one after-sale refund; then the refund itself is sent.
CREATE TABLE split_return (
  return_id text PRIMARY KEY,                              -- out_return_no
  split_id text NOT NULL REFERENCES split,
  refund_id text NOT NULL UNIQUE,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  done_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT juke_now()
);
-- What the platform pays of an order's discounts, for what was served: to the merchant before the split. One for an order; of amount 0
-- it is taken off the order at WeChat (nothing that it was meant for was served).
CREATE TABLE subsidy (
  subsidy_id text PRIMARY KEY,                             -- out_subsidy_no: never changes on a retry
  order_id text NOT NULL UNIQUE,
  merchant_id text NOT NULL,
  state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'stuck', 'succeeded', 'cancelled')),
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  returned_fen bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  ended_at timestamptz,
  CONSTRAINT "returns within the subsidy" CHECK (returned_fen BETWEEN 0 AND amount_fen)
);
CREATE TRIGGER subsidy_step BEFORE UPDATE OF state ON subsidy FOR EACH ROW EXECUTE FUNCTION kernel_check_step('subsidy', 'subsidy_id');
-- The part of it that an after-sale takes back; WeChat wants the refund first.
CREATE TABLE subsidy_return (
  return_id text PRIMARY KEY,
  subsidy_id text NOT NULL REFERENCES subsidy,
  refund_id text NOT NULL UNIQUE,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  done_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE TABLE withdrawal (
  withdrawal_id text PRIMARY KEY,                          -- out_bill_no: never changes on an unknown error
  person_id text NOT NULL,
  openid text NOT NULL,
  state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'awaiting_person', 'succeeded', 'failed')),
  amount_fen bigint NOT NULL CHECK (amount_fen BETWEEN 10 AND 200000),
  package_info text,
  transfer_bill_no text,
  fail_reason text,
  requested_at timestamptz NOT NULL DEFAULT juke_now(),
  ended_at timestamptz
);
CREATE UNIQUE INDEX withdrawal_open ON withdrawal (person_id) WHERE state IN ('requested', 'awaiting_person');
CREATE INDEX ON withdrawal (person_id, requested_at DESC);
CREATE TRIGGER withdrawal_step BEFORE UPDATE OF state ON withdrawal FOR EACH ROW EXECUTE FUNCTION kernel_check_step('withdrawal', 'withdrawal_id');
