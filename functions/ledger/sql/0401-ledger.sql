-- The ledger: journals of postings in integer fen. Positive = a claim of the account's owner; `provider` is the outside,
-- so it is negative by what came in. Guards I-01 … I-05, I-24.
CREATE TABLE journal (
  journal_id text PRIMARY KEY,
  kind text NOT NULL,
  subject text NOT NULL,
  merchant_id text,
  reverses text UNIQUE REFERENCES journal,          -- I-03: reversed at most once
  posted_at timestamptz NOT NULL DEFAULT juke_now(),
  CONSTRAINT "I-04 one fact posts once" UNIQUE (kind, subject)
);
CREATE TABLE posting (
  journal_id text NOT NULL,                         -- its journal is there (I-02 in the audit); a key would look three times a sale
  line int NOT NULL,
  account_kind text NOT NULL CHECK (account_kind IN ('provider', 'merchant-frozen', 'merchant-available', 'merchant-debt',
    'provider-fee', 'platform-fee', 'reward-pending', 'reward-available', 'reward-debt', 'campaign-budget', 'coupon-subsidy',
    'refund-transit', 'payout-transit')),
  owner_id text NOT NULL,
  amount_fen bigint NOT NULL CONSTRAINT "I-01 no empty posting" CHECK (amount_fen <> 0),
  order_id text,
  PRIMARY KEY (journal_id, line)
);
CREATE INDEX ON posting (owner_id, account_kind);
CREATE INDEX ON posting (order_id);

-- I-05: stored only where a floor must hold.
CREATE TABLE balance (
  account_kind text NOT NULL,
  owner_id text NOT NULL,
  amount_fen bigint NOT NULL,
  PRIMARY KEY (account_kind, owner_id),
  CONSTRAINT "I-05 floors" CHECK (CASE
    WHEN account_kind IN ('reward-available', 'reward-pending', 'merchant-available') THEN amount_fen >= 0
    WHEN account_kind IN ('reward-debt', 'merchant-debt') THEN amount_fen <= 0 ELSE false END)
);

-- I-03: append-only.
CREATE TRIGGER journal_fixed BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER posting_fixed BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER journal_kept BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER posting_kept BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();

-- I-01: postings arrive whole: those that one statement adds to a journal sum to 0 by themselves.
CREATE FUNCTION ledger_check_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added GROUP BY journal_id HAVING sum(amount_fen) <> 0 OR count(*) < 2) THEN
    RAISE EXCEPTION 'I-01: a journal needs two postings or more that sum to 0' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER posting_sum AFTER INSERT ON posting REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_postings();
CREATE FUNCTION ledger_check_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM posting WHERE journal_id = NEW.journal_id) THEN
    RAISE EXCEPTION 'I-01: journal % has no postings', NEW.journal_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_has_postings AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_journal();
