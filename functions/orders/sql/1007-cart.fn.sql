-- The cart. A line has a slot of its own: the limit is a key, not a count.
-- p: {personId, dealId, quantity (0: out), shareToken|null, unitPriceFen, most} → {quantity, lines}
CREATE OR REPLACE FUNCTION orders_set_cart_item(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_slot int;
BEGIN
  IF (p ->> 'quantity')::int = 0 THEN
    DELETE FROM cart_item WHERE person_id = p ->> 'personId' AND deal_id = p ->> 'dealId';
  ELSE
    UPDATE cart_item SET quantity = (p ->> 'quantity')::int, share_token = coalesce(p ->> 'shareToken', share_token)
    WHERE person_id = p ->> 'personId' AND deal_id = p ->> 'dealId';
    IF NOT FOUND THEN
      SELECT min(n) INTO v_slot FROM generate_series(1, (p ->> 'most')::int) n WHERE n NOT IN (SELECT slot FROM cart_item WHERE person_id = p ->> 'personId');
      IF v_slot IS NULL THEN PERFORM juke_refuse('CART_FULL', jsonb_build_object('limit', (p ->> 'most')::int)); END IF;
      INSERT INTO cart_item (person_id, deal_id, slot, quantity, share_token, unit_price_fen)
      VALUES (p ->> 'personId', p ->> 'dealId', v_slot, (p ->> 'quantity')::int, p ->> 'shareToken', (p ->> 'unitPriceFen')::bigint) ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN PERFORM juke_changed('cart'); END IF;
    END IF;
  END IF;
  RETURN jsonb_build_object('quantity', (p ->> 'quantity')::int, 'lines', (SELECT count(*) FROM cart_item WHERE person_id = p ->> 'personId'));
END $$;
