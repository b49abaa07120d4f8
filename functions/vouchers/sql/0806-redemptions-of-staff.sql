-- What somebody redeemed at work belongs to the copy of their data.
CREATE INDEX ON redemption (staff_id);
