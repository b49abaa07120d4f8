-- People: who they are, how they sign in, what they agreed to, what they were told. Guards A-02, A-21, A-36.
CREATE TABLE person (
  person_id text PRIMARY KEY,
  name text NOT NULL,
  avatar_url text NOT NULL,
  language text NOT NULL DEFAULT 'zh' CHECK (language IN ('zh', 'en')),
  is_operator boolean NOT NULL DEFAULT false,
  is_minor boolean NOT NULL DEFAULT false,
  joined_into text REFERENCES person,
  payout_changed_at timestamptz,
  notices_read_at timestamptz NOT NULL DEFAULT to_timestamp(0),
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  deleted_at timestamptz
);
-- One row for each way in. A phone is stored as itself: it is needed to send messages; exports and deletion cover it.
CREATE TABLE person_identity (
  kind text NOT NULL CHECK (kind IN ('openid', 'unionid', 'phone')),
  value text NOT NULL,
  person_id text NOT NULL REFERENCES person,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  PRIMARY KEY (kind, value),
  UNIQUE (person_id, kind)
);
CREATE TABLE person_device (
  person_id text NOT NULL REFERENCES person,
  device_id text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT juke_now(),
  PRIMARY KEY (person_id, device_id)
);
-- session_key of WeChat: stays on the server (A-21).
CREATE TABLE wechat_session (
  openid text PRIMARY KEY,
  session_key text NOT NULL,
  risk_rank smallint NOT NULL DEFAULT 0 CHECK (risk_rank BETWEEN 0 AND 4), -- what WeChat last said (A-35)
  updated_at timestamptz NOT NULL DEFAULT juke_now()
);
-- One row for a phone: the last code sent, and how many were sent in this hour.
CREATE TABLE phone_code (
  phone text PRIMARY KEY,
  code_hash text NOT NULL,
  expires_at timestamptz NOT NULL,
  tries int NOT NULL DEFAULT 0,
  used_at timestamptz,
  window_at timestamptz NOT NULL,
  sent int NOT NULL
);
CREATE TABLE consent (
  person_id text NOT NULL REFERENCES person,
  kind text NOT NULL,
  granted boolean NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT juke_now(),
  PRIMARY KEY (person_id, kind)
);
CREATE TABLE notice (
  notice_id text PRIMARY KEY,
  person_id text NOT NULL REFERENCES person,
  kind text NOT NULL,
  body jsonb NOT NULL DEFAULT '{}',
  link text,
  created_at timestamptz NOT NULL DEFAULT juke_now()
);
CREATE INDEX ON notice (person_id, created_at DESC);
-- One consent = one subscribe message; WeChat has no API for what is left, so we count.
CREATE TABLE subscription (
  person_id text NOT NULL REFERENCES person,
  template_id text NOT NULL,
  quota int NOT NULL DEFAULT 0 CHECK (quota >= 0),
  PRIMARY KEY (person_id, template_id)
);
