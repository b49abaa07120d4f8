-- Two accounts became one: withdrawals follow, to the same WeChat as before. p: {from, to} → {left}
-- Of two open ones the old account's waits until it has ended, because a person has one open at a time.
CREATE OR REPLACE FUNCTION settlement_move_person(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_left int;
BEGIN
  UPDATE withdrawal SET person_id = p ->> 'to' WHERE person_id = p ->> 'from' AND NOT (state IN ('requested', 'awaiting_person') AND EXISTS (
    SELECT FROM withdrawal t WHERE t.person_id = p ->> 'to' AND t.state IN ('requested', 'awaiting_person')));
  SELECT count(*) INTO v_left FROM withdrawal WHERE person_id = p ->> 'from';
  RETURN jsonb_build_object('left', v_left);
END $$;
