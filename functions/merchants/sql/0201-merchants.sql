-- Merchants, their stores and staff. Guards A-19, I-23.
CREATE TABLE merchant (
  merchant_id text PRIMARY KEY,
  name text NOT NULL,
  sub_mchid text NOT NULL UNIQUE,
  category text NOT NULL,
  logo_ink text NOT NULL,
  attribution text NOT NULL DEFAULT 'last' CHECK (attribution IN ('last', 'first')),
  created_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE EXTENSION IF NOT EXISTS cube;
CREATE EXTENSION IF NOT EXISTS earthdistance;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- Positions are GCJ-02 in whole micro-degrees (I-24: no float column); the index computes the point.
CREATE TABLE store (
  store_id text PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchant,
  name text NOT NULL,
  address text NOT NULL,
  phone text NOT NULL,
  category text NOT NULL,
  lat_e6 int NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
  lng_e6 int NOT NULL CHECK (lng_e6 BETWEEN -180000000 AND 180000000),
  opens_at_minute int NOT NULL CHECK (opens_at_minute BETWEEN 0 AND 1440),
  closes_at_minute int NOT NULL CHECK (closes_at_minute BETWEEN 0 AND 1440),
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  UNIQUE (store_id, merchant_id)
);
CREATE FUNCTION merchants_point(lat_e6 int, lng_e6 int) RETURNS earth LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  $$ SELECT public.ll_to_earth(lat_e6 / 1e6::float8, lng_e6 / 1e6::float8) $$;
CREATE INDEX store_near ON store USING gist (merchants_point(lat_e6, lng_e6));
CREATE INDEX ON store (merchant_id);
CREATE INDEX store_words ON store USING gin ((name || ' ' || address) gin_trgm_ops);
CREATE TABLE staff (
  staff_id text PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchant,
  store_id text,                                       -- NULL: every store of the merchant
  person_id text NOT NULL,
  role text NOT NULL CHECK (role IN ('clerk', 'manager')),
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  removed_at timestamptz,
  FOREIGN KEY (store_id, merchant_id) REFERENCES store (store_id, merchant_id)
);
CREATE UNIQUE INDEX ON staff (person_id, merchant_id, coalesce(store_id, '')) WHERE removed_at IS NULL;
CREATE INDEX ON staff (merchant_id);
