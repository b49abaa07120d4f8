-- `state || ''` below: an order is found by its key. A plan that was made while few orders were unpaid would rather read all
-- unpaid ones through their partial index, and keep doing so when a sale has made them many.

-- A-34: who held too much for long lately and did not pay waits. What was placed together counts once.
CREATE OR REPLACE FUNCTION orders_check_hoarding(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(DISTINCT coalesce(purchase_id, order_id)) FROM guest_order WHERE buyer_id = p ->> 'buyerId'
      AND hoarded_at > juke_now() - (p ->> 'hoardMs')::bigint * interval '1 millisecond') >= (p ->> 'hoardMax')::int THEN
    PERFORM juke_refuse('HOARDING');
  END IF;
END $$;

-- An order's own rows: what nobody else contends for. The caller holds coupons, seat and stock after it, in that order.
CREATE OR REPLACE FUNCTION orders_enter(p jsonb, p_now timestamptz, p_expires timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_order text := p ->> 'orderId';
BEGIN
  PERFORM catalog_check_sale(p ->> 'dealId', (p ->> 'termsVersion')::int, p ->> 'priceKind', p_now);
  INSERT INTO guest_order (order_id, merchant_id, buyer_id, deal_id, terms_version, quantity, unit_price_fen, discount_fen, payable_fen, surface, device_id,
    placed_at, expires_at, commission_bps, rebate_bps, rebate_cap_fen, valid_days, price_kind, subsidy_fen, fulfilment, group_id, purchase_id, snapshot)
  VALUES (v_order, p ->> 'merchantId', p ->> 'buyerId', p ->> 'dealId', (p ->> 'termsVersion')::int, (p ->> 'quantity')::int, (p ->> 'unitPriceFen')::bigint,
    (p ->> 'discountFen')::bigint, (p ->> 'payableFen')::bigint, p ->> 'surface', p ->> 'deviceId', p_now, p_expires, (p ->> 'commissionBps')::int,
    (p ->> 'rebateBps')::int, (p ->> 'rebateCapFen')::bigint, (p ->> 'validDays')::int, p ->> 'priceKind', (p ->> 'subsidyFen')::bigint, p ->> 'fulfilment', p #>> '{seat,groupId}', p ->> 'purchaseId', p -> 'snapshot')
  ON CONFLICT (buyer_id, deal_id) WHERE state = 'unpaid' DO NOTHING;
  IF NOT FOUND THEN
    PERFORM juke_refuse('UNPAID_ORDER_EXISTS', coalesce((SELECT jsonb_build_object('orderId', order_id, 'purchaseId', purchase_id)
      FROM guest_order WHERE buyer_id = p ->> 'buyerId' AND deal_id = p ->> 'dealId' AND state = 'unpaid'), '{}'));
  END IF;
  INSERT INTO order_line (order_id, line, kind, amount_fen, coupon_id, title, platform_fen)
  SELECT v_order, n, e ->> 'kind', (e ->> 'amountFen')::bigint, e ->> 'couponId', e ->> 'title', (e ->> 'platformFen')::bigint FROM jsonb_array_elements(p -> 'lines') WITH ORDINALITY AS x (e, n);
  PERFORM payments_open(jsonb_build_object('paymentId', p ->> 'paymentId', 'orderId', v_order, 'merchantId', p ->> 'merchantId', 'subMchid', p ->> 'subMchid',
    'amountFen', (p ->> 'payableFen')::bigint, 'expiresAtMs', ms_of(p_expires), 'combineNo', p ->> 'combineNo'));
  IF jsonb_typeof(p -> 'attribution') = 'object' THEN PERFORM referrals_attribute(p -> 'attribution'); END IF;
  PERFORM kernel_event('convert', 'order.placed', p ->> 'merchantId', NULL, p ->> 'buyerId', v_order, p #>> '{attribution,token}');
END $$;

-- The save of placing an order: one round trip, fixed order of checks, idempotency first, the contended rows last.
-- I-06, I-10, I-11, I-12, I-17, I-22, F-20. Anything refused leaves nothing.
CREATE OR REPLACE FUNCTION orders_place(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_expires timestamptz := v_now + (p ->> 'holdMs')::bigint * interval '1 millisecond';
  v_answer jsonb := jsonb_build_object('orderId', p ->> 'orderId', 'payableFen', (p ->> 'payableFen')::bigint, 'expiresAtMs', ms_of(v_expires));
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  IF jsonb_typeof(p -> 'seat') = 'object' THEN PERFORM group_buys_look(p -> 'seat'); END IF;
  PERFORM orders_check_hoarding(p);
  PERFORM orders_enter(p, v_now, v_expires);
  PERFORM kernel_emit('order.placed', p ->> 'orderId', '{}', v_now + (p ->> 'watchMs')::bigint * interval '1 millisecond');
  IF jsonb_array_length(p -> 'uses') > 0 THEN PERFORM coupons_hold(p -> 'uses', p ->> 'buyerId'); END IF;
  PERFORM catalog_count_buyer(p ->> 'dealId', p ->> 'buyerId', (p ->> 'quantity')::int, (p ->> 'limit')::int);
  -- The contended rows last, always in this order: the group, then the stock.
  IF jsonb_typeof(p -> 'seat') = 'object' THEN PERFORM group_buys_take_seat(p -> 'seat'); END IF;
  PERFORM catalog_take_stock(p ->> 'dealId', (p ->> 'termsVersion')::int, (p ->> 'quantity')::int);
  RETURN v_answer;
END $$;

-- End of the last valid day in Shanghai, of what is issued now.
CREATE OR REPLACE FUNCTION orders_valid_until(p_days int) RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT ((juke_now() AT TIME ZONE 'Asia/Shanghai')::date + p_days + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' $$;

-- unpaid → paid once: journal, vouchers, expected reward and facts in the same commit. I-04, I-09, I-13, F-01, F-16, F-34.
-- A payment that comes too late or a second time is recorded and refunded in full (F-03): outcome 'late' or 'double'.
CREATE OR REPLACE FUNCTION orders_mark_paid(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v guest_order;
  v_now timestamptz := juke_now();
  v_until timestamptz;
  v_seat text;
BEGIN
  IF jsonb_typeof(p -> 'reward') = 'object' THEN PERFORM referrals_line_up(ARRAY[p #>> '{reward,sharerId}', p #>> '{reward,friendId}']); END IF;
  IF NOT payments_succeed(p ->> 'paymentId', p ->> 'transactionId', p ->> 'payerOpenid', time_of((p ->> 'successAtMs')::bigint)) THEN
    -- F-33: by another transaction, since it was looked at? That is no repeat.
    IF NOT EXISTS (SELECT FROM payments_find(p ->> 'paymentId') WHERE transaction_id = p ->> 'transactionId') THEN PERFORM juke_changed('payment'); END IF;
    PERFORM payments_record_notice(p -> 'notice', 'repeat');
    RETURN '{"outcome": "repeat"}';
  END IF;
  PERFORM payments_record_notice(p -> 'notice', 'paid');
  IF jsonb_typeof(p -> 'group') = 'object' THEN
    -- A seat that the group gives no more (F-18): the order ends here, and what was paid for it goes back whole.
    PERFORM FROM guest_order WHERE order_id = p ->> 'orderId' AND state || '' = 'unpaid' FOR UPDATE;
    IF FOUND THEN v_seat := group_buys_confirm(p -> 'group'); END IF;
    IF v_seat = 'late' THEN PERFORM orders_end(jsonb_build_object('orderId', p ->> 'orderId', 'to', 'cancelled', 'isGroupOver', true)); END IF;
  END IF;
  UPDATE guest_order SET state = 'paid', paid_at = v_now, provider_fee_fen = (p ->> 'providerFeeFen')::bigint
  WHERE order_id = p ->> 'orderId' AND state || '' = 'unpaid' RETURNING * INTO v;
  IF NOT FOUND THEN
    SELECT * INTO STRICT v FROM guest_order WHERE order_id = p ->> 'orderId';
    PERFORM payments_mark_unwanted(p ->> 'paymentId');
    PERFORM ledger_post('payment.unwanted', p ->> 'paymentId', v.merchant_id, v.order_id, jsonb_build_array(
      jsonb_build_object('a', 'provider', 'o', v.merchant_id, 'f', -v.payable_fen), jsonb_build_object('a', 'refund-transit', 'o', v.merchant_id, 'f', v.payable_fen)));
    PERFORM kernel_emit('payment.unwanted', p ->> 'paymentId', jsonb_build_object('kind', CASE WHEN v.paid_at IS NULL THEN 'late_payment' ELSE 'double_payment' END));
    RETURN jsonb_build_object('outcome', CASE WHEN v.paid_at IS NULL THEN 'late' ELSE 'double' END);
  END IF;
  PERFORM ledger_post('payment', p ->> 'paymentId', v.merchant_id, v.order_id, jsonb_build_array(
    jsonb_build_object('a', 'provider', 'o', v.merchant_id, 'f', -v.payable_fen),
    jsonb_build_object('a', 'provider-fee', 'o', v.merchant_id, 'f', v.provider_fee_fen),
    jsonb_build_object('a', 'merchant-frozen', 'o', v.merchant_id, 'f', v.payable_fen - v.provider_fee_fen)));
  IF jsonb_typeof(p -> 'reward') = 'object' THEN PERFORM referrals_expect(p -> 'reward'); END IF;
  PERFORM coupons_use(v.order_id);
  PERFORM kernel_emit('order.paid', v.order_id);
  PERFORM kernel_event('convert', 'order.paid', v.merchant_id, NULL, v.buyer_id, v.order_id, p ->> 'shareToken');
  IF v.group_id IS NOT NULL THEN
    PERFORM orders_tell_seat(v, v_seat);
    IF v_seat = 'completed' THEN PERFORM orders_complete_group(v.group_id, p #> '{group,orders}'); END IF;
    RETURN '{"outcome": "paid"}';
  END IF;
  v_until := orders_valid_until(v.valid_days);
  PERFORM vouchers_issue(v.order_id, v.merchant_id, v.deal_id, v.buyer_id, p -> 'vouchers', v_until, v.commission_bps);
  PERFORM identity_notify(v.buyer_id, 'order.paid', jsonb_build_object('orderId', v.order_id, 'title', v.snapshot ->> 'title', 'amountFen', v.payable_fen, 'untilMs', ms_of(v_until)),
    '/pages/order/index?id=' || v.order_id);
  PERFORM catalog_sell_stock(v.deal_id, v.quantity);
  RETURN '{"outcome": "paid"}';
END $$;

-- An unpaid order ends: by its buyer at any time, by the clock at its expiry (half-open, database clock: I-25, F-16), with its group.
CREATE OR REPLACE FUNCTION orders_end(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v guest_order;
  v_seen jsonb := kernel_accept(p -> 'idem', '{"ok": true}');
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE guest_order SET state = p ->> 'to',
    hoarded_at = CASE WHEN p ->> 'to' = 'expired' OR (p ->> 'isGroupOver') IS NULL AND juke_now() - placed_at > (expires_at - placed_at) / 3 THEN juke_now() END
  WHERE order_id = p ->> 'orderId' AND state || '' = 'unpaid' AND purchase_id IS NOT DISTINCT FROM p ->> 'purchaseId'
    AND (p ->> 'to' = 'cancelled' OR expires_at <= juke_now()) RETURNING * INTO v;
  IF NOT FOUND THEN
    IF p ->> 'to' = 'cancelled' AND (p ->> 'isGroupOver') IS NULL THEN PERFORM juke_refuse('ORDER_STATE'); END IF;
    RETURN '{"ok": false}';
  END IF;
  PERFORM coupons_return(v.order_id);
  IF v.group_id IS NOT NULL THEN PERFORM group_buys_release(v.group_id, v.order_id); END IF;
  PERFORM catalog_release_stock(v.deal_id, v.buyer_id, v.quantity);
  -- What belongs to a purchase ends with all of it, and is told once.
  IF v.purchase_id IS NOT NULL THEN RETURN '{"ok": true}'; END IF;
  PERFORM kernel_emit('order.ended', v.order_id);
  IF (p ->> 'isGroupOver')::boolean THEN
    PERFORM identity_notify(v.buyer_id, 'group.ended', jsonb_build_object('orderId', v.order_id, 'title', v.snapshot ->> 'title'), '/pages/group/index?id=' || v.group_id);
  ELSIF p ->> 'to' = 'expired' THEN
    PERFORM identity_notify(v.buyer_id, 'order.expired', jsonb_build_object('orderId', v.order_id, 'title', v.snapshot ->> 'title',
      'minutes', greatest(1, round(extract(epoch FROM v.expires_at - v.placed_at) / 60))), '/pages/order/index?id=' || v.order_id);
  END IF;
  RETURN '{"ok": true}';
END $$;

-- A second intent for the same order (another way to pay). p: {orderId, paymentId, subMchid, known: how many it was decided on (F-34: of two
-- at once one opens it)}
CREATE OR REPLACE FUNCTION orders_open_payment(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v guest_order;
BEGIN
  SELECT * INTO v FROM guest_order WHERE order_id = p ->> 'orderId' AND state || '' = 'unpaid' FOR UPDATE;
  IF NOT FOUND THEN PERFORM juke_refuse('ORDER_NOT_PAYABLE'); END IF;
  IF (SELECT count(*) FROM payments_of(v.order_id)) <> (p ->> 'known')::int THEN PERFORM juke_changed('payments'); END IF;
  PERFORM payments_open(jsonb_build_object('paymentId', p ->> 'paymentId', 'orderId', v.order_id, 'merchantId', v.merchant_id, 'subMchid', p ->> 'subMchid',
    'amountFen', v.payable_fen, 'expiresAtMs', ms_of(v.expires_at)));
  RETURN '{}';
END $$;

-- I-07: the counter of refunds succeeded and in flight; the fee that WeChat gives back with them. p_buyer: who the caller takes for its
-- buyer (I-10: two accounts may have become one since); NULL: the caller counts nothing of theirs.
DROP FUNCTION IF EXISTS orders_count_refund(text, bigint, bigint, bigint);
CREATE OR REPLACE FUNCTION orders_count_refund(p_order text, p_amount bigint, p_expected bigint, p_fee_back bigint, p_buyer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE guest_order SET refunded_fen = refunded_fen + p_amount, provider_fee_fen = provider_fee_fen - p_fee_back
  WHERE order_id = p_order AND refunded_fen = p_expected AND state IN ('paid', 'completed') AND buyer_id = coalesce(p_buyer, buyer_id);
  IF NOT FOUND THEN PERFORM juke_changed('order'); END IF;
END $$;
CREATE OR REPLACE FUNCTION orders_give_back_fee(p_order text, p_fee_back bigint) RETURNS void LANGUAGE sql AS
  $$ UPDATE guest_order SET provider_fee_fen = provider_fee_fen - p_fee_back WHERE order_id = p_order $$;
-- Every voucher's money went back.
CREATE OR REPLACE FUNCTION orders_refunded(p_order text) RETURNS void LANGUAGE sql AS
  $$ UPDATE guest_order SET state = 'refunded' WHERE order_id = p_order AND state IN ('paid', 'completed') AND refunded_fen = payable_fen $$;
-- Served (nothing left to use) or open again after an undo, by the set of vouchers as it was seen: a late look changes nothing.
-- p: {orderId, to, setVersion}
CREATE OR REPLACE FUNCTION orders_serve(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM vouchers_need_set(p ->> 'orderId', (p ->> 'setVersion')::int);
  UPDATE guest_order SET state = p ->> 'to' WHERE order_id = p ->> 'orderId' AND state = CASE WHEN p ->> 'to' = 'completed' THEN 'paid' ELSE 'completed' END;
  RETURN '{}';
END $$;
