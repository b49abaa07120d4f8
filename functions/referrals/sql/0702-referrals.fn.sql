-- I-17, I-16: freezes who brought this order. The link must be live, older than the order, of the same deal or merchant.
-- p: {orderId, merchantId, dealId, buyerId, token, sharerId, channel, groupId, discountFen, rewardFen}
CREATE OR REPLACE FUNCTION referrals_attribute(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO attribution (order_id, merchant_id, token, sharer_id, buyer_id, channel, group_id, friend_discount_fen, reward_fen)
  SELECT p ->> 'orderId', l.merchant_id, l.token, l.sharer_id, p ->> 'buyerId', l.channel, p ->> 'groupId', (p ->> 'discountFen')::bigint, (p ->> 'rewardFen')::bigint
  FROM share_link l
  WHERE l.token = p ->> 'token' AND l.merchant_id = p ->> 'merchantId' AND l.sharer_id = p ->> 'sharerId'
    AND l.created_at <= juke_now() AND juke_now() < l.expires_at;
  IF NOT FOUND THEN PERFORM juke_changed('share link'); END IF;
END $$;

-- For loads of modules to the right: who brought an order, if anybody did, and its reward.
CREATE OR REPLACE FUNCTION referrals_of(p_order text) RETURNS SETOF attribution LANGUAGE sql STABLE AS
  $$ SELECT * FROM attribution WHERE order_id = p_order $$;
CREATE OR REPLACE FUNCTION referrals_reward_of(p_order text) RETURNS SETOF reward LANGUAGE sql STABLE AS
  $$ SELECT * FROM reward WHERE order_id = p_order $$;

-- Payments of what the same people brought or buy line up: the counts below are exact (A-03, A-04, A-38). The first lock of its save.
CREATE OR REPLACE FUNCTION referrals_line_up(p_persons text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_key bigint;
BEGIN
  FOR v_key IN SELECT DISTINCT hashtextextended('reward ' || x, 0) FROM unnest(p_persons) x ORDER BY 1 LOOP PERFORM pg_advisory_xact_lock(v_key); END LOOP;
END $$;

-- At payment: the reward as expected, or as not paid with its reason. So many a day for each sharer; beyond so many of one device or
-- payer, and there and back between two people, it is held. One rebate per sharer, friend and merchant in 30 days: the slot is
-- taken here, and a taken slot makes this one 'cancelled' for 'repeat'.
-- p: {rewardId, orderId, merchantId, sharerId, friendId, amountFen, paidFen, rateBps, capFen, heldFor[], reason|null, payerOpenid, deviceId, repeatMs,
--     perDay, perDevice, ringMax}
CREATE OR REPLACE FUNCTION referrals_expect(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_reason text := p ->> 'reason';
  v_held text[] := ARRAY(SELECT jsonb_array_elements_text(p -> 'heldFor'));
  v_now timestamptz := juke_now();
  v_since timestamptz := v_now - (p ->> 'repeatMs')::bigint * interval '1 millisecond';
BEGIN
  IF v_reason IS NULL AND (SELECT count(*) FROM reward WHERE sharer_id = p ->> 'sharerId' AND state <> 'cancelled' AND created_at >= date_trunc('day', v_now, 'Asia/Shanghai'))
      >= (p ->> 'perDay')::int THEN v_reason := 'limit'; END IF;
  IF v_reason IS NULL AND (SELECT count(*) FROM reward WHERE sharer_id = p ->> 'sharerId' AND state <> 'cancelled' AND friend_id <> p ->> 'friendId' AND created_at > v_since
      AND (device_id = p ->> 'deviceId' OR payer_openid = p ->> 'payerOpenid')) >= (p ->> 'perDevice')::int THEN v_held := v_held || '{device_farm}'; END IF;
  IF v_reason IS NULL AND (SELECT count(*) FROM reward WHERE sharer_id = p ->> 'friendId' AND friend_id = p ->> 'sharerId' AND state <> 'cancelled' AND created_at > v_since)
      >= (p ->> 'ringMax')::int THEN v_held := v_held || '{ring}'; END IF;
  IF v_reason IS NULL THEN
    INSERT INTO reward_slot AS s (sharer_id, friend_id, merchant_id, reward_id, taken_until)
    VALUES (p ->> 'sharerId', p ->> 'friendId', p ->> 'merchantId', p ->> 'rewardId', v_now + (p ->> 'repeatMs')::bigint * interval '1 millisecond')
    ON CONFLICT (sharer_id, friend_id, merchant_id) DO UPDATE SET reward_id = excluded.reward_id, taken_until = excluded.taken_until
    WHERE s.taken_until <= v_now;
    IF NOT FOUND THEN v_reason := 'repeat'; END IF;
  END IF;
  INSERT INTO reward (reward_id, order_id, merchant_id, sharer_id, friend_id, state, amount_fen, paid_fen, rate_bps, cap_fen, held_for,
    payer_openid, device_id, reason, ended_at)
  VALUES (p ->> 'rewardId', p ->> 'orderId', p ->> 'merchantId', p ->> 'sharerId', p ->> 'friendId',
    CASE WHEN v_reason IS NULL THEN 'expected' ELSE 'cancelled' END, (p ->> 'amountFen')::bigint, (p ->> 'paidFen')::bigint,
    (p ->> 'rateBps')::int, (p ->> 'capFen')::bigint, v_held, p ->> 'payerOpenid', p ->> 'deviceId',
    v_reason, CASE WHEN v_reason IS NULL THEN NULL ELSE v_now END);
  IF v_reason IS NULL THEN
    PERFORM identity_notify(p ->> 'sharerId', 'reward.expected', jsonb_build_object('amountFen', (p ->> 'amountFen')::bigint, 'orderId', p ->> 'orderId', 'friendId', p ->> 'friendId'), '/pages/wallet/index');
  END IF;
END $$;

-- The order's last voucher was used: the reward is pending from now, for what was really kept. I-16: amount by rate and cap. Where so
-- much went back unused that nothing worth paying is left (A-38), there is none: what is kept of an order never grows again. Nor is there
-- one for a sharer who deleted the account since (nobody could take it from that wallet), or who is not 18.
CREATE OR REPLACE FUNCTION referrals_pend(p_order text, p_subject text, p_paid bigint, p_amount bigint, p_hold_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v reward;
  v_now timestamptz := juke_now();
  v_release timestamptz := v_now + p_hold_ms * interval '1 millisecond';
  v_sharer text := (SELECT sharer_id FROM reward WHERE order_id = p_order AND state = 'expected');
BEGIN
  IF v_sharer IS NULL THEN RETURN; END IF;
  IF p_amount = 0 OR identity_is_gone(v_sharer) OR identity_is_minor(v_sharer) THEN
    PERFORM referrals_cancel(p_order, CASE WHEN identity_is_minor(v_sharer) THEN 'minor' ELSE 'limit' END);
    RETURN;
  END IF;
  UPDATE reward SET state = 'pending', paid_fen = p_paid, amount_fen = p_amount, pending_at = v_now, release_at = v_release, pended_by = p_subject
  WHERE order_id = p_order AND state = 'expected' RETURNING * INTO v;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM ledger_post('reward.pending', p_subject, v.merchant_id, p_order, jsonb_build_array(
    jsonb_build_object('a', 'merchant-frozen', 'o', v.merchant_id, 'f', -p_amount),
    jsonb_build_object('a', 'reward-pending', 'o', v.sharer_id, 'f', p_amount)));
  PERFORM kernel_emit('reward.pending', v.reward_id, '{}', v_release);
  PERFORM identity_notify(v.sharer_id, 'reward.pending', jsonb_build_object('amountFen', p_amount, 'orderId', p_order, 'friendId', v.friend_id, 'releaseAtMs', ms_of(v_release)), '/pages/wallet/index');
END $$;

-- What stands of the order became less before it was used: from now on the reward of the rest is expected (I-16), and the sharer is told.
-- p_why: refunded (a part went back) | ladder (more people, a lower price).
DROP FUNCTION IF EXISTS referrals_expect_less(text, bigint, bigint);
DROP FUNCTION IF EXISTS referrals_reprice(text, bigint, bigint);
CREATE OR REPLACE FUNCTION referrals_expect_less(p_order text, p_paid bigint, p_amount bigint, p_why text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_was bigint;
  v reward;
BEGIN
  IF p_amount = 0 THEN
    PERFORM referrals_cancel(p_order, 'limit', p_why);
    RETURN;
  END IF;
  SELECT amount_fen INTO v_was FROM reward WHERE order_id = p_order AND state = 'expected' FOR UPDATE;
  UPDATE reward SET paid_fen = p_paid, amount_fen = p_amount WHERE order_id = p_order AND state = 'expected' RETURNING * INTO v;
  IF FOUND AND p_amount < v_was THEN
    PERFORM identity_notify(v.sharer_id, 'reward.lowered', jsonb_build_object('amountFen', p_amount, 'wasFen', v_was, 'orderId', p_order, 'friendId', v.friend_id, 'reason', p_why), '/pages/wallet/index');
  END IF;
END $$;
-- Those that are expected now.
CREATE OR REPLACE FUNCTION referrals_expected() RETURNS SETOF reward LANGUAGE sql STABLE AS
  $$ SELECT * FROM reward WHERE state = 'expected' $$;

-- Redemption undone: back to expected, the pending journal reversed. I-03. The sharer was told of a date.
CREATE OR REPLACE FUNCTION referrals_unpend(p_order text, p_paid bigint, p_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v reward;
BEGIN
  UPDATE reward SET state = 'expected', pending_at = NULL, release_at = NULL WHERE order_id = p_order AND state = 'pending' RETURNING * INTO v;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM ledger_reverse('reward.unpending', v.pended_by, 'reward.pending', v.pended_by, v.sharer_id);
  UPDATE reward SET paid_fen = p_paid, amount_fen = p_amount WHERE reward_id = v.reward_id;
  -- So little is left of the order since: none, as before it was used.
  IF p_amount = 0 THEN
    PERFORM referrals_cancel(p_order, 'limit');
  ELSE
    PERFORM identity_notify(v.sharer_id, 'reward.undone', jsonb_build_object('amountFen', p_amount, 'orderId', p_order, 'friendId', v.friend_id), '/pages/wallet/index');
  END IF;
END $$;

-- Everything of the order was refunded before it was used, or so much that nothing worth paying is left. p_why: what made it so little.
DROP FUNCTION IF EXISTS referrals_cancel(text, text);
CREATE OR REPLACE FUNCTION referrals_cancel(p_order text, p_reason text, p_why text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v reward;
BEGIN
  UPDATE reward SET state = 'cancelled', reason = p_reason, ended_at = juke_now() WHERE order_id = p_order AND state = 'expected' RETURNING * INTO v;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE reward_slot SET taken_until = juke_now() WHERE reward_id = v.reward_id;
  PERFORM identity_notify(v.sharer_id, 'reward.cancelled', jsonb_build_object('amountFen', v.amount_fen, 'orderId', p_order, 'friendId', v.friend_id, 'reason', p_reason, 'why', p_why), '/pages/wallet/index');
END $$;

-- The sharer said that they are not 18: what is only expected ends, so many at once. What a friend's visit earned before stays theirs.
-- p: {personId, rows} → {left}
CREATE OR REPLACE FUNCTION referrals_end_expected(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_orders text[] := ARRAY(SELECT order_id FROM reward WHERE sharer_id = p ->> 'personId' AND state = 'expected' AND identity_is_minor(p ->> 'personId')
    ORDER BY order_id LIMIT (p ->> 'rows')::int);
BEGIN
  PERFORM referrals_cancel(v, 'minor') FROM unnest(v_orders) v;
  RETURN jsonb_build_object('left', cardinality(v_orders) = (p ->> 'rows')::int);
END $$;

-- I-18: after the hold, with no flag, no dispute, nothing clawed. p: {rewardId, debtFen, availableFen} decided on the debt.
CREATE OR REPLACE FUNCTION referrals_release(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v reward;
  v_debt bigint := (p ->> 'debtFen')::bigint;
  v_available bigint := (p ->> 'availableFen')::bigint;
BEGIN
  UPDATE reward SET state = 'available', ended_at = juke_now()
  WHERE reward_id = p ->> 'rewardId' AND state = 'pending' AND release_at <= juke_now() AND held_for = '{}' AND NOT disputed
    AND amount_fen - clawed_fen = v_debt + v_available RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM juke_changed('reward'); END IF;
  -- A debt that was booked after the decision is made good first.
  PERFORM ledger_need_balance(v.sharer_id, 'reward-debt', -v_debt, v_available = 0);
  IF v_debt + v_available > 0 THEN
    PERFORM ledger_post('reward.released', v.reward_id, v.merchant_id, v.order_id, jsonb_build_array(
      jsonb_build_object('a', 'reward-pending', 'o', v.sharer_id, 'f', -(v_debt + v_available)),
      jsonb_build_object('a', 'reward-debt', 'o', v.sharer_id, 'f', v_debt),
      jsonb_build_object('a', 'reward-available', 'o', v.sharer_id, 'f', v_available)));
  END IF;
  PERFORM identity_notify(v.sharer_id, 'reward.released', jsonb_build_object('amountFen', v_available, 'orderId', v.order_id, 'friendId', v.friend_id), '/pages/wallet/index');
  RETURN '{}';
END $$;

-- An after-sale asks for an answer, or got one: no release meanwhile.
CREATE OR REPLACE FUNCTION referrals_dispute(p_order text, p_on boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v reward;
BEGIN
  UPDATE reward SET disputes = greatest(0, disputes + CASE WHEN p_on THEN 1 ELSE -1 END) WHERE order_id = p_order AND state IN ('expected', 'pending') RETURNING * INTO v;
  IF FOUND AND NOT p_on AND v.state = 'pending' THEN PERFORM kernel_emit('reward.pending', v.reward_id, '{}', v.release_at); END IF;
END $$;

-- A-06, F-35: part or all of a reward is taken back. The caller's journal moves the money; this keeps the row.
CREATE OR REPLACE FUNCTION referrals_claw(p_order text, p_expected_state text, p_expected_clawed bigint, p_fen bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v reward;
BEGIN
  UPDATE reward SET clawed_fen = clawed_fen + p_fen, disputes = greatest(0, disputes - 1),
    state = CASE WHEN clawed_fen + p_fen < amount_fen THEN state WHEN state = 'available' THEN 'clawed_back' ELSE 'cancelled' END,
    reason = 'refunded', ended_at = CASE WHEN clawed_fen + p_fen < amount_fen THEN ended_at ELSE juke_now() END
  WHERE order_id = p_order AND state = p_expected_state AND clawed_fen = p_expected_clawed RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM juke_changed('reward'); END IF;
  IF v.state = 'pending' THEN PERFORM kernel_emit('reward.pending', v.reward_id, '{}', v.release_at); END IF;
  PERFORM identity_notify(v.sharer_id, 'reward.clawed_back', jsonb_build_object('amountFen', p_fen, 'orderId', p_order, 'friendId', v.friend_id), '/pages/wallet/index');
END $$;

-- The operator looked at these flags of a reward and lets them go (A-02); any other still holds it. The reason stays in the alarm.
-- p: {idem, rewardId, flags, by, reason}
CREATE OR REPLACE FUNCTION referrals_clear(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v reward;
  v_seen jsonb := kernel_accept(p -> 'idem', '{"ok": true}');
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE reward SET held_for = ARRAY(SELECT flag FROM unnest(held_for) flag WHERE NOT p -> 'flags' ? flag) WHERE reward_id = p ->> 'rewardId' RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM juke_refuse('NOT_FOUND'); END IF;
  PERFORM kernel_alarm('reward.cleared', v.reward_id || ':' || (p #>> '{idem,key}'), jsonb_build_object('by', p ->> 'by', 'reason', p ->> 'reason', 'flags', p -> 'flags'));
  IF v.state = 'pending' AND v.held_for = '{}' THEN PERFORM kernel_emit('reward.pending', v.reward_id, '{}', v.release_at); END IF;
  RETURN '{"ok": true}';
END $$;

-- The same person, deal, group buy, channel and day: the same link (no flood of links). p: {token, merchantId, dealId, groupId, sharerId, channel, parentToken, lifeMs}
CREATE OR REPLACE FUNCTION referrals_create_share(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_expires timestamptz := date_trunc('day', juke_now() + (p ->> 'lifeMs')::bigint * interval '1 millisecond', 'Asia/Shanghai');
  v share_link;
BEGIN
  INSERT INTO share_link (token, merchant_id, deal_id, group_id, sharer_id, channel, parent_token, expires_at)
  VALUES (p ->> 'token', p ->> 'merchantId', p ->> 'dealId', p ->> 'groupId', p ->> 'sharerId', p ->> 'channel', p ->> 'parentToken', v_expires)
  ON CONFLICT (sharer_id, deal_id, channel, expires_at, group_id) WHERE NOT is_twin DO NOTHING;
  IF FOUND THEN PERFORM kernel_event('reach', 'share.created', p ->> 'merchantId', NULL, p ->> 'sharerId', p ->> 'dealId', p ->> 'token'); END IF;
  SELECT * INTO STRICT v FROM share_link WHERE sharer_id = p ->> 'sharerId' AND deal_id = p ->> 'dealId' AND channel = p ->> 'channel' AND expires_at = v_expires
    AND group_id IS NOT DISTINCT FROM p ->> 'groupId' AND NOT is_twin;
  RETURN jsonb_build_object('token', v.token, 'expiresAtMs', ms_of(v.expires_at));
END $$;

-- Touches in batches: they may be lost, and never block an order.
CREATE OR REPLACE FUNCTION referrals_add_touches(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO touch (token, merchant_id, deal_id, visitor_id, person_id, surface, group_id)
  SELECT e ->> 'token', e ->> 'merchantId', e ->> 'dealId', e ->> 'visitorId', e ->> 'personId', e ->> 'surface', e ->> 'groupId' FROM jsonb_array_elements(p -> 'touches') e;
  PERFORM kernel_event('reach', 'share.opened', e ->> 'merchantId', NULL, e ->> 'personId', e ->> 'dealId', e ->> 'token') FROM jsonb_array_elements(p -> 'touches') e;
  RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION referrals_visit_code(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO channel_visit (code, merchant_id, visitor_id, person_id, surface) VALUES (p ->> 'code', p ->> 'merchantId', p ->> 'visitorId', p ->> 'personId', p ->> 'surface');
  PERFORM kernel_event('reach', 'code.opened', p ->> 'merchantId', p ->> 'storeId', p ->> 'personId', p ->> 'code', NULL);
  RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION referrals_create_code(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_seen jsonb := kernel_accept(p -> 'idem', jsonb_build_object('code', p ->> 'code'));
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  IF NOT merchants_has_store(p ->> 'merchantId', p ->> 'storeId') THEN PERFORM juke_refuse('NOT_FOUND'); END IF;
  INSERT INTO channel_code (code, merchant_id, store_id, kind, label) VALUES (p ->> 'code', p ->> 'merchantId', p ->> 'storeId', p ->> 'kind', p ->> 'label');
  RETURN jsonb_build_object('code', p ->> 'code');
END $$;

-- Forgets who opened a share or a code so long ago, the oldest numbers first. What an order froze of it stays with the order. Answers the
-- more rows of the two.
CREATE OR REPLACE FUNCTION referrals_forget(p_ms bigint, p_rows int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_before timestamptz := juke_now() - p_ms * interval '1 millisecond';
  v_touches int;
  v_visits int;
BEGIN
  DELETE FROM touch WHERE touch_id = ANY (ARRAY(SELECT touch_id FROM (SELECT touch_id, touched_at FROM touch ORDER BY touch_id LIMIT p_rows) x WHERE touched_at < v_before));
  GET DIAGNOSTICS v_touches = ROW_COUNT;
  DELETE FROM channel_visit WHERE visit_id = ANY (ARRAY(SELECT visit_id FROM (SELECT visit_id, visited_at FROM channel_visit ORDER BY visit_id LIMIT p_rows) x WHERE visited_at < v_before));
  GET DIAGNOSTICS v_visits = ROW_COUNT;
  RETURN greatest(v_touches, v_visits);
END $$;
