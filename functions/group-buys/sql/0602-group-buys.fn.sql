-- Saves of seats, called by the saves of orders and refunds. Guards I-12, F-17, F-18, A-33. Locks, in this order everywhere: an
-- unpaid order of one's own, then its group, then seats and paid orders of that group, then the stock.

-- Another open group of the deal with a seat for this person: the fullest one; none where nobody can buy it any more.
CREATE OR REPLACE FUNCTION group_buys_other(p_deal text, p_group text, p_person text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM catalog_stock(p_deal) k WHERE k.available > 0 AND catalog_sale_problem(p_deal, k.terms_version, 'group', juke_now()) IS NULL) THEN RETURN NULL; END IF;
  RETURN (SELECT group_id FROM group_buy g WHERE deal_id = p_deal AND state = 'open' AND group_id <> p_group AND taken < size AND juke_now() < join_until
      AND NOT EXISTS (SELECT FROM group_seat s WHERE s.group_id = g.group_id AND s.person_id = p_person AND s.state <> 'released')
      AND (kind <> 'newcomer' OR person_last_paid(p_person, merchant_id) IS NULL)
    ORDER BY size - taken, deadline, group_id LIMIT 1);
END $$;
-- A-33: flagged groups of this host lately.
CREATE OR REPLACE FUNCTION group_buys_flags(p_person text, p_window_ms bigint) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT count(*)::int FROM group_buy WHERE host_id = p_person AND flagged_at > juke_now() - p_window_ms * interval '1 millisecond' $$;

-- Why this person can have no seat of this group now. One that is free again since it was looked for is looked for again: a group that
-- runs and has a seat is neither full nor over. p: {groupId, personId}
CREATE OR REPLACE FUNCTION group_buys_refuse_seat(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v group_buy;
BEGIN
  SELECT * INTO STRICT v FROM group_buy WHERE group_id = p ->> 'groupId';
  IF EXISTS (SELECT FROM group_seat WHERE group_id = v.group_id AND person_id = p ->> 'personId' AND state <> 'released') THEN
    PERFORM juke_refuse('GROUP_OWN', jsonb_build_object('groupId', v.group_id));
  END IF;
  IF v.state = 'open' AND v.taken < v.size AND juke_now() < v.join_until THEN PERFORM juke_changed('seats'); END IF;
  PERFORM juke_refuse(CASE WHEN v.taken >= v.size THEN 'GROUP_FULL' ELSE 'GROUP_ENDED' END, jsonb_build_object('otherGroupId', group_buys_other(v.deal_id, v.group_id, p ->> 'personId')));
END $$;

-- Before anything is written: of many who come for a last seat that is gone, none pays for a whole save. Locks nothing, decides nothing: group_buys_take_seat does.
CREATE OR REPLACE FUNCTION group_buys_look(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (p ->> 'isOpening')::boolean AND NOT EXISTS (SELECT FROM group_buy WHERE group_id = p ->> 'groupId' AND state = 'open' AND taken < size) THEN PERFORM group_buys_refuse_seat(p); END IF;
END $$;

-- p: a SeatOffer with {groupId, orderId, personId}. The contended row is the group's: of many who want the last seat one finds it free.
CREATE OR REPLACE FUNCTION group_buys_take_seat(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v group_buy;
  v_group text := p ->> 'groupId';
  v_person text := p ->> 'personId';
BEGIN
  IF (p ->> 'isOpening')::boolean THEN
    IF group_buys_flags(v_person, (p ->> 'flagsWindowMs')::bigint) >= (p ->> 'flagsMax')::int THEN PERFORM juke_refuse('GROUP_HOST_BLOCKED'); END IF;
    INSERT INTO group_buy (group_id, merchant_id, deal_id, terms_version, opener_id, host_id, kind, size, min_size, hours, price_fen, host_benefit_fen, tiers)
    VALUES (v_group, p ->> 'merchantId', p ->> 'dealId', (p ->> 'termsVersion')::int, v_person, v_person, p ->> 'kind', (p ->> 'size')::int, (p ->> 'minSize')::int, (p ->> 'hours')::int,
      (p ->> 'priceFen')::bigint, (p ->> 'hostBenefitFen')::bigint, p -> 'tiers')
    ON CONFLICT (opener_id, deal_id) WHERE state IN ('opening', 'open', 'closing') AND host_id = opener_id DO NOTHING;
    IF NOT FOUND THEN
      PERFORM juke_refuse('GROUP_EXISTS', jsonb_build_object('groupId', (SELECT group_id FROM group_buy
        WHERE opener_id = v_person AND deal_id = p ->> 'dealId' AND state IN ('opening', 'open', 'closing') AND host_id = opener_id)));
    END IF;
    INSERT INTO group_seat (order_id, group_id, merchant_id, person_id, seat_no) VALUES (p ->> 'orderId', v_group, p ->> 'merchantId', v_person, 1);
    RETURN;
  END IF;
  -- Asked again in the save: the person may have paid at the merchant meanwhile. Two newcomer seats at the same moment meet the unique key newcomer_once.
  IF p ->> 'kind' = 'newcomer' AND person_last_paid(v_person, p ->> 'merchantId') IS NOT NULL THEN PERFORM juke_refuse('GROUP_NOT_NEW'); END IF;
  -- A-34: cancelled or left to expire, it was nobody's while it was held. This group does not forget it: waiting helps nothing.
  IF (SELECT count(*) FROM group_seat WHERE group_id = v_group AND person_id = v_person AND state = 'released' AND confirmed_at IS NULL) >= (p ->> 'triesMax')::int THEN
    PERFORM juke_refuse('GROUP_TRIES');
  END IF;
  UPDATE group_buy SET taken = taken + 1
  WHERE group_id = v_group AND deal_id = p ->> 'dealId' AND state = 'open' AND taken < size AND juke_now() < join_until RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM group_buys_refuse_seat(p); END IF;
  -- A person who has paid nothing here (person_last_paid) but has a paid newcomer seat got that order's money back whole: that seat no longer counts.
  IF v.kind = 'newcomer' THEN
    UPDATE group_seat SET newcomer_at = NULL WHERE person_id = v_person AND newcomer_at = v.merchant_id AND state = 'confirmed' AND person_last_paid(v_person, v.merchant_id) IS NULL;
  END IF;
  -- How long the order is held was decided on whether this is the last seat.
  IF (v.taken = v.size) <> (p ->> 'isLast')::boolean THEN PERFORM juke_changed('group'); END IF;
  INSERT INTO group_seat (order_id, group_id, merchant_id, person_id, newcomer_at, seat_no)
  SELECT p ->> 'orderId', v_group, v.merchant_id, v_person, CASE WHEN v.kind = 'newcomer' THEN v.merchant_id END, min(n)
  FROM generate_series(1, v.size) n WHERE NOT EXISTS (SELECT FROM group_seat WHERE group_id = v_group AND seat_no = n AND state <> 'released')
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM group_seat WHERE group_id = v_group AND person_id = v_person AND state <> 'released') THEN PERFORM juke_refuse('GROUP_OWN', jsonb_build_object('groupId', v_group)); END IF;
    PERFORM juke_refuse('GROUP_NOT_NEW');
  END IF;
END $$;

-- A paid seat. WeChat's success time decides, not when we hear of it (F-18). Answers 'late' (nothing changed), 'opened', 'confirmed' or
-- 'completed'. What the caller issues was decided on `orderIds`, the seats confirmed before this one: it must be exactly those.
-- p: {groupId, orderId, successAtMs, joinEndsMs, completes, orderIds: sorted}
CREATE OR REPLACE FUNCTION group_buys_confirm(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v group_buy;
  v_success timestamptz := time_of((p ->> 'successAtMs')::bigint);
  v_now timestamptz;
  v_deadline timestamptz;
BEGIN
  SELECT * INTO STRICT v FROM group_buy WHERE group_id = p ->> 'groupId' FOR NO KEY UPDATE;
  v_now := juke_now(); -- after the wait for the row
  IF v.state NOT IN ('opening', 'open', 'closing') OR v_success >= v.deadline THEN RETURN 'late'; END IF;
  IF (v.confirmed + 1 = v.size) <> (p ->> 'completes')::boolean THEN PERFORM juke_changed('group'); END IF;
  IF (p ->> 'completes')::boolean THEN PERFORM group_buys_need_orders(v.group_id, p -> 'orderIds'); END IF;
  UPDATE group_seat SET state = 'confirmed', confirmed_at = v_success WHERE order_id = p ->> 'orderId' AND state = 'held';
  IF NOT FOUND THEN RETURN 'late'; END IF;
  IF v.state = 'opening' THEN
    v_deadline := v_now + v.hours * interval '1 hour';
    UPDATE group_buy SET state = 'open', confirmed = 1, opened_at = v_now, deadline = v_deadline, join_until = v_deadline - (p ->> 'joinEndsMs')::bigint * interval '1 millisecond'
    WHERE group_id = v.group_id;
    PERFORM kernel_emit('group.closing', v.group_id, '{}', v_deadline);
    RETURN 'opened';
  END IF;
  UPDATE group_buy SET confirmed = confirmed + 1, state = CASE WHEN (p ->> 'completes')::boolean THEN 'succeeded' ELSE state END,
    ended_at = CASE WHEN (p ->> 'completes')::boolean THEN v_now END WHERE group_id = v.group_id;
  RETURN CASE WHEN (p ->> 'completes')::boolean THEN 'completed' ELSE 'confirmed' END;
END $$;

-- The confirmed seats are exactly these orders; else what was decided on them is decided again. The caller holds the group's row.
CREATE OR REPLACE FUNCTION group_buys_need_orders(p_group text, p_orders jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT coalesce(jsonb_agg(order_id ORDER BY order_id COLLATE "C"), '[]') FROM group_seat WHERE group_id = p_group AND state = 'confirmed') <> p_orders THEN PERFORM juke_changed('seats'); END IF;
END $$;

-- An unpaid order ended: its seat is free again; a group whose host never paid is gone.
CREATE OR REPLACE FUNCTION group_buys_release(p_group text, p_order text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM group_buy WHERE group_id = p_group FOR NO KEY UPDATE;
  UPDATE group_seat SET state = 'released', newcomer_at = NULL, released_at = juke_now() WHERE order_id = p_order AND state = 'held';
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE group_buy SET taken = taken - 1, state = CASE WHEN state = 'opening' THEN 'cancelled' ELSE state END,
    ended_at = CASE WHEN state = 'opening' THEN juke_now() ELSE ended_at END WHERE group_id = p_group;
END $$;

-- A paid member leaves before success. The host's place passes on to who paid first; with nobody left the group failed.
-- Answers {hostId, hostOrderId, isPassedOn, isOver}.
CREATE OR REPLACE FUNCTION group_buys_leave(p_group text, p_order text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v group_buy;
  v_person text;
  v_next group_seat;
BEGIN
  SELECT * INTO v FROM group_buy WHERE group_id = p_group FOR NO KEY UPDATE;
  IF v.state <> 'open' OR juke_now() >= v.deadline THEN PERFORM juke_refuse('GROUP_STATE'); END IF;
  UPDATE group_seat SET state = 'released', newcomer_at = NULL, released_at = juke_now() WHERE order_id = p_order AND group_id = p_group AND state = 'confirmed' RETURNING person_id INTO v_person;
  IF NOT FOUND THEN PERFORM juke_refuse('GROUP_STATE'); END IF;
  SELECT * INTO v_next FROM group_seat WHERE group_id = p_group AND state = 'confirmed' ORDER BY person_id <> v.host_id, confirmed_at, order_id LIMIT 1;
  UPDATE group_buy SET taken = taken - 1, confirmed = confirmed - 1, host_id = coalesce(v_next.person_id, host_id),
    state = CASE WHEN confirmed = 1 THEN 'failed' ELSE state END, ended_at = CASE WHEN confirmed = 1 THEN juke_now() END WHERE group_id = p_group;
  -- Who is still paying for a seat of it is told by what ends a group.
  IF v.confirmed = 1 THEN PERFORM kernel_emit('group.closing', p_group); END IF;
  RETURN jsonb_build_object('hostId', coalesce(v_next.person_id, v.host_id), 'hostOrderId', v_next.order_id, 'isPassedOn', v_next.person_id IS NOT NULL AND v.host_id = v_person, 'isOver', v.confirmed = 1);
END $$;

-- The deadline is over: nobody joins or leaves any more. p: {groupId}
CREATE OR REPLACE FUNCTION group_buys_begin_closing(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE group_buy SET state = 'closing' WHERE group_id = p ->> 'groupId' AND state = 'open' AND juke_now() >= deadline;
  RETURN '{}';
END $$;

-- No seat is held any more: the end, by who has paid. A failed group keeps its members for the eye, and lets newcomers be new elsewhere.
CREATE OR REPLACE FUNCTION group_buys_finish(p_group text, p_to text, p_orders jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE group_buy SET state = p_to, ended_at = juke_now()
  WHERE group_id = p_group AND state = 'closing' AND taken = confirmed AND (confirmed >= min_size) = (p_to = 'succeeded');
  IF NOT FOUND THEN PERFORM juke_changed('group'); END IF;
  PERFORM group_buys_need_orders(p_group, p_orders);
  IF p_to = 'failed' THEN UPDATE group_seat SET newcomer_at = NULL WHERE group_id = p_group AND newcomer_at IS NOT NULL; END IF;
END $$;

-- A-33: a member gave the voucher back unused. Half or more of those beside the host: the group is flagged, which re-prices nobody.
CREATE OR REPLACE FUNCTION group_buys_count_refund(p_group text, p_order text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v group_buy;
BEGIN
  SELECT * INTO v FROM group_buy WHERE group_id = p_group FOR NO KEY UPDATE;
  UPDATE group_seat SET refunded_at = juke_now() WHERE order_id = p_order;
  IF v.flagged_at IS NULL AND 2 * (SELECT count(*) FROM group_seat WHERE group_id = p_group AND refunded_at IS NOT NULL AND person_id <> v.host_id) >= v.confirmed - 1 THEN
    UPDATE group_buy SET flagged_at = juke_now() WHERE group_id = p_group;
  END IF;
END $$;

-- Two accounts became one: groups and seats follow the orders. Both in one group keep both seats, each under its own name; of two live
-- groups of one deal one keeps the other account as its opener, for a person opens one at a time. p_left: orders that stay behind for now.
CREATE OR REPLACE FUNCTION group_buys_move_person(p_from text, p_to text, p_left text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v group_buy;
BEGIN
  UPDATE group_seat s SET person_id = p_to WHERE person_id = p_from AND order_id <> ALL (p_left)
    AND NOT EXISTS (SELECT FROM group_seat t WHERE t.group_id = s.group_id AND t.person_id = p_to AND t.state <> 'released' AND s.state <> 'released')
    AND NOT EXISTS (SELECT FROM group_seat t WHERE t.person_id = p_to AND t.newcomer_at = s.newcomer_at);
  FOR v IN SELECT * FROM group_buy WHERE p_from IN (opener_id, host_id) ORDER BY group_id FOR NO KEY UPDATE LOOP
    v.host_id := CASE WHEN v.host_id = p_from THEN p_to ELSE v.host_id END;
    v.opener_id := CASE WHEN v.opener_id = p_from THEN p_to ELSE v.opener_id END;
    IF v.host_id = v.opener_id AND v.state IN ('opening', 'open', 'closing') AND EXISTS (SELECT FROM group_buy t WHERE t.group_id <> v.group_id
      AND t.deal_id = v.deal_id AND t.opener_id = p_to AND t.host_id = p_to AND t.state IN ('opening', 'open', 'closing')) THEN v.opener_id := p_from; END IF;
    UPDATE group_buy SET host_id = v.host_id, opener_id = v.opener_id WHERE group_id = v.group_id;
  END LOOP;
END $$;

-- For notices: whose group it is, and how it stands.
CREATE OR REPLACE FUNCTION group_buys_host(p_group text) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT host_id FROM group_buy WHERE group_id = p_group $$;
CREATE OR REPLACE FUNCTION group_buys_count(p_group text) RETURNS jsonb LANGUAGE sql STABLE AS
  $$ SELECT jsonb_build_object('confirmed', confirmed, 'left', greatest(min_size - confirmed, 0), 'deadlineMs', ms_of(deadline)) FROM group_buy WHERE group_id = p_group $$;

-- A paid member's words to friends, checked before; null takes them back. While WeChat looked at them the account may have been deleted:
-- nobody puts words into its mouth. p: {groupId, personId, words}
CREATE OR REPLACE FUNCTION group_buys_set_words(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE group_seat SET words = p ->> 'words' WHERE group_id = p ->> 'groupId' AND person_id = p ->> 'personId' AND state = 'confirmed' AND NOT identity_is_gone(person_id);
  IF NOT FOUND THEN PERFORM juke_refuse('NOT_FOUND'); END IF;
  RETURN jsonb_build_object('words', p ->> 'words');
END $$;

-- An account was deleted: nobody reads its words any more. p: {personId}
CREATE OR REPLACE FUNCTION group_buys_forget_words(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE group_seat SET words = NULL WHERE person_id = p ->> 'personId' AND words IS NOT NULL;
  RETURN '{}';
END $$;

-- p: {activityId, groupId, merchantId, expiresAtMs}
CREATE OR REPLACE FUNCTION group_buys_add_card(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO group_card (activity_id, group_id, merchant_id, expires_at)
  VALUES (p ->> 'activityId', p ->> 'groupId', p ->> 'merchantId', time_of((p ->> 'expiresAtMs')::bigint)) ON CONFLICT DO NOTHING;
  RETURN '{}';
END $$;
