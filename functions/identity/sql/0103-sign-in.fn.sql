-- Signing in: who is behind an identity that the server itself verified. Guards A-10 (guessing), A-21, A-22.

-- At most p.max codes in an hour for one phone, and p.maxAll for all together; exact under races: the rows are the counters. At half of
-- maxAll a person is told, and when none goes out any more. p: {phone, codeHash, lifeMs, max, maxAll, windowMs}
CREATE OR REPLACE FUNCTION identity_add_phone_code(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_window interval := (p ->> 'windowMs')::bigint * interval '1 millisecond';
  v_until timestamptz := v_now + (p ->> 'lifeMs')::bigint * interval '1 millisecond';
  v_most int := (p ->> 'maxAll')::int;
  v_sent int;
  v_since timestamptz;
BEGIN
  INSERT INTO phone_code AS c (phone, code_hash, expires_at, window_at, sent) VALUES (p ->> 'phone', p ->> 'codeHash', v_until, v_now, 1)
  ON CONFLICT (phone) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at, tries = 0, used_at = NULL,
    window_at = CASE WHEN c.window_at + v_window <= v_now THEN v_now ELSE c.window_at END,
    sent = CASE WHEN c.window_at + v_window <= v_now THEN 1 ELSE c.sent + 1 END
  WHERE c.window_at + v_window <= v_now OR c.sent < (p ->> 'max')::int;
  IF NOT FOUND THEN PERFORM juke_refuse('PHONE_CODE_TOO_MANY'); END IF;
  INSERT INTO phone_code_pace AS a (window_at, sent) VALUES (v_now, 1)
  ON CONFLICT (one) DO UPDATE SET window_at = CASE WHEN a.window_at + v_window <= v_now THEN v_now ELSE a.window_at END,
    sent = CASE WHEN a.window_at + v_window <= v_now THEN 1 ELSE a.sent + 1 END
  WHERE a.window_at + v_window <= v_now OR a.sent < v_most RETURNING sent, window_at INTO v_sent, v_since;
  IF NOT FOUND THEN PERFORM juke_refuse('PHONE_CODES_STOPPED'); END IF;
  IF v_sent IN (v_most / 2, v_most) THEN
    PERFORM kernel_alarm(CASE WHEN v_sent = v_most THEN 'phone_code.stopped' ELSE 'phone_code.many' END, ms_of(v_since)::text, jsonb_build_object('sent', v_sent));
  END IF;
  RETURN jsonb_build_object('expiresAtMs', ms_of(v_until));
END $$;

-- True once for the right code in time. A miss is counted and must commit: the caller answers it as an outcome.
CREATE OR REPLACE FUNCTION identity_take_phone_code(p_phone text, p_hash text, p_tries int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v phone_code;
BEGIN
  UPDATE phone_code SET tries = tries + 1, used_at = CASE WHEN code_hash = p_hash THEN juke_now() END
  WHERE phone = p_phone AND used_at IS NULL AND juke_now() < expires_at AND tries < p_tries RETURNING * INTO v;
  RETURN FOUND AND v.used_at IS NOT NULL;
END $$;

-- Forgets codes whose hour began so long ago, with the numbers that they were sent to.
CREATE OR REPLACE FUNCTION identity_forget(p_ms bigint, p_rows int) RETURNS int LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM phone_code WHERE phone = ANY (ARRAY(SELECT phone FROM phone_code
    WHERE window_at < (SELECT juke_now() - p_ms * interval '1 millisecond') ORDER BY window_at LIMIT p_rows FOR UPDATE SKIP LOCKED)) RETURNING 1)
  SELECT count(*)::int FROM gone
$$;

-- Forgets what people were told so long ago, read or not: orders, the wallet and refunds say it still.
CREATE OR REPLACE FUNCTION identity_forget_notices(p_ms bigint, p_rows int) RETURNS int LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM notice WHERE notice_id = ANY (ARRAY(SELECT notice_id FROM notice
    WHERE created_at < (SELECT juke_now() - p_ms * interval '1 millisecond') ORDER BY created_at LIMIT p_rows FOR UPDATE SKIP LOCKED)) RETURNING 1)
  SELECT count(*)::int FROM gone
$$;

CREATE OR REPLACE FUNCTION identity_owner(p_kind text, p_value text) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT person_id FROM person_identity WHERE kind = p_kind AND value = p_value $$;

-- The person of the first identity that somebody has, else a new one. Two first sign-ins at once make one person.
-- p: {ids: [{kind, value}], fresh: {personId, name, avatarUrl, language}}
CREATE OR REPLACE FUNCTION identity_find_or_add(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_person text;
  v_fresh jsonb := p -> 'fresh';
BEGIN
  FOR attempt IN 1..2 LOOP
    SELECT i.person_id INTO v_person FROM jsonb_array_elements(p -> 'ids') WITH ORDINALITY AS x (e, n)
      JOIN person_identity i ON i.kind = e ->> 'kind' AND i.value = e ->> 'value' ORDER BY n LIMIT 1;
    IF FOUND THEN
      -- A unionid learned later; one that belongs to somebody else stays there.
      INSERT INTO person_identity (kind, value, person_id)
      SELECT e ->> 'kind', e ->> 'value', v_person FROM jsonb_array_elements(p -> 'ids') e ON CONFLICT DO NOTHING;
      RETURN v_person;
    END IF;
    BEGIN
      INSERT INTO person (person_id, name, avatar_url, language)
      VALUES (v_fresh ->> 'personId', v_fresh ->> 'name', v_fresh ->> 'avatarUrl', coalesce(v_fresh ->> 'language', 'zh'));
      INSERT INTO person_identity (kind, value, person_id)
      SELECT e ->> 'kind', e ->> 'value', v_fresh ->> 'personId' FROM jsonb_array_elements(p -> 'ids') e;
      RETURN v_fresh ->> 'personId';
    EXCEPTION WHEN unique_violation THEN CONTINUE; -- the other one was first: theirs is found now
    END;
  END LOOP;
  PERFORM juke_changed('identity');
  RETURN NULL;
END $$;

-- p: {familyId, deviceId, refreshHash, refreshMs}
CREATE OR REPLACE FUNCTION identity_open_session(p_person text, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_operator boolean;
BEGIN
  -- A-22: a deletion or a join that is under way ends the sessions that it sees; this one waits for it, and asks anew who that is.
  SELECT is_operator INTO v_operator FROM person WHERE person_id = p_person AND deleted_at IS NULL AND joined_into IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN PERFORM juke_changed('person'); END IF;
  PERFORM kernel_open_session(p || jsonb_build_object('personId', p_person, 'isOperator', v_operator));
  INSERT INTO person_device (person_id, device_id) VALUES (p_person, p ->> 'deviceId')
  ON CONFLICT (person_id, device_id) DO UPDATE SET seen_at = juke_now();
  RETURN jsonb_build_object('outcome', 'ok', 'personId', p_person, 'familyId', p ->> 'familyId', 'deviceId', p ->> 'deviceId', 'isOperator', v_operator, 'riskRank', identity_risk(p_person));
END $$;

-- p: {ids, fresh, session, wechat?: {openid, sessionKey, riskRank}, phoneCode?: {hash, tries}}
CREATE OR REPLACE FUNCTION identity_sign_in(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  IF p ? 'phoneCode' AND NOT identity_take_phone_code(p #>> '{ids,0,value}', p #>> '{phoneCode,hash}', (p #>> '{phoneCode,tries}')::int) THEN
    RETURN '{"outcome": "wrong"}';
  END IF;
  IF jsonb_typeof(p -> 'wechat') = 'object' THEN PERFORM identity_keep_wechat(p -> 'wechat'); END IF;
  RETURN identity_open_session(identity_find_or_add(p), p -> 'session');
END $$;

-- What WeChat said at a sign-in. A rank that it did not say stays as it was. p: {openid, sessionKey, riskRank|null}
CREATE OR REPLACE FUNCTION identity_keep_wechat(p jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO wechat_session AS w (openid, session_key, risk_rank) VALUES (p ->> 'openid', p ->> 'sessionKey', coalesce((p ->> 'riskRank')::smallint, 0))
  ON CONFLICT (openid) DO UPDATE SET session_key = excluded.session_key, risk_rank = coalesce((p ->> 'riskRank')::smallint, w.risk_rank), updated_at = juke_now()
$$;

-- 0 (none, or not known) to 4 (high).
CREATE OR REPLACE FUNCTION identity_risk(p_person text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT coalesce(max(w.risk_rank), 0) FROM person_identity i JOIN wechat_session w ON w.openid = i.value WHERE i.person_id = p_person AND i.kind = 'openid'
$$;

-- p: as for kernel_rotate_session
CREATE OR REPLACE FUNCTION identity_refresh(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v jsonb := kernel_rotate_session(p);
BEGIN
  IF v ->> 'outcome' <> 'ok' THEN RETURN v; END IF;
  INSERT INTO person_device (person_id, device_id) VALUES (v ->> 'personId', v ->> 'deviceId')
  ON CONFLICT (person_id, device_id) DO UPDATE SET seen_at = juke_now();
  RETURN v || jsonb_build_object('riskRank', identity_risk(v ->> 'personId'));
END $$;

CREATE OR REPLACE FUNCTION identity_logout(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM kernel_revoke_session(p ->> 'familyId');
  RETURN '{"ok": true}';
END $$;

-- Only the platform makes operators: the demo's sign-in, and a person at the database. Sessions open anew with the right.
CREATE OR REPLACE FUNCTION identity_set_operator(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE person SET is_operator = (p ->> 'on')::boolean WHERE person_id = p ->> 'personId' AND is_operator <> (p ->> 'on')::boolean;
  IF FOUND THEN PERFORM kernel_revoke_sessions(p ->> 'personId'); END IF;
  RETURN '{}';
END $$;
