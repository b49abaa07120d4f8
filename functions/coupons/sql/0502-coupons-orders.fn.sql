-- What the saves of orders and refunds call: a coupon is held with the order, used when it is paid, and comes back when every
-- order that carries a part of it has ended or went back unused. Guards I-11, F-20.

-- I-11: exactly the coupons this order was priced with, of this person, inside their validity; else nothing of the order stands.
-- p_uses: [{couponId, orderId, leadOrderId, discountFen, platformFen}]. Coupons are taken in one sorted order.
CREATE OR REPLACE FUNCTION coupons_hold(p_uses jsonb, p_person text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v coupon;
  r record;
  v_reason text;
BEGIN
  FOR r IN SELECT e ->> 'couponId' AS coupon_id, min(e ->> 'leadOrderId') AS lead FROM jsonb_array_elements(p_uses) e GROUP BY 1 ORDER BY 1 LOOP
    v_reason := NULL;
    BEGIN
      UPDATE coupon SET state = 'held', order_id = r.lead
      WHERE coupon_id = r.coupon_id AND owner_id = p_person AND state = 'available' AND valid_from <= v_now AND v_now < valid_until;
      IF NOT FOUND THEN v_reason := 'held'; END IF;
    EXCEPTION WHEN unique_violation THEN v_reason := 'not_new';
    END;
    IF v_reason IS NOT NULL THEN
      SELECT * INTO v FROM coupon WHERE coupon_id = r.coupon_id AND p_person IN (owner_id, given_by);
      v_reason := CASE WHEN v.owner_id <> p_person THEN 'given' WHEN v.state <> 'available' THEN v.state WHEN v_reason = 'not_new' THEN v_reason
        WHEN v_now < v.valid_from THEN 'not_started' WHEN v_now >= v.valid_until THEN 'expired' ELSE v_reason END;
      PERFORM juke_refuse('COUPON_NOT_USABLE', jsonb_build_object('couponId', r.coupon_id, 'reason', v_reason,
        'title', (SELECT title FROM coupon_offer WHERE offer_id = v.offer_id)));
    END IF;
  END LOOP;
  INSERT INTO coupon_use (coupon_id, order_id, discount_fen, platform_fen)
  SELECT e ->> 'couponId', e ->> 'orderId', (e ->> 'discountFen')::bigint, (e ->> 'platformFen')::bigint FROM jsonb_array_elements(p_uses) e;
END $$;

-- The order is paid: what it carries is used.
CREATE OR REPLACE FUNCTION coupons_use(p_order text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE coupon_use SET state = 'used' WHERE order_id = p_order AND state = 'held';
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE coupon SET state = 'used', used_at = juke_now()
  WHERE coupon_id IN (SELECT coupon_id FROM coupon_use WHERE order_id = p_order) AND state = 'held';
END $$;

-- The order ended unpaid, or all of it went back unused. The coupon's row lines up two carriers that end at once.
CREATE OR REPLACE FUNCTION coupons_return(p_order text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_ids text[] := ARRAY(SELECT coupon_id FROM coupon_use WHERE order_id = p_order AND state IN ('held', 'used') ORDER BY coupon_id);
  v coupon;
  v_was text;
BEGIN
  IF cardinality(v_ids) = 0 THEN RETURN; END IF;
  PERFORM FROM coupon WHERE coupon_id = ANY (v_ids) ORDER BY coupon_id FOR UPDATE;
  UPDATE coupon_use SET state = 'returned' WHERE order_id = p_order;
  FOR v IN SELECT * FROM coupon c WHERE coupon_id = ANY (v_ids)
    AND NOT EXISTS (SELECT FROM coupon_use u WHERE u.coupon_id = c.coupon_id AND u.state IN ('held', 'used')) ORDER BY coupon_id LOOP
    v_was := v.state;
    UPDATE coupon SET state = 'available', order_id = NULL, used_at = NULL,
      valid_until = CASE WHEN v_now < valid_until THEN valid_until ELSE v_now + grace_ms * interval '1 millisecond' END
    WHERE coupon_id = v.coupon_id RETURNING * INTO v;
    PERFORM kernel_emit('coupon.expiring', v.coupon_id, '{}', v.valid_until);
    PERFORM kernel_emit('coupon.ending', v.coupon_id);
    IF v_was = 'used' THEN PERFORM coupons_tell(v, 'coupon.returned', v.owner_id, '{}'); END IF;
  END LOOP;
END $$;

-- A notice about a coupon, with the words of its offer.
CREATE OR REPLACE FUNCTION coupons_tell(p_coupon coupon, p_kind text, p_person text, p_more jsonb) RETURNS void LANGUAGE sql AS $$
  SELECT identity_notify(p_person, p_kind, jsonb_build_object('couponId', p_coupon.coupon_id, 'untilMs', ms_of(p_coupon.valid_until),
    'title', (SELECT title FROM coupon_offer WHERE offer_id = p_coupon.offer_id)) || p_more, '/coupons/pages/mine/index')
$$;

-- Two accounts became one: coupons, counts and gifts follow. What an order that stays behind holds (p_left) waits with it.
CREATE OR REPLACE FUNCTION coupons_move_person(p_from text, p_to text, p_left text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Both were new guests there: the surviving account's first order is the one that counts.
  UPDATE coupon c SET first_at = NULL WHERE owner_id = p_from AND state IN ('held', 'used') AND first_at IS NOT NULL AND EXISTS (
    SELECT FROM coupon t WHERE t.owner_id = p_to AND t.first_at = c.first_at AND t.state IN ('held', 'used'));
  UPDATE coupon SET owner_id = p_to WHERE owner_id = p_from AND NOT (state = 'held' AND EXISTS (
    SELECT FROM coupon_use u WHERE u.coupon_id = coupon.coupon_id AND u.state = 'held' AND u.order_id = ANY (p_left)));
  UPDATE coupon SET given_by = p_to WHERE given_by = p_from;
  UPDATE coupon_gift SET giver_id = p_to WHERE giver_id = p_from;
  UPDATE coupon_gift SET taken_by = p_to WHERE taken_by = p_from;
  WITH old AS (DELETE FROM coupon_claim WHERE person_id = p_from RETURNING *)
  INSERT INTO coupon_claim AS c (offer_id, person_id, claimed, received) SELECT offer_id, p_to, claimed, received FROM old ORDER BY offer_id
  ON CONFLICT (offer_id, person_id) DO UPDATE SET claimed = c.claimed + excluded.claimed, received = c.received + excluded.received;
END $$;
