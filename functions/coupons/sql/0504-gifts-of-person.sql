-- A join moves what was given and taken.
CREATE INDEX ON coupon (given_by) WHERE given_by IS NOT NULL;
CREATE INDEX ON coupon_gift (taken_by) WHERE taken_by IS NOT NULL;
