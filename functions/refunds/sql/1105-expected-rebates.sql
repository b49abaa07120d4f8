-- I-16: rebates that older versions left at what was paid, though a part of it went back before it was used, or at less than is ever
-- paid (A-38): from now on that of what stands, as each such refund makes it since. What an after-sale takes may be in it until it is funded.
SELECT referrals_expect_less(order_id, fen, CASE WHEN amount < 10 THEN 0 ELSE amount END, 'refunded')
FROM (SELECT w.*, s.fen, least(w.cap_fen, s.fen * w.rate_bps / 10000) AS amount, (SELECT coalesce(sum(amount_fen), 0)::bigint FROM refund f
    WHERE f.order_id = w.order_id AND f.kind = 'after_sale' AND f.state = 'accepted' AND NOT f.funded) AS waiting
  FROM referrals_expected() w CROSS JOIN LATERAL (SELECT vouchers_standing(w.order_id) AS fen) s) x
WHERE fen IS NOT NULL AND (paid_fen > fen + waiting OR amount_fen < 10);
