-- The only way money moves. p_postings: [{"a": account kind, "o": owner, "f": fen}]; lines of 0 fen are left out.
-- Raises unique_violation when (kind, subject) was posted before (I-04), check_violation when a floor would break (I-05).
-- Balances are taken in one sorted order, so two journals cannot deadlock.
CREATE OR REPLACE FUNCTION ledger_post(p_kind text, p_subject text, p_merchant text, p_order text, p_postings jsonb, p_reverses text DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_id text := 'jnl_' || replace(gen_random_uuid()::text, '-', '');
  r record;
BEGIN
  INSERT INTO journal (journal_id, kind, subject, merchant_id, reverses) VALUES (v_id, p_kind, p_subject, p_merchant, p_reverses);
  INSERT INTO posting (journal_id, line, account_kind, owner_id, amount_fen, order_id)
  SELECT v_id, n, e ->> 'a', e ->> 'o', (e ->> 'f')::bigint, p_order FROM jsonb_array_elements(p_postings) WITH ORDINALITY AS x (e, n)
  WHERE (e ->> 'f')::bigint IS DISTINCT FROM 0; -- an amount that is missing is refused by its column, not left out
  FOR r IN
    SELECT e ->> 'a' AS a, e ->> 'o' AS o, sum((e ->> 'f')::bigint) AS f FROM jsonb_array_elements(p_postings) AS x (e)
    WHERE e ->> 'a' IN ('reward-pending', 'reward-available', 'reward-debt', 'merchant-available', 'merchant-debt')
    GROUP BY 1, 2 HAVING sum((e ->> 'f')::bigint) <> 0 ORDER BY 1, 2
  LOOP
    UPDATE balance SET amount_fen = amount_fen + r.f WHERE account_kind = r.a AND owner_id = r.o;
    CONTINUE WHEN FOUND;
    INSERT INTO balance (account_kind, owner_id, amount_fen) VALUES (r.a, r.o, 0) ON CONFLICT DO NOTHING;
    UPDATE balance SET amount_fen = amount_fen + r.f WHERE account_kind = r.a AND owner_id = r.o;
  END LOOP;
  RETURN v_id;
END $$;

-- The exact opposite of a journal, as a new one (I-03). The subject says what took it back. p_person: whose wallet it is by
-- now, where the account that it was posted to was joined into another since.
DROP FUNCTION IF EXISTS ledger_reverse(text, text, text, text);
CREATE OR REPLACE FUNCTION ledger_reverse(p_kind text, p_subject text, p_of_kind text, p_of_subject text, p_person text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v journal;
BEGIN
  SELECT * INTO STRICT v FROM journal WHERE kind = p_of_kind AND subject = p_of_subject;
  RETURN ledger_post(p_kind, p_subject, v.merchant_id, (SELECT max(order_id) FROM posting WHERE journal_id = v.journal_id),
    (SELECT jsonb_agg(jsonb_build_object('a', account_kind, 'f', -amount_fen,
      'o', CASE WHEN account_kind IN ('reward-pending', 'reward-available', 'reward-debt', 'payout-transit') THEN p_person ELSE owner_id END) ORDER BY line) FROM posting WHERE journal_id = v.journal_id),
    v.journal_id);
END $$;

-- What was decided on a balance of a wallet or a merchant holds until the commit: the owner's rows are locked, in one sorted order.
-- `p_or_more`: the amount's size is a floor (a debt of so much or more).
DROP FUNCTION IF EXISTS ledger_need_balance(text, text, bigint, boolean);
CREATE OR REPLACE FUNCTION ledger_need_balance(p_owner text, p_kind text, p_fen bigint, p_or_more boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_fen bigint;
BEGIN
  PERFORM FROM balance WHERE owner_id = p_owner AND account_kind IN ('merchant-available', 'merchant-debt', 'reward-available', 'reward-debt') ORDER BY account_kind FOR UPDATE;
  v_fen := ledger_balance(p_kind, p_owner);
  IF v_fen = p_fen OR (p_or_more AND abs(v_fen) > abs(p_fen)) THEN RETURN; END IF;
  PERFORM juke_changed(p_kind);
END $$;

-- A stored balance in fen; 0 where nothing was posted yet.
CREATE OR REPLACE FUNCTION ledger_balance(p_kind text, p_owner text) RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT coalesce((SELECT amount_fen FROM balance WHERE account_kind = p_kind AND owner_id = p_owner), 0) $$;
