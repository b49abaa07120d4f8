-- Orders of group buys: vouchers for all members in the save that completes the group, or the way back for all. Guards I-12, I-13, F-18.

-- A seat was paid: its guest, and the host where it is somebody else's group, hear of it. Who completed it hears of that instead.
CREATE OR REPLACE FUNCTION orders_tell_seat(v guest_order, p_seat text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_link text := '/pages/group/index?id=' || v.group_id;
  v_host text := group_buys_host(v.group_id);
  v_body jsonb := jsonb_build_object('orderId', v.order_id, 'groupId', v.group_id, 'title', v.snapshot ->> 'title', 'amountFen', v.payable_fen, 'friendId', v.buyer_id) || group_buys_count(v.group_id);
BEGIN
  PERFORM kernel_event('convert', 'group.' || p_seat, v.merchant_id, NULL, v.buyer_id, v.group_id, NULL);
  PERFORM kernel_emit('group.changed', v.group_id);
  IF p_seat = 'completed' THEN RETURN; END IF;
  PERFORM identity_notify(v.buyer_id, CASE WHEN p_seat = 'opened' THEN 'group.opened' ELSE 'group.seated' END, v_body, v_link);
  IF v_host <> v.buyer_id THEN PERFORM identity_notify(v_host, 'group.joined', v_body, v_link); END IF;
END $$;

-- The group is complete: each member's voucher, worth what was paid in the end, and a ladder's difference on its way back, in one commit.
-- p_orders: [{orderId, vouchers, ladderFen, feeBackFen, refundId, rewardFen}] by order id.
CREATE OR REPLACE FUNCTION orders_complete_group(p_group text, p_orders jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v guest_order;
  e jsonb;
  v_ladder bigint;
  v_until timestamptz;
BEGIN
  FOR e IN SELECT x FROM jsonb_array_elements(p_orders) x LOOP
    v_ladder := (e ->> 'ladderFen')::bigint;
    UPDATE guest_order SET ladder_fen = v_ladder, refunded_fen = refunded_fen + v_ladder, provider_fee_fen = provider_fee_fen - (e ->> 'feeBackFen')::bigint
    WHERE order_id = e ->> 'orderId' AND group_id = p_group AND state = 'paid' AND refunded_fen = 0 RETURNING * INTO v;
    IF NOT FOUND THEN PERFORM juke_changed('order of the group'); END IF;
    IF v_ladder > 0 THEN
      PERFORM ledger_post('refund', e ->> 'refundId', v.merchant_id, v.order_id, jsonb_build_array(
        jsonb_build_object('a', 'merchant-frozen', 'o', v.merchant_id, 'f', -(v_ladder - (e ->> 'feeBackFen')::bigint)),
        jsonb_build_object('a', 'provider-fee', 'o', v.merchant_id, 'f', -(e ->> 'feeBackFen')::bigint),
        jsonb_build_object('a', 'refund-transit', 'o', v.merchant_id, 'f', v_ladder)));
      PERFORM referrals_expect_less(v.order_id, v.payable_fen - v_ladder, (e ->> 'rewardFen')::bigint, 'ladder');
      PERFORM kernel_emit('order.overpaid', v.order_id, jsonb_build_object('refundId', e ->> 'refundId'));
    END IF;
    v_until := orders_valid_until(v.valid_days);
    PERFORM vouchers_issue(v.order_id, v.merchant_id, v.deal_id, v.buyer_id, e -> 'vouchers', v_until, v.commission_bps);
    PERFORM kernel_emit('order.issued', v.order_id);
    PERFORM identity_notify(v.buyer_id, 'group.full', jsonb_build_object('orderId', v.order_id, 'groupId', p_group, 'title', v.snapshot ->> 'title', 'amountFen', v.payable_fen - v_ladder,
      'untilMs', ms_of(v_until)), '/pages/order/index?id=' || v.order_id);
  END LOOP;
  PERFORM catalog_sell_stock(v.deal_id, jsonb_array_length(p_orders));
END $$;

-- The deadline's end. A failed group's orders go back whole, each by a fact of its own. p: {groupId, to, orderIds: sorted, orders}
CREATE OR REPLACE FUNCTION orders_finish_group(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v guest_order;
  v_group text := p ->> 'groupId';
BEGIN
  PERFORM group_buys_finish(v_group, p ->> 'to', p -> 'orderIds');
  PERFORM kernel_emit('group.changed', v_group);
  IF p ->> 'to' = 'succeeded' THEN
    PERFORM orders_complete_group(v_group, p -> 'orders');
    RETURN '{}';
  END IF;
  FOR v IN SELECT * FROM guest_order WHERE order_id IN (SELECT jsonb_array_elements_text(p -> 'orderIds')) ORDER BY order_id LOOP
    PERFORM kernel_emit('order.unseated', v.order_id);
    PERFORM identity_notify(v.buyer_id, 'group.failed', jsonb_build_object('orderId', v.order_id, 'groupId', v_group, 'title', v.snapshot ->> 'title', 'amountFen', v.payable_fen)
      || group_buys_count(v_group), '/pages/order/index?id=' || v.order_id);
  END LOOP;
  RETURN '{}';
END $$;
