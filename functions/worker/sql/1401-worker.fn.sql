-- Once for each day: the fact that compares the provider's bill; also for days that a stopped worker missed, so many at most.
-- p: {date, days}
CREATE OR REPLACE FUNCTION worker_bill_due(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_last date := (p ->> 'date')::date;
  v_day date;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('bill'));
  FOR n IN REVERSE (p ->> 'days')::int - 1 .. 0 LOOP
    v_day := v_last - n;
    CONTINUE WHEN kernel_was_emitted('bill.due', v_day::text) OR v_day < v_last AND NOT kernel_was_emitted('bill.due', (v_day - 1)::text);
    PERFORM kernel_emit('bill.due', v_day::text);
  END LOOP;
  RETURN '{}';
END $$;

-- What is long over, one portion of each kind. p: {keptMs, triesMs, visitsMs, rows} → {most}: the most rows that one kind gave
CREATE OR REPLACE FUNCTION worker_forget(p jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('most', greatest(
    kernel_forget((p ->> 'keptMs')::bigint, v_rows), identity_forget(v_tries, v_rows), coupons_forget(v_tries, v_rows), vouchers_forget(v_tries, v_rows),
    kernel_forget_events(v_visits, v_rows), identity_forget_notices(v_visits, v_rows), referrals_forget(v_visits, v_rows)))
  FROM (SELECT (p ->> 'triesMs')::bigint AS v_tries, (p ->> 'visitsMs')::bigint AS v_visits, (p ->> 'rows')::int AS v_rows) x
$$;
