CREATE OR REPLACE FUNCTION merchants_has_store(p_merchant text, p_store text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM store WHERE store_id = p_store AND merchant_id = p_merchant) $$;
