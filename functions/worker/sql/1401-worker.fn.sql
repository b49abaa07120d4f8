-- Once for each day: the fact that compares the provider's bill.
CREATE OR REPLACE FUNCTION worker_bill_due(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('bill ' || (p ->> 'date')));
  IF NOT kernel_was_emitted('bill.due', p ->> 'date') THEN PERFORM kernel_emit('bill.due', p ->> 'date'); END IF;
  RETURN '{}';
END $$;
