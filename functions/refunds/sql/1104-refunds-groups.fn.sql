-- Refunds of group buys before there are vouchers: a member leaves, or the group failed; and what a complete ladder gives back.
-- Guards I-07, I-12, F-36.

-- The whole order: seat, count, journal, reward, coupons and stock in one commit. The group's row first (see group-buys).
-- p: {idem, refundId, orderId, groupId, paymentId, merchantId, buyerId, dealId, kind: group_left|group_failed, amountFen, feeBackFen, title}
CREATE OR REPLACE FUNCTION refunds_open_group(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('refundId', p ->> 'refundId', 'amountFen', (p ->> 'amountFen')::bigint);
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
  v_order text := p ->> 'orderId';
  v_left jsonb;
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  IF p ->> 'kind' = 'group_left' THEN v_left := group_buys_leave(p ->> 'groupId', v_order); END IF;
  PERFORM orders_count_refund(v_order, (p ->> 'amountFen')::bigint, 0, (p ->> 'feeBackFen')::bigint, p ->> 'buyerId');
  INSERT INTO refund (refund_id, order_id, payment_id, merchant_id, buyer_id, kind, state, amount_fen, voucher_ids, reason, funded, accepted_at)
  VALUES (p ->> 'refundId', v_order, p ->> 'paymentId', p ->> 'merchantId', p ->> 'buyerId', p ->> 'kind', 'accepted', (p ->> 'amountFen')::bigint, '{}', p ->> 'kind', true, juke_now());
  PERFORM ledger_post('refund', p ->> 'refundId', p ->> 'merchantId', v_order, jsonb_build_array(
    jsonb_build_object('a', 'merchant-frozen', 'o', p ->> 'merchantId', 'f', -((p ->> 'amountFen')::bigint - (p ->> 'feeBackFen')::bigint)),
    jsonb_build_object('a', 'provider-fee', 'o', p ->> 'merchantId', 'f', -(p ->> 'feeBackFen')::bigint),
    jsonb_build_object('a', 'refund-transit', 'o', p ->> 'merchantId', 'f', (p ->> 'amountFen')::bigint)));
  PERFORM referrals_cancel(v_order, CASE WHEN p ->> 'kind' = 'group_failed' THEN 'group_failed' ELSE 'refunded' END);
  PERFORM coupons_return(v_order);
  PERFORM kernel_emit('refund.accepted', p ->> 'refundId');
  IF v_left IS NOT NULL THEN PERFORM refunds_tell_left(p, v_left); END IF;
  PERFORM catalog_release_stock(p ->> 'dealId', p ->> 'buyerId', 1);
  RETURN v_answer;
END $$;

-- Who left hears of the money; the host of the seat that is free again; a new host that the group is theirs now.
CREATE OR REPLACE FUNCTION refunds_tell_left(p jsonb, p_left jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_body jsonb := jsonb_build_object('refundId', p ->> 'refundId', 'groupId', p ->> 'groupId', 'amountFen', (p ->> 'amountFen')::bigint, 'title', p ->> 'title', 'friendId', p ->> 'buyerId')
    || group_buys_count(p ->> 'groupId');
BEGIN
  PERFORM kernel_emit('group.changed', p ->> 'groupId');
  PERFORM kernel_event('convert', 'group.left', p ->> 'merchantId', NULL, p ->> 'buyerId', p ->> 'groupId', NULL);
  PERFORM identity_notify(p ->> 'buyerId', 'group.left', v_body, '/pages/refund/index?id=' || (p ->> 'refundId'));
  IF (p_left ->> 'isOver')::boolean THEN RETURN; END IF;
  PERFORM identity_notify(p_left ->> 'hostId', CASE WHEN (p_left ->> 'isPassedOn')::boolean THEN 'group.host' ELSE 'group.seat_free' END, v_body, '/pages/group/index?id=' || (p ->> 'groupId'));
END $$;

-- A seat that was never paid for: the order is cancelled like any other. p: {idem, orderId}
CREATE OR REPLACE FUNCTION refunds_leave_unpaid(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := '{"refundId": null, "amountFen": 0}';
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  PERFORM orders_end(jsonb_build_object('orderId', p ->> 'orderId', 'to', 'cancelled'));
  RETURN v_answer;
END $$;

-- The ladder's difference: journal and count were posted when the group was complete; here is the refund that sends it.
CREATE OR REPLACE FUNCTION refunds_open_ladder(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO refund (refund_id, order_id, payment_id, merchant_id, buyer_id, kind, state, amount_fen, voucher_ids, reason, funded, accepted_at)
  VALUES (p ->> 'refundId', p ->> 'orderId', p ->> 'paymentId', p ->> 'merchantId', p ->> 'buyerId', 'ladder', 'accepted', (p ->> 'amountFen')::bigint, '{}', 'ladder', true, juke_now())
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  PERFORM kernel_emit('refund.accepted', p ->> 'refundId');
  PERFORM identity_notify(p ->> 'buyerId', 'group.ladder', jsonb_build_object('refundId', p ->> 'refundId', 'amountFen', (p ->> 'amountFen')::bigint, 'title', p ->> 'title'),
    '/pages/refund/index?id=' || (p ->> 'refundId'));
  RETURN '{}';
END $$;
