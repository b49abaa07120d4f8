-- Forgets facts that are done, accepted keys, and sign-ins that ended, each as long ago as p_ms. What somebody has locked waits for the
-- next time. What is parked stays until somebody looked at it. Answers the most rows of one kind.
CREATE OR REPLACE FUNCTION kernel_forget(p_ms bigint, p_rows int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_before timestamptz := juke_now() - p_ms * interval '1 millisecond';
  v_most int := 0;
  v_count int;
BEGIN
  DELETE FROM fact WHERE ctid = ANY (ARRAY(SELECT ctid FROM fact WHERE state = 'done' AND due_at < v_before ORDER BY due_at LIMIT p_rows FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS v_most = ROW_COUNT;
  DELETE FROM idempotency WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency WHERE created_at < v_before ORDER BY created_at LIMIT p_rows FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_most := greatest(v_most, v_count);
  DELETE FROM session_family WHERE ctid = ANY (ARRAY(SELECT ctid FROM session_family WHERE expires_at < v_before ORDER BY expires_at LIMIT p_rows FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN greatest(v_most, v_count);
END $$;

-- Forgets events that happened so long ago. Their numbers follow the time: of the first so many those that are old enough, without an
-- index by time beside it.
CREATE OR REPLACE FUNCTION kernel_forget_events(p_ms bigint, p_rows int) RETURNS int LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM event WHERE event_id = ANY (ARRAY(SELECT event_id FROM (SELECT event_id, happened_at FROM event ORDER BY event_id LIMIT p_rows) x
    WHERE happened_at < (SELECT juke_now() - p_ms * interval '1 millisecond'))) RETURNING 1)
  SELECT count(*)::int FROM gone
$$;
