-- The mark of a database whose data the demo made: only such a one is ever emptied (npm run demo:reset).
-- 'making' while the history is played; body: what a later start must know {friendToken}.
CREATE TABLE demo_city (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  state text NOT NULL CHECK (state IN ('making', 'made')),
  body jsonb NOT NULL DEFAULT '{}',
  made_at timestamptz NOT NULL DEFAULT juke_now()
);
