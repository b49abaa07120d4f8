-- What we asked WeChat Pay for and what it told us. Guards I-09, I-26, F-01 … F-05, F-27, F-33, F-34, A-26 … A-28.
CREATE TABLE payment (
  payment_id text PRIMARY KEY,                             -- out_trade_no
  order_id text NOT NULL,
  merchant_id text NOT NULL,
  sub_mchid text NOT NULL,
  state text NOT NULL DEFAULT 'created' CHECK (state IN ('created', 'prepared', 'succeeded', 'closed')),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  currency text NOT NULL DEFAULT 'CNY' CHECK (currency = 'CNY'),
  combine_no text,                                         -- combine_out_trade_no: paid with others in one combined payment, all or none
  method text CHECK (method IN ('jsapi', 'h5')),
  prepay text,                                             -- prepay_id or h5_url
  transaction_id text UNIQUE,                              -- I-09: a provider transaction belongs to one intent
  payer_openid text,
  unwanted boolean NOT NULL DEFAULT false,                 -- came too late or a second time: goes back whole (F-03, F-34)
  expires_at timestamptz NOT NULL,
  succeeded_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE INDEX ON payment (order_id);
CREATE INDEX payment_combined ON payment (combine_no) WHERE combine_no IS NOT NULL;
CREATE TRIGGER payment_step BEFORE UPDATE OF state ON payment FOR EACH ROW EXECUTE FUNCTION kernel_check_step('payment', 'payment_id');
-- Every verified notice once, as it came (A-27). Never deleted: it is the proof.
CREATE TABLE provider_notice (
  notice_id text PRIMARY KEY,
  kind text NOT NULL,
  subject text NOT NULL,
  content jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT juke_now(),
  outcome text
);
CREATE INDEX ON provider_notice (subject);
CREATE TABLE quarantine (
  subject text PRIMARY KEY,
  reason text NOT NULL,
  content jsonb NOT NULL,
  quarantined_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE TABLE bill_day (
  bill_date date PRIMARY KEY,
  payments_fen bigint NOT NULL, refunds_fen bigint NOT NULL, lines int NOT NULL, unexplained int NOT NULL,
  reconciled_at timestamptz NOT NULL DEFAULT juke_now()
);
