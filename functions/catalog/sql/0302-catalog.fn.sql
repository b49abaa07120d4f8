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

CREATE OR REPLACE FUNCTION catalog_check_window(p_deal text, p_version int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := juke_now();
BEGIN
  IF NOT EXISTS (SELECT FROM deal_terms WHERE deal_id = p_deal AND version = p_version
    AND (sale_starts_at IS NULL OR sale_starts_at <= v_now) AND (sale_ends_at IS NULL OR v_now < sale_ends_at)) THEN
    PERFORM juke_refuse('DEAL_NOT_ON_SALE');
  END IF;
END $$;

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
