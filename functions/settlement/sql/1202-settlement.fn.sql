-- The split's intent, before WeChat is called; its amounts never change after this, and from now on nothing of the order can be
-- undone. p: {splitId, orderId, merchantId, setVersion, commissionFen, rewardFen, merchantFen, subsidy: {subsidyId, amountFen}|null}
CREATE OR REPLACE FUNCTION settlement_open_split(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO split (split_id, order_id, merchant_id, commission_fen, reward_fen, merchant_fen)
  VALUES (p ->> 'splitId', p ->> 'orderId', p ->> 'merchantId', (p ->> 'commissionFen')::bigint, (p ->> 'rewardFen')::bigint, (p ->> 'merchantFen')::bigint)
  ON CONFLICT (order_id) DO NOTHING;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  PERFORM vouchers_seal(p ->> 'orderId', (p ->> 'setVersion')::int);
  IF jsonb_typeof(p -> 'subsidy') = 'object' THEN
    INSERT INTO subsidy (subsidy_id, order_id, merchant_id, amount_fen) VALUES (p #>> '{subsidy,subsidyId}', p ->> 'orderId', p ->> 'merchantId', (p #>> '{subsidy,amountFen}')::bigint);
  END IF;
  RETURN '{}';
END $$;

-- WeChat moved it (or took it off the order): the merchant has it frozen with what was paid. p: {subsidyId}
CREATE OR REPLACE FUNCTION settlement_subsidy_done(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v subsidy;
BEGIN
  UPDATE subsidy SET state = CASE WHEN amount_fen > 0 THEN 'succeeded' ELSE 'cancelled' END, ended_at = juke_now()
  WHERE subsidy_id = p ->> 'subsidyId' AND state IN ('due', 'stuck') RETURNING * INTO v;
  IF v.state = 'succeeded' THEN
    PERFORM ledger_post('subsidy', v.subsidy_id, v.merchant_id, v.order_id, jsonb_build_array(
      jsonb_build_object('a', 'coupon-subsidy', 'o', 'platform', 'f', -v.amount_fen), jsonb_build_object('a', 'merchant-frozen', 'o', v.merchant_id, 'f', v.amount_fen)));
  END IF;
  RETURN '{}';
END $$;

-- WeChat said no, such as a platform without enough money: a person looks, and the same number is tried again. p: {subsidyId, why}
CREATE OR REPLACE FUNCTION settlement_subsidy_stuck(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE subsidy SET state = 'stuck' WHERE subsidy_id = p ->> 'subsidyId' AND state = 'due';
  PERFORM kernel_alarm('subsidy.stuck', p ->> 'subsidyId', jsonb_build_object('why', p ->> 'why'));
  RETURN '{}';
END $$;
CREATE OR REPLACE FUNCTION settlement_subsidy_returned(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE subsidy_return SET done_at = juke_now() WHERE return_id = p ->> 'returnId' AND done_at IS NULL;
  RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION settlement_split_sent(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE split SET state = p ->> 'to' WHERE split_id = p ->> 'splitId' AND state IN ('due', 'sent', 'stuck') AND state <> p ->> 'to';
  IF FOUND AND p ->> 'to' = 'stuck' THEN PERFORM kernel_alarm('split.stuck', p ->> 'splitId', jsonb_build_object('why', p ->> 'why')); END IF;
  RETURN '{}';
END $$;

-- WeChat finished it: commission to the platform, the rest to the merchant. The reward left merchant-frozen when it became pending.
-- p: {splitId, repayFen}: what of it makes good a debt of the merchant, decided on that debt (F-35).
CREATE OR REPLACE FUNCTION settlement_split_done(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v split;
  v_repay bigint := (p ->> 'repayFen')::bigint;
BEGIN
  UPDATE split SET state = 'succeeded', ended_at = juke_now() WHERE split_id = p ->> 'splitId' AND state IN ('due', 'sent', 'stuck') RETURNING * INTO v;
  IF NOT FOUND THEN RETURN '{"outcome": "repeat"}'; END IF;
  PERFORM ledger_need_balance(v.merchant_id, 'merchant-debt', -v_repay, v_repay = v.merchant_fen);
  IF v.commission_fen + v.merchant_fen > 0 THEN
    PERFORM ledger_post('split', v.split_id, v.merchant_id, v.order_id, jsonb_build_array(
      jsonb_build_object('a', 'merchant-frozen', 'o', v.merchant_id, 'f', -(v.commission_fen + v.merchant_fen)),
      jsonb_build_object('a', 'platform-fee', 'o', 'platform', 'f', v.commission_fen),
      jsonb_build_object('a', 'merchant-debt', 'o', v.merchant_id, 'f', v_repay),
      jsonb_build_object('a', 'merchant-available', 'o', v.merchant_id, 'f', v.merchant_fen - v_repay)));
  END IF;
  RETURN '{"outcome": "succeeded"}';
END $$;

-- After-sale while something of the order can still be used: from the frozen money, like what goes back unused.
-- p: {refundId, orderId, merchantId, setVersion, earlierFen, feeBackFen, rewardPaidFen, rewardFen, postings}
CREATE OR REPLACE FUNCTION settlement_fund_frozen(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refunds_fund(p ->> 'refundId', (p ->> 'earlierFen')::bigint);
  PERFORM vouchers_keep_open(p ->> 'orderId', (p ->> 'setVersion')::int);
  PERFORM orders_give_back_fee(p ->> 'orderId', (p ->> 'feeBackFen')::bigint);
  PERFORM referrals_dispute(p ->> 'orderId', false);
  PERFORM referrals_expect_less(p ->> 'orderId', (p ->> 'rewardPaidFen')::bigint, (p ->> 'rewardFen')::bigint, 'refunded');
  PERFORM ledger_post('refund.after_sale', p ->> 'refundId', p ->> 'merchantId', p ->> 'orderId', p -> 'postings');
  PERFORM kernel_emit('refund.accepted', p ->> 'refundId');
  RETURN '{}';
END $$;

-- After-sale after the split: the journal that funds the refund, the claw-back, and the return's intent, in one commit. F-35, A-06.
-- p: {refundId, orderId, merchantId, splitId, earlierFen, returnId, returnFen, feeBackFen, postings, claw: {state, clawedFen, fen}|null,
--     debtors: [{a, o, fen}], subsidy: {subsidyId, returnId, fen}|null}
-- Two after-sales of one order are differences of one running total: the split's row lines them up.
CREATE OR REPLACE FUNCTION settlement_fund_refund(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM split WHERE split_id = p ->> 'splitId' FOR UPDATE;
  PERFORM refunds_fund(p ->> 'refundId', (p ->> 'earlierFen')::bigint);
  PERFORM ledger_need_balance(e ->> 'o', e ->> 'a', (e ->> 'fen')::bigint) FROM jsonb_array_elements(p -> 'debtors') e;
  PERFORM orders_give_back_fee(p ->> 'orderId', (p ->> 'feeBackFen')::bigint);
  IF jsonb_typeof(p -> 'claw') = 'object' THEN
    PERFORM referrals_claw(p ->> 'orderId', p #>> '{claw,state}', (p #>> '{claw,clawedFen}')::bigint, (p #>> '{claw,fen}')::bigint);
  ELSE
    PERFORM referrals_dispute(p ->> 'orderId', false);
  END IF;
  IF jsonb_typeof(p -> 'subsidy') = 'object' THEN
    UPDATE subsidy SET returned_fen = returned_fen + (p #>> '{subsidy,fen}')::bigint WHERE subsidy_id = p #>> '{subsidy,subsidyId}';
    INSERT INTO subsidy_return (return_id, subsidy_id, refund_id, amount_fen) VALUES (p #>> '{subsidy,returnId}', p #>> '{subsidy,subsidyId}', p ->> 'refundId', (p #>> '{subsidy,fen}')::bigint);
    PERFORM kernel_emit('subsidy.returning', p #>> '{subsidy,returnId}');
  END IF;
  PERFORM ledger_post('refund.after_sale', p ->> 'refundId', p ->> 'merchantId', p ->> 'orderId', p -> 'postings');
  IF (p ->> 'returnFen')::bigint > 0 THEN
    UPDATE split SET returned_fen = returned_fen + (p ->> 'returnFen')::bigint WHERE split_id = p ->> 'splitId';
    INSERT INTO split_return (return_id, split_id, refund_id, amount_fen) VALUES (p ->> 'returnId', p ->> 'splitId', p ->> 'refundId', (p ->> 'returnFen')::bigint);
    PERFORM kernel_emit('split.returning', p ->> 'returnId');
  ELSE
    PERFORM kernel_emit('refund.accepted', p ->> 'refundId');
  END IF;
  RETURN '{}';
EXCEPTION WHEN check_violation THEN
  PERFORM juke_changed('balance'); -- a balance moved below what this was decided on
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION settlement_return_done(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_refund text;
BEGIN
  UPDATE split_return SET done_at = juke_now() WHERE return_id = p ->> 'returnId' AND done_at IS NULL RETURNING refund_id INTO v_refund;
  IF FOUND THEN PERFORM kernel_emit('refund.accepted', v_refund); END IF;
  RETURN '{}';
END $$;

-- WeChat ended it without success, such as a platform without enough money: a person looks, and it is tried again by its next number.
-- p: {returnId, tries: how many had failed before it, why}
CREATE OR REPLACE FUNCTION settlement_return_failed(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE split_return SET tries = tries + 1 WHERE return_id = p ->> 'returnId' AND done_at IS NULL AND tries = (p ->> 'tries')::int;
  IF FOUND THEN PERFORM kernel_alarm('split.return_failed', p ->> 'returnId', jsonb_build_object('why', p ->> 'why')); END IF;
  RETURN '{}';
END $$;

-- I-05: the floor of the wallet decides. p: {idem, withdrawalId, personId, openid, amountFen, perDay}
CREATE OR REPLACE FUNCTION settlement_request_withdrawal(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb := jsonb_build_object('withdrawalId', p ->> 'withdrawalId');
  v_seen jsonb := kernel_accept(p -> 'idem', v_answer);
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  BEGIN
    INSERT INTO withdrawal (withdrawal_id, person_id, openid, amount_fen) VALUES (p ->> 'withdrawalId', p ->> 'personId', p ->> 'openid', (p ->> 'amountFen')::bigint);
  EXCEPTION WHEN unique_violation THEN PERFORM juke_refuse('WITHDRAWAL_OPEN');
  END;
  -- One is open at a time, so whoever has written this row counts all others.
  IF (SELECT count(*) FROM withdrawal WHERE person_id = p ->> 'personId' AND requested_at >= date_trunc('day', juke_now(), 'Asia/Shanghai')) > (p ->> 'perDay')::int THEN
    PERFORM juke_refuse('WITHDRAWAL_TOO_MANY');
  END IF;
  IF ledger_balance('reward-debt', p ->> 'personId') < 0 THEN PERFORM juke_refuse('WITHDRAWAL_BLOCKED'); END IF;
  BEGIN
    PERFORM ledger_post('withdrawal', p ->> 'withdrawalId', NULL, NULL, jsonb_build_array(
      jsonb_build_object('a', 'reward-available', 'o', p ->> 'personId', 'f', -(p ->> 'amountFen')::bigint),
      jsonb_build_object('a', 'payout-transit', 'o', p ->> 'personId', 'f', (p ->> 'amountFen')::bigint)));
  EXCEPTION WHEN check_violation THEN PERFORM juke_refuse('WALLET_SHORT');
  END;
  PERFORM kernel_emit('withdrawal.requested', p ->> 'withdrawalId');
  RETURN v_answer;
END $$;

CREATE OR REPLACE FUNCTION settlement_withdrawal_sent(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE withdrawal SET state = 'awaiting_person', package_info = coalesce(p ->> 'packageInfo', package_info), transfer_bill_no = coalesce(p ->> 'billNo', transfer_bill_no)
  WHERE withdrawal_id = p ->> 'withdrawalId' AND state = 'requested';
  RETURN '{}';
END $$;

-- p: {withdrawalId, succeeded, reason, isOurs, repayFen}. What comes back makes good a debt that was booked meanwhile (A-06).
CREATE OR REPLACE FUNCTION settlement_withdrawal_ended(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v withdrawal;
  v_repay bigint := coalesce((p ->> 'repayFen')::bigint, 0);
BEGIN
  UPDATE withdrawal SET state = CASE WHEN (p ->> 'succeeded')::boolean THEN 'succeeded' ELSE 'failed' END, ended_at = juke_now(), fail_reason = p ->> 'reason'
  WHERE withdrawal_id = p ->> 'withdrawalId' AND state IN ('requested', 'awaiting_person') RETURNING * INTO v;
  IF NOT FOUND THEN
    -- F-33: it may have ended the other way since it was looked at. That is no repeat.
    IF NOT EXISTS (SELECT FROM withdrawal WHERE withdrawal_id = p ->> 'withdrawalId' AND (state = 'succeeded') = (p ->> 'succeeded')::boolean) THEN PERFORM juke_changed('withdrawal'); END IF;
    RETURN '{"outcome": "repeat"}';
  END IF;
  IF v.state = 'succeeded' THEN
    PERFORM ledger_post('withdrawal.arrived', v.withdrawal_id, NULL, NULL, jsonb_build_array(
      jsonb_build_object('a', 'payout-transit', 'o', v.person_id, 'f', -v.amount_fen), jsonb_build_object('a', 'provider', 'o', 'platform', 'f', v.amount_fen)));
  ELSE
    PERFORM ledger_reverse('withdrawal.failed', v.withdrawal_id, 'withdrawal', v.withdrawal_id, v.person_id);
    PERFORM ledger_need_balance(v.person_id, 'reward-debt', -v_repay, v_repay = v.amount_fen);
    IF v_repay > 0 THEN
      PERFORM ledger_post('debt.repaid', v.withdrawal_id, NULL, NULL, jsonb_build_array(
        jsonb_build_object('a', 'reward-available', 'o', v.person_id, 'f', -v_repay), jsonb_build_object('a', 'reward-debt', 'o', v.person_id, 'f', v_repay)));
    END IF;
  END IF;
  IF (p ->> 'isOurs')::boolean THEN PERFORM kernel_alarm('withdrawal.refused', v.withdrawal_id, jsonb_build_object('why', p ->> 'reason')); END IF;
  PERFORM identity_notify(v.person_id, 'withdrawal.' || v.state, jsonb_build_object('withdrawalId', v.withdrawal_id, 'amountFen', v.amount_fen, 'reason', p ->> 'reason', 'repaidFen', v_repay),
    '/pages/withdraw/index?id=' || v.withdrawal_id);
  RETURN '{}';
END $$;

-- Something at WeChat did not go through; a person must look.
CREATE OR REPLACE FUNCTION settlement_alarm(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM kernel_alarm(p ->> 'kind', p ->> 'subject', jsonb_build_object('why', p ->> 'why'));
  RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION settlement_reconciled(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM payments_keep_bill(p);
  RETURN '{}';
END $$;
