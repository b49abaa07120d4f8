-- Kernel functions that saves call. Re-applied whenever this file changes.

-- Milliseconds since 1970, rounded down. The time between two moments is the same everywhere, so PostgreSQL puts this in line (a call
-- costs six times as much); extract() of a moment would ask for the session's time zone.
CREATE OR REPLACE FUNCTION ms_of(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT floor(extract(epoch FROM t - to_timestamp(0)) * 1000)::bigint $$;

-- I-22: NULL when the key is new (go on), else the stored answer. {actor, key, hash, family}
-- The family check makes a revoked session powerless on every route that moves money (A-22).
CREATE OR REPLACE FUNCTION kernel_accept(idem jsonb, answer jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  seen idempotency;
BEGIN
  IF idem IS NULL OR jsonb_typeof(idem) = 'null' THEN RETURN NULL; END IF;
  IF idem ->> 'family' IS NOT NULL AND EXISTS (
    SELECT FROM session_family WHERE family_id = idem ->> 'family' AND revoked_at IS NOT NULL) THEN
    PERFORM juke_refuse('SESSION_EXPIRED');
  END IF;
  INSERT INTO idempotency (actor, key, body_hash, answer)
  VALUES (idem ->> 'actor', idem ->> 'key', idem ->> 'hash', answer) ON CONFLICT DO NOTHING;
  IF FOUND THEN RETURN NULL; END IF;
  SELECT * INTO seen FROM idempotency i WHERE i.actor = idem ->> 'actor' AND i.key = idem ->> 'key';
  IF seen.body_hash <> idem ->> 'hash' THEN PERFORM juke_refuse('KEY_REUSED'); END IF;
  RETURN seen.answer;
END $$;

-- The same for attempts that are saved together. What is known of their keys already: an answer, or a refusal. p: [{n, idem}]
CREATE OR REPLACE FUNCTION kernel_known(p jsonb) RETURNS TABLE (n int, code text, answer jsonb) LANGUAGE sql STABLE AS $$
  SELECT (a ->> 'n')::int, CASE WHEN f.family_id IS NOT NULL THEN 'SESSION_EXPIRED' WHEN i.body_hash <> a #>> '{idem,hash}' THEN 'KEY_REUSED' END, i.answer
  FROM jsonb_array_elements(p) a
  LEFT JOIN LATERAL (SELECT s.family_id FROM session_family s WHERE s.family_id = a #>> '{idem,family}' AND s.revoked_at IS NOT NULL LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT k.key, k.body_hash, k.answer FROM idempotency k WHERE k.actor = a #>> '{idem,actor}' AND k.key = a #>> '{idem,key}' LIMIT 1) i ON true
  WHERE f.family_id IS NOT NULL OR i.key IS NOT NULL
$$;
-- Accepts new keys; answers how many were new. p: [{idem, answer}]
CREATE OR REPLACE FUNCTION kernel_accept_all(p jsonb) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_count int;
BEGIN
  INSERT INTO idempotency (actor, key, body_hash, answer)
  SELECT a #>> '{idem,actor}', a #>> '{idem,key}', a #>> '{idem,hash}', a -> 'answer' FROM jsonb_array_elements(p) a ORDER BY 1 ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;

-- I-21: one row for each reaction; a kind that nobody knows is parked, not lost (F-31).
CREATE OR REPLACE FUNCTION kernel_emit(p_kind text, p_subject text, p_body jsonb DEFAULT '{}', p_due timestamptz DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_id text := 'fct_' || replace(gen_random_uuid()::text, '-', '');
  v_now timestamptz := juke_now();
BEGIN
  INSERT INTO fact (fact_id, reaction, kind, subject, body, due_at, created_at)
  SELECT v_id, reaction, p_kind, p_subject, p_body, coalesce(p_due, v_now), v_now FROM fact_route WHERE kind = p_kind;
  IF NOT FOUND THEN
    INSERT INTO fact (fact_id, reaction, kind, subject, body, due_at, state, last_error)
    VALUES (v_id, '?', p_kind, p_subject, p_body, coalesce(p_due, v_now), 'parked', 'no reaction knows this kind');
    PERFORM kernel_alarm('fact.parked', v_id || ':?', jsonb_build_object('error', 'no reaction knows ' || p_kind));
  END IF;
END $$;

-- One kind for several subjects.
CREATE OR REPLACE FUNCTION kernel_emit_all(p_kind text, p_subjects text[], p_due timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
BEGIN
  INSERT INTO fact (fact_id, reaction, kind, subject, due_at, created_at)
  SELECT x.id, r.reaction, p_kind, x.subject, p_due, v_now
  FROM (SELECT s AS subject, 'fct_' || replace(gen_random_uuid()::text, '-', '') AS id FROM unnest(p_subjects) s OFFSET 0) x CROSS JOIN fact_route r WHERE r.kind = p_kind;
  IF NOT FOUND THEN PERFORM kernel_emit(p_kind, s, '{}', p_due) FROM unnest(p_subjects) s; END IF;
END $$;

-- F-31: facts that came before anybody knew their kind become due, one for each reaction that knows it now; their alarm is closed.
CREATE OR REPLACE FUNCTION kernel_adopt_facts() RETURNS void LANGUAGE sql AS $$
  WITH unknown AS (
    DELETE FROM fact f WHERE f.reaction = '?' AND EXISTS (SELECT FROM fact_route r WHERE r.kind = f.kind) RETURNING f.*
  ), closed AS (
    UPDATE alarm a SET closed_at = juke_now() FROM unknown u WHERE a.kind = 'fact.parked' AND a.subject = u.fact_id || ':?'
  )
  INSERT INTO fact (fact_id, reaction, kind, subject, body, due_at, created_at)
  SELECT u.fact_id, r.reaction, u.kind, u.subject, u.body, u.due_at, u.created_at FROM unknown u JOIN fact_route r USING (kind)
$$;

-- F-11: what took its worker with it at each of its tries (nobody was left to count them as failures) is parked as well.
DROP FUNCTION IF EXISTS kernel_claim_facts(int, int, text[]);
CREATE OR REPLACE FUNCTION kernel_claim_facts(p_limit int, p_lease_ms int, p_reactions text[], p_tries int) RETURNS SETOF fact LANGUAGE sql AS $$
  WITH dead AS (
    UPDATE fact f SET state = 'parked', lease_until = NULL, last_error = 'no try came to an end'
    FROM (SELECT fact_id, reaction FROM fact WHERE state = 'running' AND lease_until <= juke_now() AND attempts >= p_tries AND reaction = ANY (p_reactions)
      ORDER BY lease_until LIMIT p_limit FOR UPDATE SKIP LOCKED) d
    WHERE f.fact_id = d.fact_id AND f.reaction = d.reaction RETURNING f.*
  ), alarmed AS (
    INSERT INTO alarm (kind, subject, body) SELECT 'fact.parked', fact_id || ':' || reaction, jsonb_build_object('error', last_error) FROM dead ON CONFLICT (kind, subject) DO NOTHING
  ), due AS (
    SELECT fact_id, reaction FROM fact WHERE state = 'due' AND due_at <= juke_now() AND reaction = ANY (p_reactions)
    ORDER BY due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), lapsed AS (
    SELECT fact_id, reaction FROM fact WHERE state = 'running' AND lease_until <= juke_now() AND attempts < p_tries AND reaction = ANY (p_reactions)
    ORDER BY lease_until LIMIT p_limit FOR UPDATE SKIP LOCKED
  )
  UPDATE fact f SET state = 'running', attempts = f.attempts + 1, fence = f.fence + 1,
    lease_until = juke_now() + p_lease_ms * interval '1 millisecond'
  FROM (TABLE due UNION ALL TABLE lapsed) c WHERE f.fact_id = c.fact_id AND f.reaction = c.reaction
  RETURNING f.*
$$;

-- F-10: locks the claimed row for this transaction; a worker whose lease another took over can commit nothing.
CREATE OR REPLACE FUNCTION kernel_fence(p_fact text, p_reaction text, p_fence bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM fact WHERE fact_id = p_fact AND reaction = p_reaction AND fence = p_fence AND state = 'running' FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'fenced' USING ERRCODE = 'JK003'; END IF;
END $$;

-- p_again: ms from now when to run the same reaction again (a watch), or NULL when it is done.
CREATE OR REPLACE FUNCTION kernel_finish_fact(p_fact text, p_reaction text, p_fence bigint, p_again bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE fact SET state = CASE WHEN p_again IS NULL THEN 'done' ELSE 'due' END, lease_until = NULL, last_error = NULL,
    attempts = CASE WHEN p_again IS NULL THEN attempts ELSE 0 END,
    due_at = CASE WHEN p_again IS NULL THEN due_at ELSE juke_now() + p_again * interval '1 millisecond' END
  WHERE fact_id = p_fact AND reaction = p_reaction AND fence = p_fence AND state = 'running'
$$;

-- p_most: how many tries may count; an outage of WeChat is not the fact's fault, so it never parks one.
DROP FUNCTION IF EXISTS kernel_fail_fact(text, text, bigint, text, bigint, boolean);
CREATE OR REPLACE FUNCTION kernel_fail_fact(p_fact text, p_reaction text, p_fence bigint, p_error text, p_back_ms bigint, p_park boolean, p_most int)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE fact SET state = CASE WHEN p_park THEN 'parked' ELSE 'due' END, lease_until = NULL, last_error = left(p_error, 500),
    attempts = least(attempts, p_most), due_at = juke_now() + p_back_ms * interval '1 millisecond'
  WHERE fact_id = p_fact AND reaction = p_reaction AND fence = p_fence AND state = 'running';
  IF FOUND AND p_park THEN PERFORM kernel_alarm('fact.parked', p_fact || ':' || p_reaction, jsonb_build_object('error', left(p_error, 500))); END IF;
END $$;

CREATE OR REPLACE FUNCTION kernel_alarm(p_kind text, p_subject text, p_body jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
  INSERT INTO alarm (kind, subject, body) VALUES (p_kind, p_subject, p_body) ON CONFLICT (kind, subject) DO NOTHING
$$;

CREATE OR REPLACE FUNCTION kernel_event(p_stage text, p_what text, p_merchant text, p_store text, p_person text, p_subject text, p_share text)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO event (stage, what, merchant_id, store_id, person_id, subject, share_token)
  VALUES (p_stage, p_what, p_merchant, p_store, p_person, p_subject, p_share)
$$;

-- I-08: a trigger on each stateful table (argument: its name in states.ts and its id column).
CREATE OR REPLACE FUNCTION kernel_check_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_id text;
BEGIN
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  -- The busiest by name: a row as jsonb costs as much as the rest of this.
  IF TG_ARGV[1] = 'order_id' THEN v_id := NEW.order_id;
  ELSIF TG_ARGV[1] = 'payment_id' THEN v_id := NEW.payment_id;
  ELSIF TG_ARGV[1] = 'voucher_id' THEN v_id := NEW.voucher_id;
  ELSE v_id := to_jsonb(NEW) ->> TG_ARGV[1];
  END IF;
  INSERT INTO state_change (subject_kind, subject_id, from_state, to_state, changed_at)
  SELECT t.subject_kind, v_id, t.from_state, t.to_state, juke_now() FROM transition t
  WHERE t.subject_kind = TG_ARGV[0] AND t.from_state = OLD.state AND t.to_state = NEW.state;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'I-08: % cannot go from % to %', TG_ARGV[0], OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$;

CREATE OR REPLACE FUNCTION kernel_was_emitted(p_kind text, p_subject text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM fact WHERE subject = p_subject AND kind = p_kind) $$;
