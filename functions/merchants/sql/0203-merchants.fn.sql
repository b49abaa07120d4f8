-- Saves of merchants, stores and staff. Guards I-22, I-23.

-- p: {idem, merchantId, name, subMchid, category, logoInk, attribution}
CREATE OR REPLACE FUNCTION merchants_create(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('merchantId', p ->> 'merchantId');
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  INSERT INTO merchant (merchant_id, name, sub_mchid, category, logo_ink, attribution)
  VALUES (p ->> 'merchantId', p ->> 'name', p ->> 'subMchid', p ->> 'category', p ->> 'logoInk', p ->> 'attribution')
  ON CONFLICT (sub_mchid) DO NOTHING;
  IF NOT FOUND THEN PERFORM juke_refuse('BAD_INPUT', '{"where": "body.subMchid", "problem": "taken"}'); END IF;
  PERFORM kernel_emit('merchant.created', p ->> 'merchantId');
  RETURN v_answer;
END $$;

-- p: {idem, storeId, merchantId, name, address, phone, latE6, lngE6, opensAtMinute, closesAtMinute}. The category is the merchant's.
CREATE OR REPLACE FUNCTION merchants_create_store(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('storeId', p ->> 'storeId');
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  INSERT INTO store (store_id, merchant_id, name, address, phone, category, lat_e6, lng_e6, opens_at_minute, closes_at_minute)
  SELECT p ->> 'storeId', m.merchant_id, p ->> 'name', p ->> 'address', p ->> 'phone', m.category, (p ->> 'latE6')::int, (p ->> 'lngE6')::int,
    (p ->> 'opensAtMinute')::int, (p ->> 'closesAtMinute')::int
  FROM merchant m WHERE m.merchant_id = p ->> 'merchantId';
  IF NOT FOUND THEN PERFORM juke_refuse('NOT_FOUND'); END IF;
  RETURN v_answer;
END $$;

-- Somebody who is staff there already gets the role that is given now. I-23: the store must be the merchant's, and whoever deleted the
-- account since it was looked up works nowhere: the caller looks again who has that phone.
-- p: {idem, staffId, merchantId, storeId|null, personId, role}
CREATE OR REPLACE FUNCTION merchants_add_staff(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_staff text := coalesce((SELECT staff_id FROM staff WHERE person_id = p ->> 'personId' AND merchant_id = p ->> 'merchantId'
    AND store_id IS NOT DISTINCT FROM p ->> 'storeId' AND removed_at IS NULL), p ->> 'staffId');
  v_answer jsonb := jsonb_build_object('staffId', v_staff);
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  IF NOT EXISTS (SELECT FROM merchant WHERE merchant_id = p ->> 'merchantId')
    OR p ->> 'storeId' IS NOT NULL AND NOT merchants_has_store(p ->> 'merchantId', p ->> 'storeId') THEN
    PERFORM juke_refuse('NOT_FOUND');
  END IF;
  IF identity_is_gone(p ->> 'personId') THEN PERFORM juke_changed('person'); END IF;
  INSERT INTO staff AS s (staff_id, merchant_id, store_id, person_id, role)
  VALUES (v_staff, p ->> 'merchantId', p ->> 'storeId', p ->> 'personId', p ->> 'role')
  ON CONFLICT (person_id, merchant_id, coalesce(store_id, '')) WHERE removed_at IS NULL DO UPDATE SET role = excluded.role;
  -- The row of a first insert at the same moment has another id than our answer: look again.
  IF NOT EXISTS (SELECT FROM staff WHERE staff_id = v_staff) THEN PERFORM juke_changed('staff'); END IF;
  RETURN v_answer;
END $$;

-- Two accounts became one: the staff rows follow. A place that the surviving account has already is given up.
CREATE OR REPLACE FUNCTION merchants_move_person(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE staff s SET removed_at = juke_now() WHERE s.person_id = p ->> 'from' AND s.removed_at IS NULL AND EXISTS (
    SELECT FROM staff t WHERE t.person_id = p ->> 'to' AND t.merchant_id = s.merchant_id AND t.store_id IS NOT DISTINCT FROM s.store_id AND t.removed_at IS NULL);
  UPDATE staff SET person_id = p ->> 'to' WHERE person_id = p ->> 'from';
  -- Deleted since, and what gives up its places may have looked already.
  IF identity_is_gone(p ->> 'to') THEN PERFORM merchants_drop_person(jsonb_build_object('personId', p ->> 'to')); END IF;
  RETURN '{"left": 0}';
END $$;

-- An account is gone: its places are given up, and those of accounts that were joined into it and have not followed yet. A store whose last manager that was is told of. p: {personId}
CREATE OR REPLACE FUNCTION merchants_drop_person(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_managed text[];
BEGIN
  WITH gone AS (UPDATE staff SET removed_at = juke_now() WHERE person_id IN (SELECT identity_accounts(p ->> 'personId')) AND removed_at IS NULL RETURNING merchant_id, store_id, role)
  SELECT array_agg(s.store_id) INTO v_managed FROM gone JOIN store s ON s.merchant_id = gone.merchant_id AND s.store_id = coalesce(gone.store_id, s.store_id) WHERE role = 'manager';
  PERFORM kernel_alarm('store.unmanaged', s.store_id || ':' || (p ->> 'personId'), jsonb_build_object('merchantId', s.merchant_id)) FROM store s
  WHERE s.store_id = ANY (v_managed) AND NOT EXISTS (SELECT FROM staff m
    WHERE m.merchant_id = s.merchant_id AND m.role = 'manager' AND m.removed_at IS NULL AND (m.store_id IS NULL OR m.store_id = s.store_id));
  RETURN '{}';
END $$;

-- For the modules to the right, inside their own queries.
CREATE OR REPLACE FUNCTION merchants_find(p_merchant text) RETURNS TABLE (name text, logo_ink text, sub_mchid text, attribution text) LANGUAGE sql STABLE AS
  $$ SELECT name, logo_ink, sub_mchid, attribution FROM merchant WHERE merchant_id = p_merchant $$;
CREATE OR REPLACE FUNCTION merchants_first_store(p_ids text[]) RETURNS TABLE (store_id text, name text, address text) LANGUAGE sql STABLE AS
  $$ SELECT store_id, name, address FROM store WHERE store_id = ANY (p_ids) ORDER BY store_id LIMIT 1 $$;
