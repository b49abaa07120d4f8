-- Changing who a person is: linking, joining, deleting; consents, notices, subscriptions. Guards A-02, A-21, A-22, A-36.

CREATE OR REPLACE FUNCTION identity_value(p_person text, p_kind text) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT value FROM person_identity WHERE person_id = p_person AND kind = p_kind $$;

CREATE OR REPLACE FUNCTION identity_account(p_person text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('personId', p_person, 'openid', identity_value(p_person, 'openid'), 'phone', identity_value(p_person, 'phone'))
$$;

-- The save of linkWechat and verifyPhone, guarded on what was decided on.
-- p: {personId, familyId, step: keep|add|replace|join, kind, value, unionid|null, openid|null, phone|null (own, decided on),
--     from|null, to|null, freezeMs, sweepMs, session, wechat: {openid, sessionKey, riskRank}|null}
CREATE OR REPLACE FUNCTION identity_link(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_me text := p ->> 'personId';
  v_owner text;
  v_survivor text := coalesce(p ->> 'to', v_me);
  v_had_openid boolean;
  v_changed boolean;
BEGIN
  PERFORM kernel_need_session(p ->> 'familyId');
  PERFORM FROM person WHERE person_id IN (v_me, p ->> 'from', p ->> 'to') ORDER BY person_id FOR UPDATE;
  v_owner := identity_owner(p ->> 'kind', p ->> 'value');
  IF identity_value(v_me, 'openid') IS DISTINCT FROM p ->> 'openid' OR identity_value(v_me, 'phone') IS DISTINCT FROM p ->> 'phone'
    OR v_owner IS DISTINCT FROM (CASE p ->> 'step' WHEN 'keep' THEN v_me WHEN 'join' THEN CASE v_me WHEN p ->> 'from' THEN p ->> 'to' ELSE p ->> 'from' END END)
    OR EXISTS (SELECT FROM person WHERE person_id IN (v_me, p ->> 'from', p ->> 'to') AND (joined_into IS NOT NULL OR deleted_at IS NOT NULL)) THEN
    PERFORM juke_changed('identity');
  END IF;
  v_had_openid := identity_value(v_survivor, 'openid') IS NOT NULL;
  IF jsonb_typeof(p -> 'wechat') = 'object' THEN PERFORM identity_keep_wechat(p -> 'wechat'); END IF;
  -- H6: its session key goes with it; nobody is left whose deletion would take it along.
  IF p ->> 'step' = 'replace' AND p ->> 'kind' = 'openid' THEN DELETE FROM wechat_session WHERE openid = p ->> 'openid'; END IF;
  IF p ->> 'step' = 'replace' THEN DELETE FROM person_identity WHERE person_id = v_me AND kind IN (p ->> 'kind', CASE p ->> 'kind' WHEN 'openid' THEN 'unionid' END); END IF;
  IF p ->> 'step' IN ('add', 'replace') THEN
    BEGIN
      INSERT INTO person_identity (kind, value, person_id) VALUES (p ->> 'kind', p ->> 'value', v_me);
    EXCEPTION WHEN unique_violation THEN PERFORM juke_changed('identity');
    END;
  ELSIF p ->> 'step' = 'join' THEN
    PERFORM identity_join(p ->> 'from', p ->> 'to', (p ->> 'sweepMs')::bigint);
  END IF;
  IF p ->> 'unionid' IS NOT NULL THEN
    INSERT INTO person_identity (kind, value, person_id) VALUES ('unionid', p ->> 'unionid', v_survivor) ON CONFLICT DO NOTHING;
  END IF;
  -- A-36: the way money leaves, or the way in, became another one. An account that got its first WeChat on its first day has
  -- nothing that could leave (a rebate is held longer than that) and is not made to wait.
  UPDATE person SET payout_changed_at = juke_now() WHERE person_id = v_survivor AND (p ->> 'step' = 'replace' OR
    NOT v_had_openid AND identity_value(v_survivor, 'openid') IS NOT NULL AND created_at <= juke_now() - (p ->> 'freezeMs')::bigint * interval '1 millisecond');
  v_changed := FOUND;
  IF v_changed THEN PERFORM identity_notify(v_survivor, 'payout.changed', jsonb_build_object('kind', p ->> 'kind'), '/pages/settings/index'); END IF;
  PERFORM kernel_revoke_session(p ->> 'familyId');
  RETURN identity_open_session(v_survivor, p -> 'session') || jsonb_build_object('payoutChanged', v_changed);
END $$;

-- Everything that signs in as `from` signs in as `to` from now on. What other modules keep follows by the fact; once more
-- after the last session of `from` has run out, for what was being written meanwhile.
CREATE OR REPLACE FUNCTION identity_join(p_from text, p_to text, p_sweep_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v person;
BEGIN
  UPDATE person SET joined_into = p_to WHERE joined_into = p_from;
  UPDATE person SET joined_into = p_to WHERE person_id = p_from RETURNING * INTO v;
  UPDATE person SET is_operator = is_operator OR v.is_operator, is_minor = is_minor OR v.is_minor,
    payout_changed_at = greatest(payout_changed_at, v.payout_changed_at) WHERE person_id = p_to;
  UPDATE person_identity SET person_id = p_to WHERE person_id = p_from;
  INSERT INTO person_device AS d (person_id, device_id, seen_at) SELECT p_to, device_id, seen_at FROM person_device WHERE person_id = p_from
  ON CONFLICT (person_id, device_id) DO UPDATE SET seen_at = greatest(d.seen_at, excluded.seen_at);
  DELETE FROM person_device WHERE person_id = p_from;
  -- A refusal on either side stands: nobody is made to agree by joining.
  INSERT INTO consent AS c (person_id, kind, granted, changed_at) SELECT p_to, kind, granted, changed_at FROM consent WHERE person_id = p_from
  ON CONFLICT (person_id, kind) DO UPDATE SET granted = c.granted AND excluded.granted, changed_at = greatest(c.changed_at, excluded.changed_at);
  DELETE FROM consent WHERE person_id = p_from;
  INSERT INTO subscription AS s (person_id, template_id, quota) SELECT p_to, template_id, quota FROM subscription WHERE person_id = p_from
  ON CONFLICT (person_id, template_id) DO UPDATE SET quota = s.quota + excluded.quota;
  DELETE FROM subscription WHERE person_id = p_from;
  UPDATE notice SET person_id = p_to WHERE person_id = p_from;
  PERFORM kernel_move_media(p_from, p_to);
  PERFORM kernel_revoke_sessions(p_from);
  PERFORM kernel_emit('person.joined', p_from, jsonb_build_object('from', p_from, 'to', p_to));
  PERFORM kernel_emit('person.joined', p_from, jsonb_build_object('from', p_from, 'to', p_to), juke_now() + p_sweep_ms * interval '1 millisecond');
  IF (SELECT is_minor FROM person WHERE person_id = p_to) THEN PERFORM kernel_emit('person.minor', p_to); END IF;
  PERFORM identity_notify(p_to, 'person.joined', '{}', '/pages/mine/index');
END $$;
-- What was still addressed to the old account after the join.
CREATE OR REPLACE FUNCTION identity_move_person(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE notice SET person_id = p ->> 'to' WHERE person_id = p ->> 'from';
  PERFORM kernel_move_media(p ->> 'from', p ->> 'to');
  RETURN '{"left": 0}';
END $$;

-- A code is taken once; whether it was right commits with the count of tries. p: {phone, hash, tries}
CREATE OR REPLACE FUNCTION identity_check_phone_code(p jsonb) RETURNS jsonb LANGUAGE sql AS
  $$ SELECT jsonb_build_object('right', identity_take_phone_code(p ->> 'phone', p ->> 'hash', (p ->> 'tries')::int)) $$;

-- For staff that never signed in. p: {ids, fresh}
CREATE OR REPLACE FUNCTION identity_add_person(p jsonb) RETURNS jsonb LANGUAGE sql AS
  $$ SELECT jsonb_build_object('personId', identity_find_or_add(p)) $$;

-- PIPL §47: what says who this was goes; what the law has us keep of trades keeps an id that leads to nobody.
-- p: {personId, familyId, name, avatarUrl, leastFen: what can be withdrawn at least} → {mediaIds}
CREATE OR REPLACE FUNCTION identity_delete(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_person text := p ->> 'personId';
BEGIN
  PERFORM kernel_need_session(p ->> 'familyId');
  PERFORM FROM person WHERE person_id = v_person AND deleted_at IS NULL AND joined_into IS NULL FOR UPDATE;
  IF NOT FOUND THEN PERFORM juke_refuse('SESSION_EXPIRED'); END IF;
  IF person_open_business(v_person, (p ->> 'leastFen')::bigint) THEN PERFORM juke_refuse('PERSON_BUSY'); END IF;
  UPDATE person SET name = p ->> 'name', avatar_url = p ->> 'avatarUrl', is_operator = false, deleted_at = juke_now(), payout_changed_at = NULL
  WHERE person_id = v_person OR joined_into = v_person;
  DELETE FROM wechat_session WHERE openid = identity_value(v_person, 'openid');
  DELETE FROM phone_code WHERE phone = identity_value(v_person, 'phone');
  DELETE FROM person_identity WHERE person_id = v_person;
  DELETE FROM person_device WHERE person_id = v_person;
  DELETE FROM consent WHERE person_id = v_person;
  DELETE FROM subscription WHERE person_id = v_person;
  DELETE FROM notice WHERE person_id = v_person;
  PERFORM kernel_revoke_sessions(v_person);
  PERFORM kernel_emit('person.deleted', v_person);
  RETURN jsonb_build_object('mediaIds', kernel_delete_media(v_person));
END $$;

-- Only what is named changes. p: {personId, name|null, avatarUrl|null, language|null}
CREATE OR REPLACE FUNCTION identity_update_me(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE person SET name = coalesce(p ->> 'name', name), avatar_url = coalesce(p ->> 'avatarUrl', avatar_url), language = coalesce(p ->> 'language', language)
  WHERE person_id = p ->> 'personId' AND deleted_at IS NULL AND joined_into IS NULL;
  IF NOT FOUND THEN PERFORM juke_refuse('SESSION_EXPIRED'); END IF;
  RETURN '{}';
END $$;

-- Also what a person says of themselves: who is not 18 yet earns no rebates from then on.
CREATE OR REPLACE FUNCTION identity_set_consent(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO consent (person_id, kind, granted) SELECT person_id, p ->> 'kind', (p ->> 'granted')::boolean FROM person
  WHERE person_id = p ->> 'personId' AND deleted_at IS NULL AND joined_into IS NULL
  ON CONFLICT (person_id, kind) DO UPDATE SET granted = excluded.granted, changed_at = juke_now();
  IF NOT FOUND THEN PERFORM juke_refuse('SESSION_EXPIRED'); END IF;
  IF p ->> 'kind' = 'adult' THEN
    UPDATE person SET is_minor = NOT (p ->> 'granted')::boolean WHERE person_id = p ->> 'personId';
    IF NOT (p ->> 'granted')::boolean THEN PERFORM kernel_emit('person.minor', p ->> 'personId'); END IF;
  END IF;
  RETURN '{"ok": true}';
END $$;

-- Never beyond now: what comes later is unread. p: {personId, upToMs}
CREATE OR REPLACE FUNCTION identity_read_notices(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE person SET notices_read_at = greatest(notices_read_at, least(time_of((p ->> 'upToMs')::bigint + 1), juke_now())) WHERE person_id = p ->> 'personId';
  RETURN '{"ok": true}';
END $$;

-- One consent = one message. p: {personId, templates, most}
CREATE OR REPLACE FUNCTION identity_add_subscriptions(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO subscription AS s (person_id, template_id, quota)
  SELECT person_id, t, 1 FROM person CROSS JOIN (SELECT DISTINCT t FROM jsonb_array_elements_text(p -> 'templates') t) x
  WHERE person_id = p ->> 'personId' AND deleted_at IS NULL AND joined_into IS NULL
  ON CONFLICT (person_id, template_id) DO UPDATE SET quota = least(s.quota + 1, (p ->> 'most')::int);
  RETURN '{"ok": true}';
END $$;

-- Sent: one less. WeChat says that nothing is left: so be it. p: {personId, templateId, outcome: sent|no_consent}
CREATE OR REPLACE FUNCTION identity_used_subscription(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE subscription SET quota = CASE WHEN p ->> 'outcome' = 'sent' THEN greatest(quota - 1, 0) ELSE 0 END
  WHERE person_id = p ->> 'personId' AND template_id = p ->> 'templateId';
  RETURN '{}';
END $$;
