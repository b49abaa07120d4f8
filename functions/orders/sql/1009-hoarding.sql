-- A-34: when an order ended unpaid after it had held its stock for more than a third of its time: left to expire, or cancelled late.
ALTER TABLE guest_order ADD COLUMN hoarded_at timestamptz,
  ADD CONSTRAINT "A-34 hoarded" CHECK (hoarded_at IS NULL OR state IN ('expired', 'cancelled'));
UPDATE guest_order SET hoarded_at = expires_at WHERE state = 'expired';
CREATE INDEX order_hoarded ON guest_order (buyer_id, hoarded_at) WHERE hoarded_at IS NOT NULL;
DROP INDEX order_expired;
