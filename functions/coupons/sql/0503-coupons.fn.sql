-- Saves of offers, claims and gifts. Guards I-11, I-22, I-23, A-11, A-12, F-21.

-- p: {idem, offerId, merchantId|null, title, kind, audience, winBackDays, thresholdFen, amountFen, offBps, capFen, dealId, dealIds, storeIds, platformBps, total,
--     perPerson, claimFromMs, claimUntilMs, validFromMs, validUntilMs, validDays, code|null, isTransferable, by, reason, warnings}
CREATE OR REPLACE FUNCTION coupons_create_offer(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('offerId', p ->> 'offerId', 'code', p ->> 'code', 'warnings', p -> 'warnings');
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  INSERT INTO coupon_offer (offer_id, merchant_id, title, kind, audience, win_back_days, threshold_fen, amount_fen, off_bps, cap_fen, deal_id, deal_ids, store_ids, platform_bps, total, per_person,
    claim_from, claim_until, valid_from, valid_until, valid_days, code, transferable, created_by, reason)
  VALUES (p ->> 'offerId', p ->> 'merchantId', p ->> 'title', p ->> 'kind', p ->> 'audience', (p ->> 'winBackDays')::int, (p ->> 'thresholdFen')::bigint, (p ->> 'amountFen')::bigint,
    (p ->> 'offBps')::int, (p ->> 'capFen')::bigint, p ->> 'dealId', ARRAY(SELECT jsonb_array_elements_text(p -> 'dealIds')), ARRAY(SELECT jsonb_array_elements_text(p -> 'storeIds')),
    (p ->> 'platformBps')::int, (p ->> 'total')::int, (p ->> 'perPerson')::int, time_of((p ->> 'claimFromMs')::bigint), time_of((p ->> 'claimUntilMs')::bigint),
    time_of((p ->> 'validFromMs')::bigint), time_of((p ->> 'validUntilMs')::bigint), (p ->> 'validDays')::int, p ->> 'code', (p ->> 'isTransferable')::boolean, p ->> 'by', p ->> 'reason');
  RETURN v_answer;
EXCEPTION WHEN unique_violation THEN
  PERFORM juke_changed('coupon code'); -- that code is taken: draw another
  RETURN NULL;
END $$;

-- I-23: the merchant's own offers only. p: {idem, offerId, merchantId, to}
CREATE OR REPLACE FUNCTION coupons_set_offer_state(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_seen jsonb := kernel_accept(p -> 'idem', '{"ok": true}');
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE coupon_offer SET state = p ->> 'to' WHERE offer_id = p ->> 'offerId' AND merchant_id = p ->> 'merchantId';
  IF NOT FOUND THEN PERFORM juke_refuse('NOT_FOUND'); END IF;
  RETURN '{"ok": true}';
END $$;

-- I-11, A-12, F-21: the counters decide, whoever comes at the same moment: the person's row, the person's coupons, and last of all the
-- offer's row, which everybody wants. p: {idem, offerId, code|null, personId, couponId, graceMs, remindMs, heldMax}
CREATE OR REPLACE FUNCTION coupons_claim(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  o coupon_offer;
  v_from timestamptz;
  v_until timestamptz;
  v_answer jsonb;
  v_seen jsonb;
BEGIN
  SELECT * INTO o FROM coupon_offer WHERE offer_id = p ->> 'offerId' AND code IS NOT DISTINCT FROM p ->> 'code';
  IF NOT FOUND THEN PERFORM juke_refuse('NOT_FOUND'); END IF;
  -- Today and so many whole days after it, in Shanghai. From midnight: starting now would read "not valid yet" on a phone whose clock is a little behind.
  v_from := coalesce(o.valid_from, date_trunc('day', v_now, 'Asia/Shanghai'));
  v_until := coalesce(o.valid_until, ((v_now AT TIME ZONE 'Asia/Shanghai')::date + o.valid_days + 1)::timestamp AT TIME ZONE 'Asia/Shanghai');
  v_answer := jsonb_build_object('couponId', p ->> 'couponId', 'offerId', o.offer_id, 'validFromMs', ms_of(v_from), 'validUntilMs', ms_of(v_until));
  v_seen := kernel_accept(p -> 'idem', v_answer);
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  INSERT INTO coupon_claim AS c (offer_id, person_id, claimed) VALUES (o.offer_id, p ->> 'personId', 1)
  ON CONFLICT (offer_id, person_id) DO UPDATE SET claimed = c.claimed + 1 WHERE c.claimed < o.per_person;
  IF NOT FOUND THEN PERFORM juke_refuse('COUPON_LIMIT', jsonb_build_object('limit', o.per_person)); END IF;
  INSERT INTO coupon (coupon_id, offer_id, merchant_id, owner_id, valid_from, valid_until, grace_ms, first_at)
  VALUES (p ->> 'couponId', o.offer_id, o.merchant_id, p ->> 'personId', v_from, v_until, (p ->> 'graceMs')::bigint, CASE WHEN o.audience = 'new_guest' THEN coalesce(o.merchant_id, 'platform') END);
  PERFORM coupons_within(p ->> 'personId', (p ->> 'heldMax')::int);
  PERFORM kernel_emit('coupon.expiring', p ->> 'couponId', '{}', v_until);
  IF v_now < v_until - (p ->> 'remindMs')::bigint * interval '1 millisecond' THEN
    PERFORM kernel_emit('coupon.ending', p ->> 'couponId', '{}', v_until - (p ->> 'remindMs')::bigint * interval '1 millisecond');
  END IF;
  PERFORM kernel_event('convert', 'coupon.claimed', o.merchant_id, NULL, p ->> 'personId', p ->> 'couponId', NULL);
  UPDATE coupon_offer SET claimed = claimed + 1 WHERE offer_id = o.offer_id AND state = 'active' AND claim_from <= v_now AND v_now < claim_until AND claimed < total;
  IF NOT FOUND THEN
    SELECT * INTO o FROM coupon_offer WHERE offer_id = o.offer_id;
    PERFORM juke_refuse(CASE WHEN o.claimed >= o.total THEN 'COUPON_GONE' ELSE 'COUPON_CLOSED' END);
  END IF;
  RETURN v_answer;
END $$;

-- The counter's row is locked by the insert or the move before: what it says now holds until the commit.
CREATE OR REPLACE FUNCTION coupons_within(p_person text, p_max int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT held FROM coupon_holder WHERE person_id = p_person) > p_max THEN PERFORM juke_refuse('COUPON_TOO_MANY'); END IF;
END $$;

-- A-11: every try counts, for the person and for the device, before anything is looked up; with an ended session nobody tries (A-22).
-- p: {familyId, actors, max, windowMs} → {waitMs}
CREATE OR REPLACE FUNCTION coupons_count_try(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_window interval := (p ->> 'windowMs')::bigint * interval '1 millisecond';
  v_wait bigint := 0;
  v_actor text;
  v coupon_code_try;
BEGIN
  PERFORM kernel_need_session(p ->> 'familyId');
  FOR v_actor IN SELECT a FROM jsonb_array_elements_text(p -> 'actors') a ORDER BY 1 LOOP
    INSERT INTO coupon_code_try AS t (actor, window_at, tries) VALUES (v_actor, v_now, 1)
    ON CONFLICT (actor) DO UPDATE SET tries = CASE WHEN v_now < t.window_at + v_window THEN t.tries + 1 ELSE 1 END, window_at = CASE WHEN v_now < t.window_at + v_window THEN t.window_at ELSE v_now END
    RETURNING * INTO v;
    IF v.tries > (p ->> 'max')::int THEN v_wait := greatest(v_wait, ms_of(v.window_at + v_window) - ms_of(v_now), 1); END IF;
    -- A person who tries on and on is a matter for somebody's eyes, once a window.
    IF v.tries = (p ->> 'max')::int * 4 THEN PERFORM kernel_alarm('coupon_code.guessing', v_actor || ':' || ms_of(v.window_at)); END IF;
  END LOOP;
  RETURN jsonb_build_object('waitMs', v_wait);
END $$;

-- Forgets tries whose window began so long ago, with the person or device that made them.
CREATE OR REPLACE FUNCTION coupons_forget(p_ms bigint, p_rows int) RETURNS int LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM coupon_code_try WHERE actor = ANY (ARRAY(SELECT actor FROM coupon_code_try
    WHERE window_at < (SELECT juke_now() - p_ms * interval '1 millisecond') ORDER BY window_at LIMIT p_rows FOR UPDATE SKIP LOCKED)) RETURNING 1)
  SELECT count(*)::int FROM gone
$$;

-- Whether it may be passed on never changes: that was decided. p: {idem, couponId, personId, token, giftMs, url, weappPath}
CREATE OR REPLACE FUNCTION coupons_give(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_expires timestamptz := (SELECT least(valid_until, v_now + (p ->> 'giftMs')::bigint * interval '1 millisecond') FROM coupon WHERE coupon_id = p ->> 'couponId');
  v_answer jsonb := jsonb_build_object('token', p ->> 'token', 'url', p ->> 'url', 'weappPath', p ->> 'weappPath', 'expiresAtMs', ms_of(v_expires));
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE coupon SET state = 'passing' WHERE coupon_id = p ->> 'couponId' AND owner_id = p ->> 'personId' AND state = 'available' AND v_now < valid_until;
  IF NOT FOUND THEN PERFORM juke_refuse('COUPON_STATE'); END IF;
  INSERT INTO coupon_gift (token, coupon_id, giver_id, expires_at) VALUES (p ->> 'token', p ->> 'couponId', p ->> 'personId', v_expires);
  PERFORM kernel_emit('coupon_gift.ending', p ->> 'token', '{}', v_expires);
  RETURN v_answer;
END $$;

-- A gift's card has one name at WeChat, the first that was made. p: {token, activityId} → {activityId}
CREATE OR REPLACE FUNCTION coupons_add_card(p jsonb) RETURNS jsonb LANGUAGE sql AS $$
  UPDATE coupon_gift SET activity_id = coalesce(activity_id, p ->> 'activityId') WHERE token = p ->> 'token' RETURNING jsonb_build_object('activityId', activity_id)
$$;

-- Back to its giver: taken back, or because nobody claimed it in time. p: {idem, token, to: taken_back|ended, personId (taken_back)} → {ok}
CREATE OR REPLACE FUNCTION coupons_end_gift(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_seen jsonb := kernel_accept(p -> 'idem', '{"ok": true}');
  g coupon_gift;
  v coupon;
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE coupon_gift SET state = p ->> 'to', ended_at = v_now WHERE token = p ->> 'token' AND state = 'open'
    AND CASE p ->> 'to' WHEN 'taken_back' THEN giver_id = p ->> 'personId' ELSE expires_at <= v_now END RETURNING * INTO g;
  IF NOT FOUND THEN
    IF p ->> 'to' = 'taken_back' THEN PERFORM juke_refuse('COUPON_STATE'); END IF;
    RETURN '{"ok": false}';
  END IF;
  UPDATE coupon SET state = CASE WHEN v_now < valid_until THEN 'available' ELSE 'expired' END WHERE coupon_id = g.coupon_id AND state = 'passing' RETURNING * INTO v;
  IF v.state = 'available' THEN PERFORM kernel_emit('coupon.ending', v.coupon_id); END IF; -- its reminder may have fallen due on the way
  IF p ->> 'to' = 'ended' AND v.state = 'available' THEN PERFORM coupons_tell(v, 'coupon.gift_returned', g.giver_id, '{}'); END IF;
  RETURN '{"ok": true}';
END $$;

-- Once, by anyone but its giver. It counts in nobody's claims, but of one offer a person is given at most as many as one may claim.
-- p: {idem, token, personId, heldMax}
CREATE OR REPLACE FUNCTION coupons_claim_gift(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_me text := p ->> 'personId';
  g coupon_gift;
  v coupon;
  v_answer jsonb;
  v_seen jsonb;
  v_most int;
BEGIN
  SELECT c.* INTO v FROM coupon_gift t JOIN coupon c USING (coupon_id) WHERE t.token = p ->> 'token';
  v_answer := jsonb_build_object('couponId', v.coupon_id, 'offerId', v.offer_id, 'validFromMs', ms_of(v.valid_from), 'validUntilMs', ms_of(v.valid_until));
  v_seen := kernel_accept(p -> 'idem', v_answer);
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  UPDATE coupon_gift SET state = 'taken', taken_by = v_me, ended_at = v_now WHERE token = p ->> 'token' AND state = 'open' AND v_now < expires_at AND giver_id <> v_me RETURNING * INTO g;
  IF NOT FOUND THEN
    SELECT * INTO g FROM coupon_gift WHERE token = p ->> 'token';
    PERFORM juke_refuse(CASE WHEN g.token IS NULL THEN 'NOT_FOUND' WHEN g.giver_id = v_me THEN 'COUPON_GIFT_OWN' WHEN g.state = 'taken' THEN 'COUPON_GIFT_TAKEN' ELSE 'COUPON_CLOSED' END);
  END IF;
  SELECT per_person INTO v_most FROM coupon_offer WHERE offer_id = v.offer_id;
  INSERT INTO coupon_claim AS c (offer_id, person_id, received) VALUES (v.offer_id, v_me, 1)
  ON CONFLICT (offer_id, person_id) DO UPDATE SET received = c.received + 1 WHERE c.received < v_most;
  IF NOT FOUND THEN PERFORM juke_refuse('COUPON_LIMIT', jsonb_build_object('limit', v_most)); END IF;
  UPDATE coupon SET state = 'available', owner_id = v_me, given_by = g.giver_id WHERE coupon_id = g.coupon_id AND state = 'passing' RETURNING * INTO v;
  IF NOT FOUND THEN PERFORM juke_refuse('COUPON_STATE'); END IF;
  PERFORM coupons_within(v_me, (p ->> 'heldMax')::int);
  PERFORM kernel_emit('coupon.ending', v.coupon_id); -- its reminder may have fallen due on the way
  PERFORM coupons_tell(v, 'coupon.gift_taken', g.giver_id, jsonb_build_object('friendId', v_me));
  PERFORM kernel_event('reach', 'coupon.given', v.merchant_id, NULL, g.giver_id, v.coupon_id, NULL);
  RETURN v_answer;
END $$;

-- Its end, half-open by the database clock (I-25). What an order holds at its end lives on with the order. p: {couponId}
CREATE OR REPLACE FUNCTION coupons_expire(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE coupon_gift SET state = 'ended', ended_at = juke_now() WHERE coupon_id = p ->> 'couponId' AND state = 'open' AND expires_at <= juke_now();
  UPDATE coupon SET state = 'expired' WHERE coupon_id = p ->> 'couponId' AND state IN ('available', 'passing') AND valid_until <= juke_now();
  RETURN '{}';
END $$;

-- It ends within a day: said once for each end that it has had, while it can still be used. p: {couponId, remindMs} → {waitMs|null}
CREATE OR REPLACE FUNCTION coupons_remind(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
  v_by timestamptz := v_now + (p ->> 'remindMs')::bigint * interval '1 millisecond';
  v coupon;
BEGIN
  UPDATE coupon SET reminded_until = valid_until WHERE coupon_id = p ->> 'couponId' AND state = 'available' AND v_now < valid_until AND valid_until <= v_by
    AND reminded_until IS DISTINCT FROM valid_until RETURNING * INTO v;
  IF FOUND THEN
    PERFORM coupons_tell(v, 'coupon.ending', v.owner_id, '{}');
    RETURN '{}';
  END IF;
  RETURN jsonb_build_object('waitMs', (SELECT ms_of(valid_until) - ms_of(v_by) FROM coupon WHERE coupon_id = p ->> 'couponId' AND state = 'available' AND v_by < valid_until));
END $$;

-- An account was deleted: what it still has is void, and its gifts are over. The gifts' rows first, as everywhere; one that was being
-- made meanwhile is seen once its coupon's row was waited for. p: {personId}
CREATE OR REPLACE FUNCTION coupons_void_person(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM coupon_code_try WHERE actor = 'p:' || (p ->> 'personId');
  PERFORM FROM coupon_gift WHERE giver_id = p ->> 'personId' AND state = 'open' FOR UPDATE;
  UPDATE coupon SET state = 'void' WHERE owner_id = p ->> 'personId' AND state IN ('available', 'passing');
  UPDATE coupon_gift SET state = 'ended', ended_at = juke_now() WHERE giver_id = p ->> 'personId' AND state = 'open';
  RETURN '{}';
END $$;
