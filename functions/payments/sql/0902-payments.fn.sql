-- For loads of modules to the right: an intent by its number, and all of an order.
CREATE OR REPLACE FUNCTION payments_find(p_payment text) RETURNS SETOF payment LANGUAGE sql STABLE AS
  $$ SELECT * FROM payment WHERE payment_id = p_payment $$;
CREATE OR REPLACE FUNCTION payments_of(p_order text) RETURNS SETOF payment LANGUAGE sql STABLE AS
  $$ SELECT * FROM payment WHERE order_id = p_order $$;

-- The intent to be paid, committed before WeChat is called (F-02). p: {paymentId, orderId, merchantId, subMchid, amountFen, expiresAtMs, combineNo?}, or several
CREATE OR REPLACE FUNCTION payments_open(p jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO payment (payment_id, order_id, merchant_id, sub_mchid, amount_fen, expires_at, combine_no)
  SELECT e ->> 'paymentId', e ->> 'orderId', e ->> 'merchantId', e ->> 'subMchid', (e ->> 'amountFen')::bigint, time_of((e ->> 'expiresAtMs')::bigint), e ->> 'combineNo'
  FROM jsonb_array_elements(CASE jsonb_typeof(p) WHEN 'array' THEN p ELSE jsonb_build_array(p) END) e
$$;

CREATE OR REPLACE FUNCTION payments_prepared(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_seen jsonb := kernel_accept(p -> 'idem', coalesce(p -> 'answer', '{}'));
BEGIN
  IF v_seen IS NOT NULL THEN RETURN v_seen; END IF;
  -- F-16, F-34: closed since, with its order or for another way to pay: nobody is led to a cashier for it.
  UPDATE payment SET state = CASE WHEN state = 'created' THEN 'prepared' ELSE state END, method = p ->> 'method', prepay = p ->> 'prepay'
  WHERE payment_id = p ->> 'paymentId' AND state <> 'closed';
  IF NOT FOUND THEN PERFORM juke_changed('payment'); END IF;
  RETURN p -> 'answer';
END $$;

-- The payments of one combined payment are prepared and closed together; the caller lines up its saves (orders locks the purchase).
CREATE OR REPLACE FUNCTION payments_prepare_combined(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE payment SET state = CASE WHEN state = 'created' THEN 'prepared' ELSE state END, method = p ->> 'method', prepay = p ->> 'prepay'
  WHERE combine_no = p ->> 'combineNo' AND state <> 'closed';
  IF NOT FOUND THEN PERFORM juke_changed('payment'); END IF;
END $$;
DROP FUNCTION IF EXISTS payments_close_combined(text);
CREATE OR REPLACE FUNCTION payments_close_combined(p_combine text, p_from text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE payment SET state = 'closed' WHERE combine_no = p_combine AND state = p_from;
  IF NOT FOUND AND EXISTS (SELECT FROM payment WHERE combine_no = p_combine AND state IN ('created', 'prepared')) THEN PERFORM juke_changed('payment'); END IF;
END $$;

-- I-09: one transaction, one intent. False when it was recorded before.
CREATE OR REPLACE FUNCTION payments_succeed(p_payment text, p_transaction text, p_payer text, p_success timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE payment SET state = 'succeeded', transaction_id = p_transaction, payer_openid = p_payer, succeeded_at = p_success
  WHERE payment_id = p_payment AND state <> 'succeeded';
  RETURN FOUND;
END $$;

-- F-03, F-34: it succeeded, but another made the order paid, or none may any more.
CREATE OR REPLACE FUNCTION payments_mark_unwanted(p_payment text) RETURNS void LANGUAGE sql AS
  $$ UPDATE payment SET unwanted = true WHERE payment_id = p_payment $$;

-- Closed at WeChat as it was then. p: {paymentId, from: created|prepared}
CREATE OR REPLACE FUNCTION payments_closed(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE payment SET state = 'closed' WHERE payment_id = p ->> 'paymentId' AND state = p ->> 'from';
  IF NOT FOUND AND EXISTS (SELECT FROM payment WHERE payment_id = p ->> 'paymentId' AND state IN ('created', 'prepared')) THEN PERFORM juke_changed('payment'); END IF;
  RETURN '{}';
END $$;

-- A-27: stored once. The fact makes sure that it is worked on even when we die before the answer (F-06).
CREATE OR REPLACE FUNCTION payments_store_notice(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO provider_notice (notice_id, kind, subject, content) VALUES (p ->> 'noticeId', p ->> 'kind', p ->> 'subject', p -> 'content') ON CONFLICT DO NOTHING;
  IF FOUND THEN PERFORM kernel_emit('provider.noticed', p ->> 'noticeId'); END IF;
  RETURN '{}';
END $$;

-- F-33: not what we asked for. Kept, alarmed, nothing else.
CREATE OR REPLACE FUNCTION payments_quarantine(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quarantine (subject, reason, content) VALUES (p ->> 'subject', p ->> 'reason', p -> 'content') ON CONFLICT DO NOTHING;
  PERFORM payments_record_notice(p -> 'notice', 'quarantined');
  PERFORM kernel_alarm('payment.quarantined', p ->> 'subject', jsonb_build_object('reason', p ->> 'reason'));
  RETURN '{}';
END $$;

-- A-27: the proof of a notice that is handled in the same save. {noticeId, kind, subject, content} or null
CREATE OR REPLACE FUNCTION payments_record_notice(p jsonb, p_outcome text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_typeof(p) <> 'object' THEN RETURN; END IF;
  INSERT INTO provider_notice (notice_id, kind, subject, content, outcome)
  VALUES (p ->> 'noticeId', p ->> 'kind', p ->> 'subject', p -> 'content', p_outcome) ON CONFLICT DO NOTHING;
END $$;

-- Whether the bills of all these days but one were compared.
CREATE OR REPLACE FUNCTION payments_compared(p_from date, p_to date, p_but date) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT count(*) = p_to - p_from FROM bill_day WHERE bill_date BETWEEN p_from AND p_to AND bill_date <> p_but $$;

-- I-26, F-38: the comparison of one day; nothing is posted by itself. p: {date, paymentsFen, refundsFen, lines, unexplained, ids: the first of what is unexplained}
CREATE OR REPLACE FUNCTION payments_keep_bill(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO bill_day AS b (bill_date, payments_fen, refunds_fen, lines, unexplained)
  VALUES ((p ->> 'date')::date, (p ->> 'paymentsFen')::bigint, (p ->> 'refundsFen')::bigint, (p ->> 'lines')::int, (p ->> 'unexplained')::int)
  ON CONFLICT (bill_date) DO UPDATE SET payments_fen = excluded.payments_fen, refunds_fen = excluded.refunds_fen, lines = excluded.lines,
    unexplained = excluded.unexplained, reconciled_at = juke_now();
  IF (p ->> 'unexplained')::int > 0 THEN PERFORM kernel_alarm('bill.unexplained', p ->> 'date', p); END IF;
END $$;
