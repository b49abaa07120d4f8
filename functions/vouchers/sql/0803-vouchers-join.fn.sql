-- Two accounts became one: the vouchers of the moved orders follow (I-13), and a lock against guessing stays (A-10).
CREATE OR REPLACE FUNCTION vouchers_move_person(p_from text, p_to text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE voucher_set SET owner_id = p_to WHERE order_id IN (SELECT order_id FROM voucher WHERE owner_id = p_from) AND owner_id = p_from;
  UPDATE voucher SET owner_id = p_to WHERE owner_id = p_from;
  WITH old AS (DELETE FROM code_miss WHERE person_id = p_from RETURNING *)
  INSERT INTO code_miss AS m (person_id, window_at, misses, locked_until) SELECT p_to, window_at, misses, locked_until FROM old
  ON CONFLICT (person_id) DO UPDATE SET locked_until = greatest(m.locked_until, excluded.locked_until);
END $$;
