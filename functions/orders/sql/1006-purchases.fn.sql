-- The saves of a purchase: placed whole or not at all, paid whole, ended whole. Its row is locked first, then its orders in the
-- order of their deals, so that two purchases of the same deals line up instead of waiting for each other.

-- Each order by the code of orders_place; the contended rows of all of them last, in the same order for everybody. What is
-- refused says which line it is. I-06, I-10, I-11, I-22, F-20. p: {idem, purchaseId, combineNo, buyerId, deviceId, surface, holdMs,
-- watchMs, hoardMax, hoardMs, orderIds, orders: [as for orders_place], uses}
CREATE OR REPLACE FUNCTION orders_place_purchase(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_expires timestamptz := v_now + (p ->> 'holdMs')::bigint * interval '1 millisecond';
  v_payable bigint := (SELECT sum((e ->> 'payableFen')::bigint) FROM jsonb_array_elements(p -> 'orders') e);
  v_answer jsonb := jsonb_build_object('purchaseId', p ->> 'purchaseId', 'orderIds', p -> 'orderIds', 'payableFen', v_payable, 'expiresAtMs', ms_of(v_expires));
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
  v_orders jsonb[] := ARRAY(SELECT e || jsonb_build_object('purchaseId', p ->> 'purchaseId', 'combineNo', p ->> 'combineNo', 'surface', p ->> 'surface', 'deviceId', p ->> 'deviceId')
    FROM jsonb_array_elements(p -> 'orders') e ORDER BY e ->> 'dealId');
  v jsonb;
  v_details text;
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  PERFORM orders_check_hoarding(p);
  INSERT INTO purchase (purchase_id, buyer_id, orders, payable_fen, placed_at, expires_at)
  VALUES (p ->> 'purchaseId', p ->> 'buyerId', cardinality(v_orders), v_payable, v_now, v_expires);
  DELETE FROM cart_item WHERE person_id = p ->> 'buyerId' AND deal_id IN (SELECT e ->> 'dealId' FROM unnest(v_orders) e);
  PERFORM kernel_emit('purchase.placed', p ->> 'purchaseId', '{}', v_now + (p ->> 'watchMs')::bigint * interval '1 millisecond');
  BEGIN
    FOREACH v IN ARRAY v_orders LOOP PERFORM orders_enter(v, v_now, v_expires); END LOOP;
    v := NULL;
    IF jsonb_array_length(p -> 'uses') > 0 THEN PERFORM coupons_hold(p -> 'uses', p ->> 'buyerId'); END IF;
    FOREACH v IN ARRAY v_orders LOOP
      PERFORM catalog_count_buyer(v ->> 'dealId', p ->> 'buyerId', (v ->> 'quantity')::int, (v ->> 'limit')::int);
    END LOOP;
    FOREACH v IN ARRAY v_orders LOOP
      PERFORM catalog_take_stock(v ->> 'dealId', (v ->> 'termsVersion')::int, (v ->> 'quantity')::int);
    END LOOP;
  EXCEPTION WHEN SQLSTATE 'JK001' THEN
    GET STACKED DIAGNOSTICS v_details = PG_EXCEPTION_DETAIL;
    PERFORM juke_refuse(SQLERRM, CASE WHEN v IS NULL THEN '{}' ELSE jsonb_build_object('dealId', v ->> 'dealId', 'title', v #>> '{snapshot,title}') END || v_details::jsonb);
  END;
  RETURN v_answer;
END $$;

-- An unpaid purchase ends whole: by its buyer at any time, by the clock at its expiry (F-16, I-25). p: {idem?, purchaseId, to}
CREATE OR REPLACE FUNCTION orders_end_purchase(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v purchase;
  v_order text;
  v_seen jsonb := kernel_accept(p -> 'idem', '{"ok": true}');
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  SELECT * INTO STRICT v FROM purchase WHERE purchase_id = p ->> 'purchaseId' FOR UPDATE;
  FOR v_order IN SELECT order_id FROM guest_order WHERE purchase_id = v.purchase_id ORDER BY deal_id LOOP
    IF orders_end(jsonb_build_object('orderId', v_order, 'purchaseId', v.purchase_id, 'to', p ->> 'to')) = '{"ok": false}' THEN RETURN '{"ok": false}'; END IF;
  END LOOP;
  PERFORM kernel_emit('purchase.ended', v.purchase_id);
  IF p ->> 'to' = 'expired' THEN
    PERFORM identity_notify(v.buyer_id, 'purchase.expired', jsonb_build_object('purchaseId', v.purchase_id, 'amountFen', v.payable_fen, 'count', v.orders), '/cart/pages/purchase/index?id=' || v.purchase_id);
  END IF;
  RETURN '{"ok": true}';
END $$;

-- The combined payment succeeded: every order of it is paid by the code of a single one, in one save. All are in one state, so
-- all have one outcome; what came too late or a second time goes back order by order (F-03, F-34). I-04, I-09, F-01, F-16.
-- p: {purchaseId, notice, payments: [as for orders_mark_paid]}
CREATE OR REPLACE FUNCTION orders_pay_purchase(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v jsonb;
  v_one text;
  v_outcome text;
BEGIN
  PERFORM referrals_line_up(ARRAY(SELECT x FROM jsonb_array_elements(p -> 'payments') e, unnest(ARRAY[e #>> '{reward,sharerId}', e #>> '{reward,friendId}']) x WHERE x IS NOT NULL));
  PERFORM FROM purchase WHERE purchase_id = p ->> 'purchaseId' FOR UPDATE;
  FOR v IN SELECT e FROM jsonb_array_elements(p -> 'payments') e JOIN guest_order o ON o.order_id = e ->> 'orderId' ORDER BY o.deal_id LOOP
    v_one := orders_mark_paid(v) ->> 'outcome';
    IF v_one <> v_outcome THEN RAISE EXCEPTION 'a combined payment was % and %', v_outcome, v_one; END IF;
    v_outcome := v_one;
  END LOOP;
  PERFORM payments_record_notice(p -> 'notice', CASE WHEN v_outcome = 'repeat' THEN 'repeat' ELSE 'paid' END);
  RETURN jsonb_build_object('outcome', v_outcome);
END $$;

-- Another way to pay is another combined payment with a number for each order (F-34: of two at once one opens it).
-- p: {purchaseId, combineNo, payments: [{orderId, paymentId, subMchid}], known: how many combined payments it was decided on}
CREATE OR REPLACE FUNCTION orders_open_combined(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v purchase;
  r record;
  v_opened int := 0;
BEGIN
  SELECT * INTO STRICT v FROM purchase WHERE purchase_id = p ->> 'purchaseId' FOR UPDATE;
  IF (SELECT count(*) FROM payments_of(p #>> '{payments,0,orderId}')) <> (p ->> 'known')::int THEN PERFORM juke_changed('payments'); END IF;
  FOR r IN SELECT o.*, e FROM jsonb_array_elements(p -> 'payments') e JOIN guest_order o ON o.order_id = e ->> 'orderId' AND o.purchase_id = v.purchase_id
    WHERE o.state || '' = 'unpaid' ORDER BY o.deal_id LOOP
    PERFORM payments_open(jsonb_build_object('paymentId', r.e ->> 'paymentId', 'orderId', r.order_id, 'merchantId', r.merchant_id, 'subMchid', r.e ->> 'subMchid',
      'amountFen', r.payable_fen, 'expiresAtMs', ms_of(r.expires_at), 'combineNo', p ->> 'combineNo'));
    v_opened := v_opened + 1;
  END LOOP;
  IF v_opened <> v.orders THEN PERFORM juke_refuse('ORDER_NOT_PAYABLE'); END IF;
  RETURN '{}';
END $$;

-- WeChat prepared it. p: {idem, purchaseId, combineNo, method, prepay, answer}
CREATE OR REPLACE FUNCTION orders_prepared_combined(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_seen jsonb := kernel_accept(p -> 'idem', p -> 'answer');
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  PERFORM FROM purchase WHERE purchase_id = p ->> 'purchaseId' FOR UPDATE;
  PERFORM payments_prepare_combined(p);
  RETURN p -> 'answer';
END $$;

-- WeChat closed it. p: {purchaseId, combineNo}
CREATE OR REPLACE FUNCTION orders_closed_combined(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM purchase WHERE purchase_id = p ->> 'purchaseId' FOR UPDATE;
  PERFORM payments_close_combined(p ->> 'combineNo', p ->> 'from');
  RETURN '{}';
END $$;
