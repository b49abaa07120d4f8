-- Group buys and their seats. Guards I-12, F-17, F-18, A-33. A group's price, size and tiers are fixed when it is opened.
CREATE TABLE group_buy (
  group_id text PRIMARY KEY,
  merchant_id text NOT NULL,
  deal_id text NOT NULL,
  terms_version int NOT NULL,
  opener_id text NOT NULL,                                 -- who opened it
  host_id text NOT NULL,                                   -- whose group it is now: the place passes on when a host leaves
  kind text NOT NULL CHECK (kind IN ('standard', 'ladder', 'newcomer')),
  size int NOT NULL CHECK (size BETWEEN 2 AND 8),
  min_size int NOT NULL,                                   -- from so many paid members on it succeeds (a ladder: its lowest tier)
  hours int NOT NULL,
  price_fen bigint NOT NULL CHECK (price_fen > 0),         -- what everyone pays first
  host_benefit_fen bigint NOT NULL CHECK (host_benefit_fen >= 0),
  tiers jsonb NOT NULL,                                    -- [{size, priceFen}], of a ladder
  state text NOT NULL DEFAULT 'opening' CHECK (state IN ('opening', 'open', 'closing', 'succeeded', 'failed', 'cancelled')),
  taken int NOT NULL DEFAULT 1,                            -- seats held and confirmed
  confirmed int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT juke_now(),
  opened_at timestamptz,                                   -- the host's payment
  join_until timestamptz,
  deadline timestamptz,
  ended_at timestamptz,
  flagged_at timestamptz,                                  -- A-33: most of the others took their money back after it succeeded
  CONSTRAINT "I-12 seats" CHECK (min_size BETWEEN 2 AND size AND confirmed BETWEEN 0 AND taken AND taken <= size),
  CONSTRAINT "I-12 succeeded is complete" CHECK (state <> 'succeeded' OR confirmed >= min_size AND taken = confirmed),
  CONSTRAINT "I-12 open has its deadline" CHECK ((state IN ('opening', 'cancelled')) = (deadline IS NULL))
) WITH (fillfactor = 50);
CREATE TRIGGER group_step BEFORE UPDATE OF state ON group_buy FOR EACH ROW EXECUTE FUNCTION kernel_check_step('groupBuy', 'group_id');
-- A person opens one group of a deal at a time, for as long as it is theirs.
CREATE UNIQUE INDEX group_opened_once ON group_buy (opener_id, deal_id) WHERE state IN ('opening', 'open', 'closing') AND host_id = opener_id;
CREATE INDEX group_open_of_deal ON group_buy (deal_id, deadline) WHERE state = 'open';
CREATE INDEX group_flagged ON group_buy (host_id, flagged_at) WHERE flagged_at IS NOT NULL;
CREATE TABLE group_seat (
  order_id text PRIMARY KEY,
  group_id text NOT NULL,                                  -- no foreign key: it would lock the contended row twice
  merchant_id text NOT NULL,
  person_id text NOT NULL,
  seat_no int NOT NULL,
  state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'confirmed', 'released')),
  newcomer_at text,                                        -- the merchant at which this seat counts as the person's first visit
  held_at timestamptz NOT NULL DEFAULT juke_now(),
  confirmed_at timestamptz,                                -- WeChat's success time
  released_at timestamptz,
  words text,                                              -- what this member says to the friends they call
  refunded_at timestamptz                                  -- given back unused after the group succeeded (A-33)
);
CREATE TRIGGER seat_step BEFORE UPDATE OF state ON group_seat FOR EACH ROW EXECUTE FUNCTION kernel_check_step('seat', 'order_id');
CREATE UNIQUE INDEX "I-12 one seat per person" ON group_seat (group_id, person_id) WHERE state <> 'released';
CREATE UNIQUE INDEX "I-12 a seat is taken once" ON group_seat (group_id, seat_no) WHERE state <> 'released';
-- C3: two newcomer seats of one person at one merchant cannot be.
CREATE UNIQUE INDEX newcomer_once ON group_seat (person_id, newcomer_at) WHERE newcomer_at IS NOT NULL;
-- WeChat's updatable share cards of a group: decoration that lives a day.
CREATE TABLE group_card (
  activity_id text PRIMARY KEY,
  group_id text NOT NULL,
  merchant_id text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON group_card (group_id);
CREATE INDEX seat_of_person ON group_seat (person_id, held_at DESC);
CREATE INDEX seat_of_group ON group_seat (group_id);
