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
      -- Full, and perhaps by this very line, put in at the same moment (a button that was tapped twice): then it is changed, not added.
      IF v_slot IS NULL AND EXISTS (SELECT FROM cart_item WHERE person_id = p ->> 'personId' AND deal_id = p ->> 'dealId') THEN PERFORM juke_changed('cart'); END IF;
      IF v_slot IS NULL THEN PERFORM juke_refuse('CART_FULL', jsonb_build_object('limit', (p ->> 'most')::int)); END IF;
      INSERT INTO cart_item (person_id, deal_id, slot, quantity, share_token, unit_price_fen)
      VALUES (p ->> 'personId', p ->> 'dealId', v_slot, (p ->> 'quantity')::int, p ->> 'shareToken', (p ->> 'unitPriceFen')::bigint) ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN PERFORM juke_changed('cart'); END IF;
    END IF;
  END IF;
  RETURN jsonb_build_object('quantity', (p ->> 'quantity')::int, 'lines', (SELECT count(*) FROM cart_item WHERE person_id = p ->> 'personId'));
END $$;

-- Two accounts became one: what the other cart does not hold yet comes along, into its free slots; the latest first where not all fit.
CREATE OR REPLACE FUNCTION orders_move_cart(p_from text, p_to text) RETURNS void LANGUAGE sql AS $$
  WITH old AS (DELETE FROM cart_item WHERE person_id = p_from RETURNING *),
  wanted AS (SELECT o.*, row_number() OVER (ORDER BY put_in_at DESC, deal_id) AS n FROM old o WHERE NOT EXISTS (SELECT FROM cart_item c WHERE c.person_id = p_to AND c.deal_id = o.deal_id)),
  free AS (SELECT s AS slot, row_number() OVER (ORDER BY s) AS n FROM generate_series(1, 20) s WHERE s NOT IN (SELECT slot FROM cart_item WHERE person_id = p_to))
  INSERT INTO cart_item (person_id, deal_id, slot, quantity, share_token, unit_price_fen, put_in_at)
  SELECT p_to, w.deal_id, f.slot, w.quantity, w.share_token, w.unit_price_fen, w.put_in_at FROM wanted w JOIN free f USING (n)
$$;

-- Its person is gone.
CREATE OR REPLACE FUNCTION orders_empty_cart(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM cart_item WHERE person_id = p ->> 'personId';
  RETURN '{}';
END $$;
