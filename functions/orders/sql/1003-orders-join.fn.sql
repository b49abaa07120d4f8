-- Two accounts became one: all of the trade follows in one save, so that an order, its vouchers, its attribution and what the
-- person has of the deal never disagree (I-10, I-13, I-17). p: {from, to} → {left}
-- One thing waits: an unpaid order of a deal for which the other account has an unpaid one too. It ends by itself.
CREATE OR REPLACE FUNCTION orders_move_person(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_from text := p ->> 'from';
  v_to text := p ->> 'to';
  v_left int;
BEGIN
  -- The orders of a purchase stay or go together.
  UPDATE guest_order o SET buyer_id = v_to WHERE buyer_id = v_from AND NOT EXISTS (
    SELECT FROM guest_order w JOIN guest_order t ON t.buyer_id = v_to AND t.deal_id = w.deal_id AND t.state = 'unpaid'
    WHERE w.buyer_id = v_from AND w.state = 'unpaid' AND (w.order_id = o.order_id OR w.purchase_id = o.purchase_id));
  UPDATE purchase u SET buyer_id = v_to WHERE buyer_id = v_from AND NOT EXISTS (SELECT FROM guest_order o WHERE o.purchase_id = u.purchase_id AND o.buyer_id = v_from);
  -- An order that was being placed meanwhile stays behind with its units, until the next look.
  PERFORM catalog_wait_for_buyer(v_from);
  SELECT count(*) INTO v_left FROM guest_order WHERE buyer_id = v_from;
  PERFORM catalog_move_buyer(v_from, v_to, (SELECT coalesce(jsonb_object_agg(deal_id, quantity), '{}') FROM guest_order WHERE buyer_id = v_from));
  PERFORM coupons_move_person(v_from, v_to, ARRAY(SELECT order_id FROM guest_order WHERE buyer_id = v_from));
  PERFORM group_buys_move_person(v_from, v_to, ARRAY(SELECT order_id FROM guest_order WHERE buyer_id = v_from));
  PERFORM referrals_move_person(v_from, v_to);
  PERFORM vouchers_move_person(v_from, v_to);
  PERFORM orders_move_cart(v_from, v_to);
  RETURN jsonb_build_object('left', v_left);
END $$;
