-- I-13: exactly the quantity, in the save that marks the order paid. p_vouchers: [{voucherId, secret, locator, paidFen, subsidyFen}]
CREATE OR REPLACE FUNCTION vouchers_issue(p_order text, p_merchant text, p_deal text, p_owner text, p_vouchers jsonb, p_until timestamptz, p_commission_bps int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_count int;
BEGIN
  INSERT INTO voucher_set (order_id, merchant_id, deal_id, owner_id, issued, live, commission_bps)
  VALUES (p_order, p_merchant, p_deal, p_owner, jsonb_array_length(p_vouchers), jsonb_array_length(p_vouchers), p_commission_bps);
  INSERT INTO voucher (voucher_id, order_id, merchant_id, deal_id, owner_id, secret, locator, position, paid_fen, subsidy_fen, valid_from, valid_until)
  SELECT e ->> 'voucherId', p_order, p_merchant, p_deal, p_owner, e ->> 'secret', e ->> 'locator', n, (e ->> 'paidFen')::bigint, (e ->> 'subsidyFen')::bigint, juke_now(), p_until
  FROM jsonb_array_elements(p_vouchers) WITH ORDINALITY AS x (e, n) ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count <> jsonb_array_length(p_vouchers) THEN PERFORM vouchers_issue_elsewhere(p_order, p_merchant, p_deal, p_owner, p_vouchers, p_until); END IF;
  PERFORM kernel_emit('voucher.expiring', p_order, '{}', p_until);
END $$;

-- Those whose locator is taken at this merchant. A number goes from a voucher that was used a day ago (nobody types or undoes it any
-- more) to the new one; where its holder is younger, another number is drawn. A locator is no secret (the mac is).
CREATE OR REPLACE FUNCTION vouchers_issue_elsewhere(p_order text, p_merchant text, p_deal text, p_owner text, p_vouchers jsonb, p_until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r record;
  v_locator text;
  v_is_in boolean;
BEGIN
  FOR r IN SELECT e, n FROM jsonb_array_elements(p_vouchers) WITH ORDINALITY AS x (e, n) WHERE NOT EXISTS (SELECT FROM voucher WHERE voucher_id = e ->> 'voucherId') LOOP
    v_locator := r.e ->> 'locator';
    FOR try IN 1 .. 50 LOOP
      UPDATE voucher v SET holds_locator = false FROM redemption d
      WHERE v.merchant_id = p_merchant AND v.locator = v_locator AND v.holds_locator AND v.state = 'redeemed'
        AND d.redemption_id = v.redemption_id AND d.redeemed_at < juke_now() - interval '1 day';
      INSERT INTO voucher (voucher_id, order_id, merchant_id, deal_id, owner_id, secret, locator, position, paid_fen, subsidy_fen, valid_from, valid_until)
      VALUES (r.e ->> 'voucherId', p_order, p_merchant, p_deal, p_owner, r.e ->> 'secret', v_locator, r.n, (r.e ->> 'paidFen')::bigint, (r.e ->> 'subsidyFen')::bigint, juke_now(), p_until)
      ON CONFLICT DO NOTHING;
      v_is_in := FOUND;
      EXIT WHEN v_is_in;
      v_locator := lpad(floor(random() * 1000000)::int::text, 6, '0');
    END LOOP;
    IF NOT v_is_in THEN PERFORM juke_changed('voucher locator'); END IF;
  END LOOP;
END $$;

-- I-14: one winner. Only an issued voucher, inside its validity, by the set's version that the decision was made on.
-- p: {idem, personId, redemptionId, voucherId, orderId, merchantId, storeId, staffId, deviceId, codeKind, undoMs, setVersion,
--     isLast, rewardPaidFen, rewardFen, holdMs, splitDelayMs} → {redemptionId}
CREATE OR REPLACE FUNCTION vouchers_redeem(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_seen jsonb;
  v voucher;
  v_now timestamptz := juke_now();
  v_answer jsonb := jsonb_build_object('redemptionId', p ->> 'redemptionId');
BEGIN
  v_seen := kernel_accept(p -> 'idem', v_answer);
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  -- A-10: of guesses made at once none redeems after the fifth miss was told.
  IF EXISTS (SELECT FROM code_miss WHERE person_id = p ->> 'personId' AND locked_until > v_now) THEN PERFORM juke_changed('lock'); END IF;
  -- `state || ''`: by its key, not through the index of the merchant's locators.
  UPDATE voucher SET state = 'redeemed', redemption_id = p ->> 'redemptionId'
  WHERE voucher_id = p ->> 'voucherId' AND merchant_id = p ->> 'merchantId' AND state || '' = 'issued' AND valid_from <= v_now AND v_now < valid_until
  RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM juke_changed('voucher'); END IF;
  IF NOT catalog_is_valid_at(v.deal_id, p ->> 'storeId') THEN PERFORM juke_changed('store'); END IF;
  INSERT INTO redemption (redemption_id, voucher_id, order_id, merchant_id, store_id, staff_id, device_id, code_kind, paid_fen, redeemed_at, undo_until)
  VALUES (p ->> 'redemptionId', v.voucher_id, v.order_id, v.merchant_id, p ->> 'storeId', p ->> 'staffId', p ->> 'deviceId', p ->> 'codeKind', v.paid_fen, v_now,
    v_now + (p ->> 'undoMs')::bigint * interval '1 millisecond');
  UPDATE voucher_set SET live = live - 1, redeemed = redeemed + 1, version = version + 1
  WHERE order_id = v.order_id AND version = (p ->> 'setVersion')::int AND (live = 1) = (p ->> 'isLast')::boolean;
  IF NOT FOUND THEN PERFORM juke_changed('voucher set'); END IF;
  IF (p ->> 'isLast')::boolean THEN
    PERFORM vouchers_close_set(v.order_id, p ->> 'redemptionId', (p ->> 'rewardPaidFen')::bigint, (p ->> 'rewardFen')::bigint, (p ->> 'holdMs')::bigint, (p ->> 'splitDelayMs')::bigint);
  END IF;
  PERFORM identity_notify(v.owner_id, 'voucher.redeemed', jsonb_build_object('voucherId', v.voucher_id, 'storeId', p ->> 'storeId', 'orderId', v.order_id), '/pages/voucher/index?id=' || v.voucher_id);
  PERFORM kernel_event('consume', 'voucher.redeemed', v.merchant_id, p ->> 'storeId', v.owner_id, v.voucher_id, NULL);
  RETURN v_answer;
END $$;

-- No voucher of the order is left to use and one was used: the order is served; reward and split follow.
CREATE OR REPLACE FUNCTION vouchers_close_set(p_order text, p_subject text, p_reward_paid bigint, p_reward bigint, p_hold_ms bigint, p_split_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals_pend(p_order, p_subject, p_reward_paid, p_reward, p_hold_ms);
  PERFORM kernel_emit('order.served', p_order);
  PERFORM kernel_emit('order.splittable', p_order, '{}', juke_now() + p_split_ms * interval '1 millisecond');
END $$;

-- Within five minutes, at the same store. p: {idem, redemptionId, storeId, merchantId, by, setVersion, rewardPaidFen, rewardFen}
CREATE OR REPLACE FUNCTION vouchers_undo(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_seen jsonb := kernel_accept(p -> 'idem', '{"ok": true}');
  v redemption;
  v_owner text;
  v_until timestamptz;
  v_was_closed boolean;
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE redemption SET undone_at = juke_now(), undone_by = p ->> 'by'
  WHERE redemption_id = p ->> 'redemptionId' AND store_id = p ->> 'storeId' AND merchant_id = p ->> 'merchantId'
    AND undone_at IS NULL AND reversed_at IS NULL AND juke_now() < undo_until RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM juke_changed('redemption'); END IF;
  UPDATE voucher SET state = 'issued', redemption_id = NULL WHERE voucher_id = v.voucher_id AND state = 'redeemed' RETURNING owner_id, valid_until INTO v_owner, v_until;
  IF NOT FOUND THEN PERFORM juke_changed('voucher'); END IF;
  -- Open again when its validity may have ended: what gives expired vouchers back may have looked already.
  IF v_until <= v.undo_until THEN PERFORM kernel_emit('voucher.expiring', v.order_id, '{}', v_until); END IF;
  SELECT live = 0 INTO v_was_closed FROM voucher_set WHERE order_id = v.order_id;
  UPDATE voucher_set SET live = live + 1, redeemed = redeemed - 1, version = version + 1 WHERE order_id = v.order_id AND version = (p ->> 'setVersion')::int;
  IF NOT FOUND THEN PERFORM juke_changed('voucher set'); END IF;
  IF v_was_closed THEN
    PERFORM referrals_unpend(v.order_id, (p ->> 'rewardPaidFen')::bigint, (p ->> 'rewardFen')::bigint);
    PERFORM kernel_emit('order.reopened', v.order_id);
  END IF;
  PERFORM kernel_emit('redemption.undone', v.order_id);
  PERFORM identity_notify(v_owner, 'voucher.undone', jsonb_build_object('voucherId', v.voucher_id, 'storeId', v.store_id, 'orderId', v.order_id, 'untilMs', ms_of(v_until)), '/pages/voucher/index?id=' || v.voucher_id);
  RETURN '{"ok": true}';
END $$;

-- The order is settled on what was used: an undo that is still under way finds the set changed. Locks the set's row.
CREATE OR REPLACE FUNCTION vouchers_seal(p_order text, p_version int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE voucher_set SET version = version + 1 WHERE order_id = p_order AND version = p_version AND live = 0;
  IF NOT FOUND THEN PERFORM juke_changed('voucher set'); END IF;
END $$;

-- Something of the order's money goes back while something of it can be used: whoever decides on what is kept of it looks again.
CREATE OR REPLACE FUNCTION vouchers_keep_open(p_order text, p_version int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE voucher_set SET version = version + 1 WHERE order_id = p_order AND version = p_version AND live > 0;
  IF NOT FOUND THEN PERFORM juke_changed('voucher set'); END IF;
END $$;

-- What was decided on this set still holds, and does until the caller's commit.
CREATE OR REPLACE FUNCTION vouchers_need_set(p_order text, p_version int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM voucher_set WHERE order_id = p_order AND version = p_version FOR SHARE;
  IF NOT FOUND THEN PERFORM juke_changed('voucher set'); END IF;
END $$;

-- This voucher stands as used, and does until the caller's commit.
CREATE OR REPLACE FUNCTION vouchers_need_used(p_voucher text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM voucher WHERE voucher_id = p_voucher AND state = 'redeemed' FOR SHARE;
  IF NOT FOUND THEN PERFORM juke_changed('voucher'); END IF;
END $$;

-- I-15: voided in the same commit that starts the refund. Which of issued or redeemed is taken is named; all or none.
CREATE OR REPLACE FUNCTION vouchers_void(p_order text, p_ids text[], p_from text, p_version int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_count int;
BEGIN
  UPDATE voucher SET state = 'refunding' WHERE order_id = p_order AND voucher_id = ANY (p_ids) AND state = p_from;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count <> cardinality(p_ids) THEN PERFORM juke_changed('vouchers'); END IF;
  UPDATE voucher_set SET version = version + 1, refunding = refunding + v_count,
    live = live - CASE WHEN p_from = 'issued' THEN v_count ELSE 0 END, redeemed = redeemed - CASE WHEN p_from = 'redeemed' THEN v_count ELSE 0 END
  WHERE order_id = p_order AND version = p_version;
  IF NOT FOUND THEN PERFORM juke_changed('voucher set'); END IF;
  IF p_from = 'redeemed' THEN UPDATE redemption SET reversed_at = juke_now() WHERE voucher_id = ANY (p_ids) AND undone_at IS NULL AND reversed_at IS NULL; END IF;
END $$;

CREATE OR REPLACE FUNCTION vouchers_refunded(p_order text, p_ids text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_count int;
BEGIN
  UPDATE voucher SET state = 'refunded' WHERE order_id = p_order AND voucher_id = ANY (p_ids) AND state = 'refunding';
  GET DIAGNOSTICS v_count = ROW_COUNT;
  UPDATE voucher_set SET refunding = refunding - v_count, refunded = refunded + v_count, version = version + 1 WHERE order_id = p_order;
END $$;

-- What stands of an order: what can be used and what was, in fen. NULL: it has no vouchers (yet).
CREATE OR REPLACE FUNCTION vouchers_standing(p_order text) RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT sum(CASE WHEN state IN ('issued', 'redeemed') THEN paid_fen ELSE 0 END)::bigint FROM voucher WHERE order_id = p_order $$;

-- A-10: counts a miss of one person; five in a minute lock for ten. The row lines up guesses that were made at once: who comes after the
-- lock is told of it instead of the miss. → {lockedMs: null or how long}
CREATE OR REPLACE FUNCTION vouchers_count_miss(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v code_miss;
  v_now timestamptz := juke_now();
BEGIN
  INSERT INTO code_miss AS m (person_id, window_at, misses) VALUES (p ->> 'personId', v_now, 1)
  ON CONFLICT (person_id) DO UPDATE SET
    misses = CASE WHEN v_now < m.window_at + (p ->> 'windowMs')::bigint * interval '1 millisecond' THEN m.misses + 1 ELSE 1 END,
    window_at = CASE WHEN v_now < m.window_at + (p ->> 'windowMs')::bigint * interval '1 millisecond' THEN m.window_at ELSE v_now END
  WHERE m.locked_until IS NULL OR m.locked_until <= v_now RETURNING * INTO v;
  IF NOT FOUND THEN RETURN (SELECT jsonb_build_object('lockedMs', ms_of(locked_until) - ms_of(juke_now())) FROM code_miss WHERE person_id = p ->> 'personId'); END IF;
  IF v.misses >= (p ->> 'max')::int THEN
    UPDATE code_miss SET locked_until = v_now + (p ->> 'lockMs')::bigint * interval '1 millisecond', misses = 0 WHERE person_id = v.person_id;
    PERFORM kernel_alarm('code.guessing', v.person_id || ':' || ms_of(v_now), jsonb_build_object('storeId', p ->> 'storeId'));
  END IF;
  RETURN '{"lockedMs": null}';
END $$;

-- Forgets misses whose window began so long ago; what they locked is open again since.
CREATE OR REPLACE FUNCTION vouchers_forget(p_ms bigint, p_rows int) RETURNS int LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM code_miss WHERE person_id = ANY (ARRAY(SELECT person_id FROM code_miss
    WHERE window_at < (SELECT juke_now() - p_ms * interval '1 millisecond') ORDER BY window_at LIMIT p_rows FOR UPDATE SKIP LOCKED)) RETURNING 1)
  SELECT count(*)::int FROM gone
$$;
