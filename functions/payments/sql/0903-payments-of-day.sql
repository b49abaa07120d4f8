-- The bill of a day is compared with what we hold as paid that day, not with every payment there ever was.
CREATE INDEX payment_succeeded ON payment (succeeded_at) WHERE state = 'succeeded';
