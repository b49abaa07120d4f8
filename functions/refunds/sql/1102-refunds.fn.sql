-- Refund of unused vouchers: void, count, journal, reward, stock and the fact that sends it, in one commit. I-07, I-15, F-14.
-- p: {idem, refundId, orderId, paymentId, merchantId, buyerId, dealId, kind, amountFen, feeBackFen, voucherIds, reason, setVersion,
--     refundedFen, closes, cancels, returnsCoupons, rewardPaidFen, rewardFen, holdMs, splitDelayMs, title}
CREATE OR REPLACE FUNCTION refunds_open(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('refundId', p ->> 'refundId', 'amountFen', (p ->> 'amountFen')::bigint);
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
  v_ids text[] := ARRAY(SELECT jsonb_array_elements_text(p -> 'voucherIds'));
  v_order text := p ->> 'orderId';
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  PERFORM vouchers_void(v_order, v_ids, 'issued', (p ->> 'setVersion')::int);
  PERFORM orders_count_refund(v_order, (p ->> 'amountFen')::bigint, (p ->> 'refundedFen')::bigint, (p ->> 'feeBackFen')::bigint, p ->> 'buyerId');
  INSERT INTO refund (refund_id, order_id, payment_id, merchant_id, buyer_id, kind, state, amount_fen, voucher_ids, reason, funded, accepted_at)
  VALUES (p ->> 'refundId', v_order, p ->> 'paymentId', p ->> 'merchantId', p ->> 'buyerId', p ->> 'kind', 'accepted', (p ->> 'amountFen')::bigint, v_ids, p ->> 'reason', true, juke_now());
  PERFORM ledger_post('refund', p ->> 'refundId', p ->> 'merchantId', v_order, jsonb_build_array(
    jsonb_build_object('a', 'merchant-frozen', 'o', p ->> 'merchantId', 'f', -((p ->> 'amountFen')::bigint - (p ->> 'feeBackFen')::bigint)),
    jsonb_build_object('a', 'provider-fee', 'o', p ->> 'merchantId', 'f', -(p ->> 'feeBackFen')::bigint),
    jsonb_build_object('a', 'refund-transit', 'o', p ->> 'merchantId', 'f', (p ->> 'amountFen')::bigint)));
  IF (p ->> 'cancels')::boolean THEN PERFORM referrals_cancel(v_order, CASE WHEN p ->> 'kind' = 'expired' THEN 'expired' ELSE 'refunded' END); END IF;
  IF (p ->> 'returnsCoupons')::boolean THEN PERFORM coupons_return(v_order); END IF;
  IF (p ->> 'closes')::boolean THEN
    PERFORM vouchers_close_set(v_order, p ->> 'refundId', (p ->> 'rewardPaidFen')::bigint, (p ->> 'rewardFen')::bigint, (p ->> 'holdMs')::bigint, (p ->> 'splitDelayMs')::bigint);
  ELSIF NOT (p ->> 'cancels')::boolean THEN
    PERFORM referrals_expect_less(v_order, (p ->> 'rewardPaidFen')::bigint, (p ->> 'rewardFen')::bigint, 'refunded');
  END IF;
  PERFORM kernel_emit('refund.accepted', p ->> 'refundId');
  PERFORM identity_notify(p ->> 'buyerId', CASE WHEN p ->> 'kind' = 'expired' THEN 'refund.expired' ELSE 'refund.accepted' END,
    jsonb_build_object('refundId', p ->> 'refundId', 'amountFen', (p ->> 'amountFen')::bigint, 'title', p ->> 'title'), '/pages/refund/index?id=' || (p ->> 'refundId'));
  IF p ->> 'groupId' IS NOT NULL AND p ->> 'kind' = 'unused' THEN PERFORM group_buys_count_refund(p ->> 'groupId', v_order); END IF;
  PERFORM catalog_return_stock(p ->> 'dealId', p ->> 'buyerId', cardinality(v_ids));
  RETURN v_answer;
END $$;

-- F-03, F-34: a payment that nobody waits for any more goes back whole. Its journal was posted when it came.
CREATE OR REPLACE FUNCTION refunds_open_unwanted(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO refund (refund_id, order_id, payment_id, merchant_id, buyer_id, kind, state, amount_fen, voucher_ids, reason, funded, accepted_at)
  VALUES (p ->> 'refundId', p ->> 'orderId', p ->> 'paymentId', p ->> 'merchantId', p ->> 'buyerId', p ->> 'kind', 'accepted', (p ->> 'amountFen')::bigint, '{}', p ->> 'kind', true, juke_now())
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  PERFORM kernel_emit('refund.accepted', p ->> 'refundId');
  PERFORM identity_notify(p ->> 'buyerId', 'refund.unwanted', jsonb_build_object('refundId', p ->> 'refundId', 'amountFen', (p ->> 'amountFen')::bigint), '/pages/refund/index?id=' || (p ->> 'refundId'));
  RETURN '{}';
END $$;

-- F-36: in how many ms this refund may be sent (0: now, and its turn is used). A turn that was missed is given anew.
-- p: {refundId, stepMs, slowStepMs, turnMs}
CREATE OR REPLACE FUNCTION refunds_take_turn(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v refund;
  v_now timestamptz := juke_now();
  v_next timestamptz;
  v_epoch int;
BEGIN
  SELECT * INTO STRICT v FROM refund WHERE refund_id = p ->> 'refundId' FOR NO KEY UPDATE;
  IF v.turn_at IS NOT NULL AND v_now < v.turn_at + (p ->> 'turnMs')::int * interval '1 millisecond' AND v.turn_epoch = (SELECT epoch FROM refund_pace) THEN
    IF v.turn_at <= v_now THEN UPDATE refund SET turn_at = NULL WHERE refund_id = v.refund_id; END IF;
    RETURN jsonb_build_object('waitMs', greatest(0, ceil(extract(epoch FROM v.turn_at - v_now) * 1000))::int);
  END IF;
  INSERT INTO refund_pace (next_at, slow_until) VALUES (v_now, v_now) ON CONFLICT (one) DO NOTHING;
  UPDATE refund_pace SET next_at = greatest(next_at, v_now) + (CASE WHEN v_now < slow_until THEN p ->> 'slowStepMs' ELSE p ->> 'stepMs' END)::int * interval '1 millisecond'
  RETURNING next_at - (CASE WHEN v_now < slow_until THEN p ->> 'slowStepMs' ELSE p ->> 'stepMs' END)::int * interval '1 millisecond', epoch INTO v_next, v_epoch;
  IF v_next <= v_now THEN RETURN '{"waitMs": 0}'; END IF;
  UPDATE refund SET turn_at = v_next, turn_epoch = v_epoch WHERE refund_id = v.refund_id;
  RETURN jsonb_build_object('waitMs', ceil(extract(epoch FROM v_next - v_now) * 1000)::int);
END $$;
-- WeChat answered with an error, or not at all: slower for a while. p: {slowMs, slowStepMs}
CREATE OR REPLACE FUNCTION refunds_slow_down(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
BEGIN
  UPDATE refund_pace SET epoch = epoch + (slow_until <= v_now)::int, slow_until = v_now + (p ->> 'slowMs')::int * interval '1 millisecond',
    next_at = CASE WHEN slow_until <= v_now THEN v_now + (p ->> 'slowStepMs')::int * interval '1 millisecond' ELSE next_at END;
  RETURN '{}';
END $$;

-- WeChat accepted it, or said how it stands. p: {refundId, providerId, to: sent|stuck}
CREATE OR REPLACE FUNCTION refunds_sent(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE refund SET state = p ->> 'to', provider_id = coalesce(p ->> 'providerId', provider_id), sent_at = coalesce(sent_at, juke_now())
  WHERE refund_id = p ->> 'refundId' AND state IN ('accepted', 'sent', 'stuck') AND state <> p ->> 'to';
  IF FOUND AND p ->> 'to' = 'stuck' THEN PERFORM kernel_alarm('refund.stuck', p ->> 'refundId', jsonb_build_object('why', p ->> 'why')); END IF;
  RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION refunds_succeed(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v refund;
BEGIN
  UPDATE refund SET state = 'succeeded', provider_id = coalesce(p ->> 'providerId', provider_id), sent_at = coalesce(sent_at, juke_now()), ended_at = juke_now()
  WHERE refund_id = p ->> 'refundId' AND state IN ('accepted', 'sent', 'stuck') AND funded RETURNING * INTO v;
  IF NOT FOUND THEN RETURN '{"outcome": "repeat"}'; END IF;
  PERFORM ledger_post('refund.arrived', v.refund_id, v.merchant_id, v.order_id, jsonb_build_array(
    jsonb_build_object('a', 'refund-transit', 'o', v.merchant_id, 'f', -v.amount_fen), jsonb_build_object('a', 'provider', 'o', v.merchant_id, 'f', v.amount_fen)));
  -- Locks the set's row: of two that arrive at once the later one sees both.
  IF cardinality(v.voucher_ids) > 0 OR v.kind = 'ladder' THEN PERFORM vouchers_refunded(v.order_id, v.voucher_ids); END IF;
  IF v.kind NOT IN ('late_payment', 'double_payment') AND NOT EXISTS (
    SELECT FROM refund r WHERE r.order_id = v.order_id AND r.state IN ('accepted', 'sent', 'stuck') AND r.kind NOT IN ('late_payment', 'double_payment')) THEN
    PERFORM orders_refunded(v.order_id);
  END IF;
  PERFORM identity_notify(v.buyer_id, 'refund.arrived', jsonb_build_object('refundId', v.refund_id, 'amountFen', v.amount_fen), '/pages/refund/index?id=' || v.refund_id);
  RETURN '{"outcome": "succeeded"}';
END $$;

-- After-sale of a used voucher: the merchant answers within 48 h, else it is accepted. The reward waits meanwhile, so one use may be asked
-- about only so often: `most` declined requests since usedAtMs end it (AFTER_SALE_TRIES); one that an undo ended does not count.
-- p: {idem, refundId, orderId, paymentId, merchantId, buyerId, amountFen, voucherId, reason, answerMs, usedAtMs, most, managerIds, title}
CREATE OR REPLACE FUNCTION refunds_request(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('refundId', p ->> 'refundId', 'amountFen', (p ->> 'amountFen')::bigint);
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
  v_by timestamptz := juke_now() + (p ->> 'answerMs')::bigint * interval '1 millisecond';
  v_manager text;
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  BEGIN
    INSERT INTO refund (refund_id, order_id, payment_id, merchant_id, buyer_id, kind, state, amount_fen, voucher_ids, reason, answer_by)
    VALUES (p ->> 'refundId', p ->> 'orderId', p ->> 'paymentId', p ->> 'merchantId', p ->> 'buyerId', 'after_sale', 'requested', (p ->> 'amountFen')::bigint,
      ARRAY[p ->> 'voucherId'], p ->> 'reason', v_by);
  EXCEPTION WHEN unique_violation THEN PERFORM juke_refuse('AFTER_SALE_OPEN');
  END;
  -- I-15: an earlier one of this voucher may have been accepted, or its use undone, since it was looked at.
  PERFORM vouchers_need_used(p ->> 'voucherId');
  IF (SELECT count(*) FROM refund WHERE order_id = p ->> 'orderId' AND p ->> 'voucherId' = ANY (voucher_ids) AND kind = 'after_sale' AND state = 'declined'
      AND answered_by <> 'undo' AND requested_at >= time_of((p ->> 'usedAtMs')::bigint)) >= (p ->> 'most')::int THEN
    PERFORM juke_refuse('AFTER_SALE_TRIES');
  END IF;
  PERFORM referrals_dispute(p ->> 'orderId', true);
  PERFORM kernel_emit('after_sale.requested', p ->> 'refundId', '{}', v_by);
  FOR v_manager IN SELECT jsonb_array_elements_text(p -> 'managerIds') LOOP
    PERFORM identity_notify(v_manager, 'after_sale.requested', jsonb_build_object('refundId', p ->> 'refundId', 'amountFen', (p ->> 'amountFen')::bigint, 'title', p ->> 'title'),
      '/merchant/pages/after-sales/index');
  END LOOP;
  RETURN v_answer;
END $$;

-- p: {idem, refundId, accept, answer, by, setVersion, refundedFen}. I-15: accepted, the redemption is reversed.
CREATE OR REPLACE FUNCTION refunds_answer(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_seen jsonb := kernel_accept(p -> 'idem', '{"ok": true}');
  v refund;
  v_accept boolean := (p ->> 'accept')::boolean;
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE refund SET state = CASE WHEN v_accept THEN 'accepted' ELSE 'declined' END, answer = p ->> 'answer', answered_by = p ->> 'by',
    accepted_at = CASE WHEN v_accept THEN juke_now() END, ended_at = CASE WHEN v_accept THEN NULL ELSE juke_now() END
  WHERE refund_id = p ->> 'refundId' AND state = 'requested' RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM juke_refuse('REFUND_STATE'); END IF;
  IF v_accept THEN
    PERFORM vouchers_void(v.order_id, v.voucher_ids, 'redeemed', (p ->> 'setVersion')::int);
    PERFORM orders_count_refund(v.order_id, v.amount_fen, (p ->> 'refundedFen')::bigint, 0, NULL);
    PERFORM kernel_emit('after_sale.accepted', v.refund_id);
  ELSE
    PERFORM referrals_dispute(v.order_id, false);
  END IF;
  PERFORM identity_notify(v.buyer_id, CASE WHEN p ->> 'by' = 'undo' THEN 'after_sale.undone' WHEN v_accept THEN 'after_sale.accepted' ELSE 'after_sale.declined' END,
    jsonb_build_object('refundId', v.refund_id, 'amountFen', v.amount_fen, 'answer', p ->> 'answer', 'isLate', p ->> 'by' = 'time'), '/pages/refund/index?id=' || v.refund_id);
  RETURN '{"ok": true}';
END $$;

-- Its journal is posted (settlement): from now on it may be sent. p_earlier: the order's after-sales funded before, in fen.
DROP FUNCTION IF EXISTS refunds_fund(text);
CREATE OR REPLACE FUNCTION refunds_fund(p_refund text, p_earlier bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_order text;
BEGIN
  UPDATE refund SET funded = true WHERE refund_id = p_refund AND NOT funded AND state = 'accepted' RETURNING order_id INTO v_order;
  IF NOT FOUND THEN PERFORM juke_changed('refund'); END IF;
  IF (SELECT coalesce(sum(amount_fen), 0) FROM refund WHERE order_id = v_order AND kind = 'after_sale' AND funded AND refund_id <> p_refund) <> p_earlier THEN
    PERFORM juke_changed('after-sales of the order');
  END IF;
END $$;

-- I-26: WeChat's bill of that day lists them. p: {date, refundIds}
CREATE OR REPLACE FUNCTION refunds_billed(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE refund SET billed_on = (p ->> 'date')::date
  WHERE refund_id = ANY (ARRAY(SELECT jsonb_array_elements_text(p -> 'refundIds'))) AND billed_on IS NULL;
  RETURN '{}';
END $$;
