-- Once for each day: the fact that compares the provider's bill.
CREATE OR REPLACE FUNCTION worker_bill_due(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('bill ' || (p ->> 'date')));
  IF NOT kernel_was_emitted('bill.due', p ->> 'date') THEN PERFORM kernel_emit('bill.due', p ->> 'date'); END IF;
  RETURN '{}';
END $$;

-- What is long over, one portion of each kind. p: {keptMs, phoneCodeMs, rows} → {most}: the most rows that one kind gave
CREATE OR REPLACE FUNCTION worker_forget(p jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('most', greatest(kernel_forget((p ->> 'keptMs')::bigint, (p ->> 'rows')::int), identity_forget((p ->> 'phoneCodeMs')::bigint, (p ->> 'rows')::int)))
$$;
