-- Two accounts of one person became one: their wallet becomes one, by journals (I-03). Pending, available and debt by their
-- stored balances; what is on its way out by its postings.
CREATE OR REPLACE FUNCTION ledger_move_owner(p_from text, p_to text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  -- One sorted order with ledger_post, so that the two cannot deadlock; it also lines up two tries of the same move.
  PERFORM FROM balance WHERE owner_id IN (p_from, p_to) AND account_kind LIKE 'reward-%' ORDER BY account_kind, owner_id FOR UPDATE;
  FOR r IN
    SELECT account_kind AS a, amount_fen AS f FROM balance WHERE owner_id = p_from AND account_kind LIKE 'reward-%' AND amount_fen <> 0
    UNION ALL SELECT account_kind, sum(amount_fen) FROM posting WHERE owner_id = p_from AND account_kind = 'payout-transit' GROUP BY 1 HAVING sum(amount_fen) <> 0
    ORDER BY 1
  LOOP
    PERFORM ledger_post('person.joined', format('%s:%s:%s', p_from, r.a, (SELECT count(*) + 1 FROM journal WHERE kind = 'person.joined' AND subject LIKE p_from || ':' || r.a || ':%')),
      NULL, NULL, jsonb_build_array(jsonb_build_object('a', r.a, 'o', p_from, 'f', -r.f), jsonb_build_object('a', r.a, 'o', p_to, 'f', r.f)));
  END LOOP;
END $$;
