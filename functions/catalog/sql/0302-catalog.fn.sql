-- I-10, I-25: units available → held, at the terms the price was decided on, inside the sale window. The caller names the
-- order of everything else: this row is the contended one and goes last.
CREATE OR REPLACE FUNCTION catalog_take_stock(p_deal text, p_version int, p_quantity int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_stock deal_stock;
  v_terms deal_terms;
BEGIN
  UPDATE deal_stock SET available = available - p_quantity, held = held + p_quantity
  WHERE deal_id = p_deal AND terms_version = p_version AND available >= p_quantity;
  IF NOT FOUND THEN
    SELECT * INTO v_stock FROM deal_stock WHERE deal_id = p_deal;
    IF v_stock.terms_version IS DISTINCT FROM p_version THEN PERFORM juke_changed('deal terms'); END IF;
    PERFORM juke_refuse('SOLD_OUT', jsonb_build_object('available', v_stock.available));
  END IF;
END $$;

-- C4, I-25: what is wrong, by the database clock, with selling at these terms for this kind of price now; null: nothing.
-- {refuse, details} for the guest, or {changed}: the price was decided for a moment that is over. A group's price is its own.
CREATE OR REPLACE FUNCTION catalog_sale_problem(p_deal text, p_version int, p_kind text, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  t deal_terms;
  v_there timestamp := p_now AT TIME ZONE 'Asia/Shanghai';
  v_minute int;
BEGIN
  SELECT * INTO t FROM deal_terms WHERE deal_id = p_deal AND version = p_version;
  IF NOT FOUND OR p_now >= t.sale_ends_at THEN RETURN jsonb_build_object('refuse', 'DEAL_NOT_ON_SALE', 'details', '{}'::jsonb); END IF;
  IF p_now < t.sale_starts_at THEN
    RETURN jsonb_build_object('refuse', 'SALE_NOT_STARTED', 'details', jsonb_build_object('startsAt', ms_of(t.sale_starts_at)));
  END IF;
  IF p_kind = 'group' THEN RETURN NULL; END IF;
  v_minute := extract(hour FROM v_there)::int * 60 + extract(minute FROM v_there)::int;
  IF p_kind IS DISTINCT FROM (CASE WHEN t.is_flash THEN 'flash'
    WHEN t.off_peak -> 'days' @> to_jsonb(extract(isodow FROM v_there)::int) AND v_minute >= (t.off_peak ->> 'fromMinute')::int AND v_minute < (t.off_peak ->> 'toMinute')::int THEN 'off_peak'
    ELSE 'single' END) THEN RETURN '{"changed": "price of this moment"}'; END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION catalog_check_sale(p_deal text, p_version int, p_kind text, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v jsonb := catalog_sale_problem(p_deal, p_version, p_kind, p_now);
BEGIN
  IF v ? 'refuse' THEN PERFORM juke_refuse(v ->> 'refuse', v -> 'details'); END IF;
  IF v ? 'changed' THEN PERFORM juke_changed(v ->> 'changed'); END IF;
END $$;
DROP FUNCTION IF EXISTS catalog_check_window(text, int);

-- The limit per person, exact under races: the row itself is the counter.
CREATE OR REPLACE FUNCTION catalog_count_buyer(p_deal text, p_person text, p_quantity int, p_limit int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_quantity <= p_limit THEN
    INSERT INTO deal_buyer AS b (deal_id, person_id, quantity) VALUES (p_deal, p_person, p_quantity)
    ON CONFLICT (deal_id, person_id) DO UPDATE SET quantity = b.quantity + excluded.quantity WHERE b.quantity + excluded.quantity <= p_limit;
    IF FOUND THEN RETURN; END IF;
  END IF;
  PERFORM juke_refuse('LIMIT_PER_PERSON', jsonb_build_object('limit', p_limit));
END $$;

-- The same for several buyers of one deal at once; answers how many were counted. p: [{buyerId, quantity}]
CREATE OR REPLACE FUNCTION catalog_count_buyers(p_deal text, p jsonb, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_count int;
BEGIN
  INSERT INTO deal_buyer AS b (deal_id, person_id, quantity)
  SELECT p_deal, e ->> 'buyerId', (e ->> 'quantity')::int FROM jsonb_array_elements(p) e WHERE (e ->> 'quantity')::int <= p_limit ORDER BY 2
  ON CONFLICT (deal_id, person_id) DO UPDATE SET quantity = b.quantity + excluded.quantity WHERE b.quantity + excluded.quantity <= p_limit;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;
CREATE OR REPLACE FUNCTION catalog_bought(p_deal text, p_person text) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT coalesce((SELECT quantity FROM deal_buyer WHERE deal_id = p_deal AND person_id = p_person), 0) $$;
CREATE OR REPLACE FUNCTION catalog_stock(p_deal text) RETURNS SETOF deal_stock LANGUAGE sql STABLE AS
  $$ SELECT * FROM deal_stock WHERE deal_id = p_deal $$;

-- An unpaid order ended: held → available.
CREATE OR REPLACE FUNCTION catalog_release_stock(p_deal text, p_person text, p_quantity int) RETURNS void LANGUAGE sql AS $$
  UPDATE deal_buyer SET quantity = quantity - p_quantity WHERE deal_id = p_deal AND person_id = p_person;
  UPDATE deal_stock SET available = available + p_quantity, held = held - p_quantity WHERE deal_id = p_deal;
$$;
-- Paid: held → sold.
CREATE OR REPLACE FUNCTION catalog_sell_stock(p_deal text, p_quantity int) RETURNS void LANGUAGE sql AS $$
  UPDATE deal_stock SET held = held - p_quantity, sold = sold + p_quantity WHERE deal_id = p_deal;
$$;
-- Refunded unused: sold → available.
CREATE OR REPLACE FUNCTION catalog_return_stock(p_deal text, p_person text, p_quantity int) RETURNS void LANGUAGE sql AS $$
  UPDATE deal_buyer SET quantity = quantity - p_quantity WHERE deal_id = p_deal AND person_id = p_person;
  UPDATE deal_stock SET available = available + p_quantity, sold = sold - p_quantity WHERE deal_id = p_deal;
$$;

-- For loads of modules to the right.
CREATE OR REPLACE FUNCTION catalog_find(p_deal text) RETURNS SETOF deal LANGUAGE sql STABLE AS
  $$ SELECT * FROM deal WHERE deal_id = p_deal $$;
CREATE OR REPLACE FUNCTION catalog_is_valid_at(p_deal text, p_store text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM deal_store WHERE deal_id = p_deal AND store_id = p_store) $$;

-- For the modules to the right, inside their own queries.
CREATE OR REPLACE FUNCTION catalog_title(p_deal text) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT title FROM deal WHERE deal_id = p_deal $$;
