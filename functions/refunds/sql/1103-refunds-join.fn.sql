-- Two accounts became one: refunds follow their orders; the money goes back the way it came all the same.
CREATE OR REPLACE FUNCTION refunds_move_person(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE refund SET buyer_id = p ->> 'to' WHERE buyer_id = p ->> 'from';
  RETURN '{"left": 0}';
END $$;
