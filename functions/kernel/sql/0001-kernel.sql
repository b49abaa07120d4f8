-- The kernel's tables: clock, sessions, idempotency, facts, events, states. Guards I-08, I-21, I-22, I-25.
CREATE TABLE clock_offset (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  offset_ms bigint NOT NULL DEFAULT 0
);
INSERT INTO clock_offset DEFAULT VALUES;

-- I-25: the one clock. The offset is 0 except where a demo or a test moved time.
CREATE FUNCTION juke_now() RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT clock_timestamp() + offset_ms * interval '1 millisecond' FROM clock_offset $$;
CREATE FUNCTION ms_of(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT floor(extract(epoch FROM t) * 1000)::bigint $$;
CREATE FUNCTION time_of(ms bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT to_timestamp(0) + ms * interval '1 millisecond' $$;
CREATE FUNCTION juke_refuse(code text, details jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '%', code USING ERRCODE = 'JK001', DETAIL = details::text; END $$;
-- A guard found that the decision was made on something that changed meanwhile: load and decide again.
CREATE FUNCTION juke_changed(what text) RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'changed: %', what USING ERRCODE = 'JK002'; END $$;

CREATE TABLE session_family (
  family_id text PRIMARY KEY,
  person_id text NOT NULL,
  device_id text NOT NULL,
  is_operator boolean NOT NULL DEFAULT false,
  refresh_hash text NOT NULL UNIQUE,
  used_refresh_hash text[] NOT NULL DEFAULT '{}',
  rotated_at timestamptz,                                  -- when the newest of the used ones was exchanged
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX ON session_family (person_id);

-- I-22: the row is written by the save itself, so an accepted key and its effect commit together.
CREATE TABLE idempotency (
  actor text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  PRIMARY KEY (actor, key)
);

CREATE TABLE fact_route (
  kind text NOT NULL,
  reaction text NOT NULL,
  PRIMARY KEY (kind, reaction)
);
-- I-21: one row for each (fact, reaction), committed with the change that it reports.
CREATE TABLE fact (
  fact_id text NOT NULL,
  reaction text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  body jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'running', 'done', 'parked')),
  due_at timestamptz NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  fence bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  last_error text,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  PRIMARY KEY (fact_id, reaction)
);
CREATE INDEX fact_due ON fact (due_at) WHERE state = 'due';
CREATE INDEX fact_running ON fact (lease_until) WHERE state = 'running';
CREATE INDEX fact_subject ON fact (subject);

-- The five-stage loop. Append-only, for reading; never drives behaviour.
CREATE TABLE event (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stage text NOT NULL CHECK (stage IN ('reach', 'convert', 'consume', 'feedback', 'retain')),
  what text NOT NULL,
  merchant_id text,
  store_id text,
  person_id text,
  subject text,
  share_token text,
  happened_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE INDEX ON event (merchant_id, happened_at);

-- I-08: the steps that exist (filled from contract/states.ts at migration) and one history row for each change.
CREATE TABLE transition (
  subject_kind text NOT NULL, from_state text NOT NULL, to_state text NOT NULL,
  PRIMARY KEY (subject_kind, from_state, to_state)
);
CREATE TABLE state_change (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX ON state_change (subject_id);

-- Alarms: things that a person must look at. Raised once for each (kind, subject).
CREATE TABLE alarm (
  kind text NOT NULL, subject text NOT NULL, body jsonb NOT NULL DEFAULT '{}',
  raised_at timestamptz NOT NULL DEFAULT juke_now(), closed_at timestamptz,
  PRIMARY KEY (kind, subject)
);

CREATE TABLE media (
  media_id text PRIMARY KEY,
  owner_id text NOT NULL,
  content_type text NOT NULL,
  state text NOT NULL DEFAULT 'awaited' CHECK (state IN ('awaited', 'hidden', 'shown', 'refused')),
  created_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE INDEX ON media (owner_id);
