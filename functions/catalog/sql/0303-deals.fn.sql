-- Saves of deals and their terms. Guards I-06, I-10, I-22, I-23.

-- p: {idem, dealId, merchantId, title, subtitle, category, pictureUrls, items, notes, tags, storeIds, stock, fulfilment, terms, warnings}
-- terms: {priceFen, friendDiscountFen, rebateBps, rebateCapFen, commissionBps, perPersonLimit, validDays, saleStartsAtMs, saleEndsAtMs, group|null, isFlash,
--   regularDealId|null, offPeak|null}
CREATE OR REPLACE FUNCTION catalog_create_deal(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('dealId', p ->> 'dealId', 'termsVersion', 1, 'warnings', p -> 'warnings');
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  IF NOT EXISTS (SELECT FROM merchants_find(p ->> 'merchantId')) THEN PERFORM juke_refuse('NOT_FOUND'); END IF;
  -- A11: only the merchant's own price may stand crossed out beside a flash price.
  IF p #>> '{terms,regularDealId}' IS NOT NULL AND NOT EXISTS (SELECT FROM deal WHERE deal_id = p #>> '{terms,regularDealId}' AND merchant_id = p ->> 'merchantId') THEN
    PERFORM juke_refuse('NOT_FOUND');
  END IF;
  INSERT INTO deal (deal_id, merchant_id, title, subtitle, category, picture_urls, items, notes, tags, terms_version, fulfilment)
  VALUES (p ->> 'dealId', p ->> 'merchantId', p ->> 'title', p ->> 'subtitle', p ->> 'category', ARRAY(SELECT jsonb_array_elements_text(p -> 'pictureUrls')), p -> 'items',
    ARRAY(SELECT jsonb_array_elements_text(p -> 'notes')), ARRAY(SELECT jsonb_array_elements_text(p -> 'tags')), 1, coalesce(p ->> 'fulfilment', 'voucher'));
  PERFORM catalog_add_terms(p ->> 'dealId', p ->> 'merchantId', 1, p -> 'terms');
  -- I-23: the foreign key (store, merchant) refuses a store of somebody else.
  BEGIN
    INSERT INTO deal_store (deal_id, store_id, merchant_id) SELECT p ->> 'dealId', s, p ->> 'merchantId' FROM jsonb_array_elements_text(p -> 'storeIds') s;
  EXCEPTION WHEN foreign_key_violation THEN PERFORM juke_refuse('NOT_FOUND');
  END;
  INSERT INTO deal_stock (deal_id, merchant_id, terms_version, stocked, available) VALUES (p ->> 'dealId', p ->> 'merchantId', 1, (p ->> 'stock')::int, (p ->> 'stock')::int);
  RETURN v_answer;
END $$;

CREATE OR REPLACE FUNCTION catalog_add_terms(p_deal text, p_merchant text, p_version int, t jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO deal_terms (deal_id, version, merchant_id, price_fen, friend_discount_fen, rebate_bps, rebate_cap_fen, commission_bps, per_person_limit, valid_days, sale_starts_at, sale_ends_at,
    group_rule, is_flash, regular_deal_id, off_peak)
  VALUES (p_deal, p_version, p_merchant, (t ->> 'priceFen')::bigint, (t ->> 'friendDiscountFen')::bigint, (t ->> 'rebateBps')::int, (t ->> 'rebateCapFen')::bigint,
    (t ->> 'commissionBps')::int, (t ->> 'perPersonLimit')::int, (t ->> 'validDays')::int, time_of((t ->> 'saleStartsAtMs')::bigint), time_of((t ->> 'saleEndsAtMs')::bigint),
    CASE WHEN jsonb_typeof(t -> 'group') = 'object' THEN t -> 'group' END, coalesce((t ->> 'isFlash')::boolean, false), t ->> 'regularDealId', CASE WHEN jsonb_typeof(t -> 'offPeak') = 'object' THEN t -> 'offPeak' END)
$$;

-- A new price is a new version; what was sold at the old one stays as it was. Orders being decided on the old version are
-- refused by the stock row's version, and decided again. No route calls it yet (proposing and accepting terms, A1, comes with its screens):
-- whoever changes a price at the database, and the tests, use this. p: {dealId, fromVersion, terms} → {termsVersion}
CREATE OR REPLACE FUNCTION catalog_new_terms(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_version int := (p ->> 'fromVersion')::int + 1;
  v_merchant text;
BEGIN
  UPDATE deal SET terms_version = v_version WHERE deal_id = p ->> 'dealId' AND terms_version = v_version - 1 RETURNING merchant_id INTO v_merchant;
  IF NOT FOUND THEN PERFORM juke_changed('deal terms'); END IF;
  PERFORM catalog_add_terms(p ->> 'dealId', v_merchant, v_version, p -> 'terms');
  UPDATE deal_stock SET terms_version = v_version WHERE deal_id = p ->> 'dealId';
  RETURN jsonb_build_object('termsVersion', v_version);
END $$;

-- Two accounts became one. Who is placing an order for the old account at this moment is waited for; then it is known which orders are its.
CREATE OR REPLACE FUNCTION catalog_wait_for_buyer(p_person text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM deal_buyer WHERE person_id = p_person ORDER BY deal_id FOR UPDATE;
END $$;
-- What the person has of each deal, without what stays behind (p_keep: {deal: units}; an unpaid
-- order that ends by itself). I-10.
CREATE OR REPLACE FUNCTION catalog_move_buyer(p_from text, p_to text, p_keep jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT deal_id, quantity - coalesce((p_keep ->> deal_id)::int, 0) AS moved FROM deal_buyer WHERE person_id = p_from ORDER BY deal_id FOR UPDATE LOOP
    CONTINUE WHEN r.moved <= 0;
    UPDATE deal_buyer SET quantity = quantity - r.moved WHERE deal_id = r.deal_id AND person_id = p_from;
    INSERT INTO deal_buyer AS b (deal_id, person_id, quantity) VALUES (r.deal_id, p_to, r.moved)
    ON CONFLICT (deal_id, person_id) DO UPDATE SET quantity = b.quantity + excluded.quantity;
  END LOOP;
END $$;
