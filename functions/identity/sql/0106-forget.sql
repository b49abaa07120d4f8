-- Numbers that a code was sent to are forgotten after a day (identity_forget), also of people who never signed in.
CREATE INDEX ON phone_code (window_at);
