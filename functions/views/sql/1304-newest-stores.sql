-- Reading only: shops of a screen without a position, newest first; a merchant's after-sales, without its other refunds.
CREATE INDEX store_newest ON store (created_at DESC, store_id);
CREATE INDEX refund_after_sale ON refund (merchant_id, requested_at DESC) WHERE kind = 'after_sale';
