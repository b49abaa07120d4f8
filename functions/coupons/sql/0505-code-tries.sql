-- Tries that are over are forgotten by their age.
CREATE INDEX ON coupon_code_try (window_at);
