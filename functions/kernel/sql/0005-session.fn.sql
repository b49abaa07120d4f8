-- Session families, moving time, and pictures of a person: what the kernel's tables need from saves of other modules.
-- Guards A-22, I-25. A family is one sign-in on one device; its refresh token is used once.

-- p: {familyId, personId, deviceId, isOperator, refreshHash, refreshMs}
CREATE OR REPLACE FUNCTION kernel_open_session(p jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO session_family (family_id, person_id, device_id, is_operator, refresh_hash, expires_at)
  VALUES (p ->> 'familyId', p ->> 'personId', p ->> 'deviceId', (p ->> 'isOperator')::boolean, p ->> 'refreshHash',
    juke_now() + (p ->> 'refreshMs')::bigint * interval '1 millisecond')
$$;

-- A-22: the token is exchanged once. One that was exchanged before was copied by somebody: the whole family ends, and
-- that must commit, so it is an outcome and not a refusal. The answer may have been lost on its way: for a moment the same
-- device has the same one again. (A thief who was that quick as well shares the next token, and is noticed when it comes twice.)
-- p: {familyId, deviceId, oldHash, newHash: follows from the old token, refreshMs, keep, againMs}
CREATE OR REPLACE FUNCTION kernel_rotate_session(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v session_family;
BEGIN
  UPDATE session_family SET refresh_hash = p ->> 'newHash', used_refresh_hash = (ARRAY[refresh_hash] || used_refresh_hash)[1:(p ->> 'keep')::int], rotated_at = juke_now(),
    expires_at = juke_now() + (p ->> 'refreshMs')::bigint * interval '1 millisecond'
  WHERE family_id = p ->> 'familyId' AND refresh_hash = p ->> 'oldHash' AND revoked_at IS NULL AND juke_now() < expires_at RETURNING * INTO v;
  IF NOT FOUND THEN
    SELECT * INTO v FROM session_family WHERE family_id = p ->> 'familyId' AND used_refresh_hash[1] = p ->> 'oldHash' AND refresh_hash = p ->> 'newHash'
      AND device_id = p ->> 'deviceId' AND revoked_at IS NULL AND juke_now() < rotated_at + (p ->> 'againMs')::bigint * interval '1 millisecond';
  END IF;
  IF FOUND THEN
    RETURN jsonb_build_object('outcome', 'ok', 'personId', v.person_id, 'deviceId', v.device_id, 'isOperator', v.is_operator);
  END IF;
  UPDATE session_family SET revoked_at = juke_now()
  WHERE family_id = p ->> 'familyId' AND (p ->> 'oldHash') = ANY (used_refresh_hash) AND revoked_at IS NULL RETURNING * INTO v;
  IF NOT FOUND THEN RETURN '{"outcome": "unknown"}'; END IF;
  PERFORM kernel_alarm('session.reused', v.family_id, jsonb_build_object('personId', v.person_id));
  RETURN '{"outcome": "reused"}';
END $$;

-- What changes who a person is asks the family row, not only the token (A-22). Such a save ends the family, so it takes the
-- row for update at once: a shared lock that is raised later would deadlock two of them.
CREATE OR REPLACE FUNCTION kernel_need_session(p_family text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM session_family WHERE family_id = p_family AND revoked_at IS NULL AND juke_now() < expires_at FOR NO KEY UPDATE;
  IF NOT FOUND THEN PERFORM juke_refuse('SESSION_EXPIRED'); END IF;
END $$;

CREATE OR REPLACE FUNCTION kernel_revoke_session(p_family text) RETURNS void LANGUAGE sql AS $$
  UPDATE session_family SET revoked_at = juke_now() WHERE family_id = p_family AND revoked_at IS NULL
$$;
CREATE OR REPLACE FUNCTION kernel_revoke_sessions(p_person text) RETURNS void LANGUAGE sql AS $$
  UPDATE session_family SET revoked_at = juke_now() WHERE person_id = p_person AND revoked_at IS NULL
$$;

-- I-25: the demo and tests move time; nothing else does. p: {advanceMs}
CREATE OR REPLACE FUNCTION kernel_move_clock(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_offset bigint;
BEGIN
  UPDATE clock_offset SET offset_ms = offset_ms + (p ->> 'advanceMs')::bigint RETURNING offset_ms INTO v_offset;
  RETURN jsonb_build_object('nowMs', ms_of(juke_now()), 'offsetMs', v_offset);
END $$;
CREATE OR REPLACE FUNCTION kernel_read_clock() RETURNS jsonb LANGUAGE sql STABLE AS
  $$ SELECT jsonb_build_object('nowMs', ms_of(juke_now()), 'offsetMs', offset_ms) FROM clock_offset $$;

-- Pictures follow their person into the surviving account, and go with a deleted one (the caller removes the files).
CREATE OR REPLACE FUNCTION kernel_move_media(p_from text, p_to text) RETURNS void LANGUAGE sql AS
  $$ UPDATE media SET owner_id = p_to WHERE owner_id = p_from $$;
CREATE OR REPLACE FUNCTION kernel_delete_media(p_owner text) RETURNS jsonb LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM media WHERE owner_id = p_owner RETURNING media_id)
  SELECT coalesce(jsonb_agg(media_id), '[]') FROM gone
$$;
CREATE OR REPLACE FUNCTION kernel_owns_media(p_owner text, p_media text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM media WHERE media_id = p_media AND owner_id = p_owner AND state <> 'refused') $$;
