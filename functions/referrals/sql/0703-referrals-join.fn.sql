-- Two accounts became one: links, visits, attributions and rewards follow, with the wallet, in one save. Guards I-16, I-17, A-02.
-- An order that one of the two accounts brought to the other keeps both names in its frozen attribution (I-16: never oneself);
-- its reward turns out to be self-made: not yet pending it is cancelled, pending it waits for the operator.
CREATE OR REPLACE FUNCTION referrals_move_person(p_from text, p_to text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_self text[];
BEGIN
  -- All of them: what a link that stayed behind brings would go to an account that nobody can sign in to.
  UPDATE share_link l SET sharer_id = p_to, is_twin = is_twin OR EXISTS (
    SELECT FROM share_link t WHERE t.sharer_id = p_to AND t.deal_id = l.deal_id AND t.channel = l.channel AND t.expires_at = l.expires_at AND t.group_id IS NOT DISTINCT FROM l.group_id)
  WHERE sharer_id = p_from;
  UPDATE touch SET person_id = p_to WHERE person_id = p_from;
  UPDATE channel_visit SET person_id = p_to WHERE person_id = p_from;
  PERFORM set_config('juke.joining', 'yes', true);
  UPDATE attribution SET sharer_id = p_to WHERE sharer_id = p_from AND buyer_id <> p_to;
  UPDATE attribution SET buyer_id = p_to WHERE buyer_id = p_from AND sharer_id <> p_to;
  PERFORM set_config('juke.joining', '', true);
  v_self := ARRAY(SELECT reward_id FROM reward WHERE sharer_id = p_from AND friend_id = p_to OR sharer_id = p_to AND friend_id = p_from);
  UPDATE reward SET state = 'cancelled', reason = 'self', ended_at = juke_now() WHERE reward_id = ANY (v_self) AND state = 'expected';
  UPDATE reward SET held_for = held_for || '{same_person}' WHERE reward_id = ANY (v_self) AND state = 'pending' AND NOT 'same_person' = ANY (held_for);
  -- The money goes with the sharer, so the sharer is the account that lives on; of a self-made one the other is the friend.
  UPDATE reward SET sharer_id = p_to, friend_id = CASE WHEN friend_id = p_to THEN p_from ELSE friend_id END WHERE sharer_id = p_from;
  UPDATE reward SET friend_id = p_to WHERE friend_id = p_from AND sharer_id <> p_to;
  WITH old AS (DELETE FROM reward_slot WHERE sharer_id = p_from OR friend_id = p_from RETURNING *),
  moved AS (
    SELECT CASE WHEN sharer_id = p_from THEN p_to ELSE sharer_id END AS sharer_id, CASE WHEN friend_id = p_from THEN p_to ELSE friend_id END AS friend_id,
      merchant_id, reward_id, taken_until FROM old)
  INSERT INTO reward_slot AS s (sharer_id, friend_id, merchant_id, reward_id, taken_until)
  SELECT DISTINCT ON (sharer_id, friend_id, merchant_id) sharer_id, friend_id, merchant_id, reward_id, taken_until FROM moved
  WHERE sharer_id <> friend_id ORDER BY sharer_id, friend_id, merchant_id, taken_until DESC
  ON CONFLICT (sharer_id, friend_id, merchant_id) DO UPDATE SET reward_id = excluded.reward_id, taken_until = excluded.taken_until WHERE s.taken_until < excluded.taken_until;
  PERFORM ledger_move_owner(p_from, p_to);
END $$;
