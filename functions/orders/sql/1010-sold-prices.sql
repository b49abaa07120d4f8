-- A11: whether a deal was really sold at a price lately, which alone may stand crossed out beside a lower one. The state is asked of the rows: an index
-- of one state's rows would tempt the updates by key.
CREATE INDEX order_sold_at ON guest_order (deal_id, unit_price_fen, paid_at) WHERE price_kind = 'single' AND paid_at IS NOT NULL;
