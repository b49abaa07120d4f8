-- A-10: a number that is typed names one voucher of a merchant. One that was used long ago gives its number up to a new one, else a
-- merchant would run out of them.
ALTER TABLE voucher ADD COLUMN holds_locator boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT "A-10 usable by its number" CHECK (holds_locator OR state <> 'issued');
DROP INDEX voucher_locator;
CREATE UNIQUE INDEX voucher_locator ON voucher (merchant_id, locator) WHERE holds_locator AND state IN ('issued', 'redeemed');
