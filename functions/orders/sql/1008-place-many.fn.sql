-- Attempts on one deal at one price that arrived together, saved together: H2, C4, I-10, I-22, A-34. Each wins or loses on its
-- own, by orders_place's checks in orders_place's order; what it would have written is written for all winners at once.
-- p: {attempts: [what orders_place takes, of different persons, without coupons and seat]}, in the order of their turns
-- Answers [{answer} | {refuse, details} | {changed}], in the same order. What was decided is guarded by what is written: when
-- anybody else was quicker, nothing is saved and the caller tries each attempt by itself.
CREATE OR REPLACE FUNCTION orders_place_many(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_first jsonb := p #> '{attempts,0}';
  v_deal text := v_first ->> 'dealId';
  v_version int := (v_first ->> 'termsVersion')::int;
  v_problem jsonb := catalog_sale_problem(v_deal, v_version, v_first ->> 'priceKind', v_now);
  v_stock record;
  v_left int;
  v_taken int := 0;
  v_expires timestamptz;
  v_verdict jsonb;
  v_out jsonb[] := '{}';
  v_won jsonb[] := '{}';
  v_wins jsonb;
  v_orders text[];
  v_count int;
  v_saved int;
  r record;
BEGIN
  SELECT available, terms_version INTO v_stock FROM catalog_stock(v_deal);
  v_left := v_stock.available;
  FOR r IN
    SELECT x.a, (x.a ->> 'quantity')::int AS quantity, k.n AS known, k.code, k.answer, u.order_id AS unpaid, u.purchase_id AS unpaid_purchase, catalog_bought(v_deal, x.a ->> 'buyerId') AS bought,
      (SELECT count(DISTINCT coalesce(h.purchase_id, h.order_id)) FROM guest_order h WHERE h.buyer_id = x.a ->> 'buyerId'
        AND h.hoarded_at > v_now - (x.a ->> 'hoardMs')::bigint * interval '1 millisecond') >= (x.a ->> 'hoardMax')::int AS hoards
    FROM jsonb_array_elements(p -> 'attempts') WITH ORDINALITY AS x (a, n)
    LEFT JOIN kernel_known((SELECT jsonb_agg(jsonb_build_object('n', y.n, 'idem', y.a -> 'idem')) FROM jsonb_array_elements(p -> 'attempts') WITH ORDINALITY AS y (a, n))) k ON k.n = x.n
    -- Row by row through the index: a plan for a hundred attempts would read every unpaid order.
    LEFT JOIN LATERAL (SELECT g.order_id, g.purchase_id FROM guest_order g WHERE g.buyer_id = x.a ->> 'buyerId' AND g.deal_id = v_deal AND g.state = 'unpaid' LIMIT 1) u ON true
    ORDER BY x.n
  LOOP
    v_verdict := CASE
      WHEN r.code IS NOT NULL THEN jsonb_build_object('refuse', r.code, 'details', '{}'::jsonb)
      WHEN r.known IS NOT NULL THEN jsonb_build_object('answer', r.answer)
      WHEN r.hoards THEN '{"refuse": "HOARDING", "details": {}}'
      WHEN v_problem IS NOT NULL THEN v_problem
      WHEN r.unpaid IS NOT NULL THEN jsonb_build_object('refuse', 'UNPAID_ORDER_EXISTS', 'details', jsonb_build_object('orderId', r.unpaid, 'purchaseId', r.unpaid_purchase))
      WHEN r.bought + r.quantity > (r.a ->> 'limit')::int THEN jsonb_build_object('refuse', 'LIMIT_PER_PERSON', 'details', jsonb_build_object('limit', (r.a ->> 'limit')::int))
      WHEN v_stock.terms_version IS DISTINCT FROM v_version THEN '{"changed": "deal terms"}'
      WHEN r.quantity > v_left THEN jsonb_build_object('refuse', 'SOLD_OUT', 'details', jsonb_build_object('available', v_left)) END;
    IF v_verdict IS NULL THEN
      v_expires := v_now + (r.a ->> 'holdMs')::bigint * interval '1 millisecond';
      v_verdict := jsonb_build_object('answer', jsonb_build_object('orderId', r.a ->> 'orderId', 'payableFen', (r.a ->> 'payableFen')::bigint, 'expiresAtMs', ms_of(v_expires)));
      v_won := v_won || (r.a || v_verdict || jsonb_build_object('amountFen', (r.a ->> 'payableFen')::bigint, 'expiresAtMs', ms_of(v_expires), 'expiresAt', v_expires));
      v_left := v_left - r.quantity;
      v_taken := v_taken + r.quantity;
    END IF;
    v_out := v_out || v_verdict;
  END LOOP;
  v_count := cardinality(v_won);
  IF v_count = 0 THEN RETURN to_jsonb(v_out); END IF;

  v_wins := to_jsonb(v_won);
  IF kernel_accept_all(v_wins) <> v_count THEN PERFORM juke_changed('keys'); END IF;
  INSERT INTO guest_order (order_id, merchant_id, buyer_id, deal_id, terms_version, quantity, unit_price_fen, discount_fen, payable_fen, surface, device_id,
    placed_at, expires_at, commission_bps, rebate_bps, rebate_cap_fen, valid_days, price_kind, subsidy_fen, fulfilment, snapshot)
  SELECT a ->> 'orderId', a ->> 'merchantId', a ->> 'buyerId', v_deal, v_version, (a ->> 'quantity')::int, (a ->> 'unitPriceFen')::bigint,
    (a ->> 'discountFen')::bigint, (a ->> 'payableFen')::bigint, a ->> 'surface', a ->> 'deviceId', v_now, (a ->> 'expiresAt')::timestamptz, (a ->> 'commissionBps')::int,
    (a ->> 'rebateBps')::int, (a ->> 'rebateCapFen')::bigint, (a ->> 'validDays')::int, a ->> 'priceKind', (a ->> 'subsidyFen')::bigint, a ->> 'fulfilment', a -> 'snapshot'
  FROM unnest(v_won) a ORDER BY a ->> 'buyerId' ON CONFLICT (buyer_id, deal_id) WHERE state = 'unpaid' DO NOTHING;
  GET DIAGNOSTICS v_saved = ROW_COUNT;
  IF v_saved <> v_count THEN PERFORM juke_changed('orders'); END IF;
  INSERT INTO order_line (order_id, line, kind, amount_fen, coupon_id, title, platform_fen)
  SELECT a ->> 'orderId', n, e ->> 'kind', (e ->> 'amountFen')::bigint, e ->> 'couponId', e ->> 'title', (e ->> 'platformFen')::bigint
  FROM unnest(v_won) a CROSS JOIN jsonb_array_elements(a -> 'lines') WITH ORDINALITY AS x (e, n);
  PERFORM payments_open(v_wins);
  PERFORM referrals_attribute(a -> 'attribution') FROM unnest(v_won) a WHERE jsonb_typeof(a -> 'attribution') = 'object';
  v_orders := ARRAY(SELECT a ->> 'orderId' FROM unnest(v_won) a);
  PERFORM kernel_emit_all('order.placed', v_orders, v_now + (v_first ->> 'watchMs')::bigint * interval '1 millisecond');
  PERFORM kernel_event('convert', 'order.placed', a ->> 'merchantId', NULL, a ->> 'buyerId', a ->> 'orderId', a #>> '{attribution,token}') FROM unnest(v_won) a;
  IF catalog_count_buyers(v_deal, v_wins, (v_first ->> 'limit')::int) <> v_count THEN PERFORM juke_changed('buyers'); END IF;
  PERFORM catalog_take_stock(v_deal, v_version, v_taken);
  RETURN to_jsonb(v_out);
END $$;
