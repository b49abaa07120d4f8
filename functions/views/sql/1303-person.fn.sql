-- Answers about a person that only several modules together can give. Called by identity inside its saves.

-- PIPL §47 meets money: what is still open would be lost with the account, also what an account that was joined into it still keeps
-- (it follows by a fact, or waits for its end). Guards PERSON_BUSY.
-- What is too little to be withdrawn (less than p_least) is in nobody's way: it could never leave.
DROP FUNCTION IF EXISTS person_open_business(text);
CREATE OR REPLACE FUNCTION person_open_business(p_person text, p_least bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM person j WHERE (j.person_id = p_person OR j.joined_into = p_person) AND (
    EXISTS (SELECT FROM voucher WHERE owner_id = j.person_id AND state IN ('issued', 'refunding'))
    OR EXISTS (SELECT FROM guest_order WHERE buyer_id = j.person_id AND state = 'unpaid')
    -- A seat that is paid for: its group is not at its end, or the money is still on its way back.
    OR EXISTS (SELECT FROM guest_order o WHERE buyer_id = j.person_id AND state = 'paid' AND group_id IS NOT NULL AND refunded_fen = 0
      AND NOT EXISTS (SELECT FROM voucher_set s WHERE s.order_id = o.order_id))
    OR EXISTS (SELECT FROM refund WHERE buyer_id = j.person_id AND state NOT IN ('succeeded', 'declined'))
    OR EXISTS (SELECT FROM withdrawal WHERE person_id = j.person_id AND state IN ('requested', 'awaiting_person'))
    OR ledger_balance('reward-pending', j.person_id) > 0 OR ledger_balance('reward-available', j.person_id) >= CASE WHEN j.person_id = p_person THEN p_least ELSE 1 END))
$$;

CREATE OR REPLACE FUNCTION person_is_staff(p_person text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM staff WHERE person_id = p_person AND removed_at IS NULL) $$;

-- When the person last paid for something that was not all given back, at one merchant or (NULL) anywhere. NULL: never. Who is a new guest,
-- and who has not come for a while, is decided by this (C1, C3); an order that is only being paid does not count yet.
CREATE OR REPLACE FUNCTION person_last_paid(p_person text, p_merchant text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT max(paid_at) FROM guest_order WHERE buyer_id = p_person AND paid_at IS NOT NULL AND refunded_fen < payable_fen AND (p_merchant IS NULL OR merchant_id = p_merchant)
$$;
