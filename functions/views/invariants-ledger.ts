/** What must hold in the ledger and between the ledger and the trade, as queries. Ids as in the reliability list. */
import { REWARD_HOLD_MS, REWARD_MIN_FEN } from '../contract/limits';
import type { Invariant } from './invariants';

/** Two readings of the clock in one save. */
const SAME_MS = 1_000;
const STORED = "('reward-pending', 'reward-available', 'reward-debt', 'merchant-available', 'merchant-debt')";
/** Refunds whose money is on its way or there; asked-for and declined ones moved nothing. */
export const STANDING_REFUND = "f.state NOT IN ('requested', 'declined')";
/** Of a paid order's own money (a late or double payment went through refund-transit alone). */
export const OWN_REFUND = "f.kind NOT IN ('late_payment', 'double_payment')";
/** What a complete ladder gives back is counted and posted when the group completes; its refund's row follows by a fact. */
export const LADDER_DUE = `CASE WHEN EXISTS (SELECT FROM refund f WHERE f.order_id = o.order_id AND f.kind = 'ladder')
  THEN 0 ELSE o.ladder_fen END`;

export const ledgerInvariants: Invariant[] = [
  {
    id: 'I-01',
    says: 'Each journal has two postings or more, none of them zero, summing to 0.',
    rowsSql: 'SELECT count(*) FROM journal',
    violationsSql: `SELECT j.journal_id, j.kind, count(p.line) AS postings, sum(p.amount_fen) AS sum_fen
        FROM journal j LEFT JOIN posting p USING (journal_id)
      GROUP BY j.journal_id HAVING count(p.line) < 2 OR sum(p.amount_fen) <> 0 OR bool_or(p.amount_fen = 0)`,
  },
  {
    id: 'I-02',
    says: 'All postings together sum to 0, and each is of a journal.',
    rowsSql: 'SELECT count(*) FROM posting',
    violationsSql: `SELECT NULL AS journal_id, sum(amount_fen) AS sum_fen FROM posting HAVING sum(amount_fen) <> 0
      UNION ALL SELECT p.journal_id, p.amount_fen FROM posting p LEFT JOIN journal j USING (journal_id) WHERE j.journal_id IS NULL`,
  },
  {
    id: 'I-03',
    says: 'The ledger is append-only; a reversal is the exact opposite of one journal, once.',
    rowsSql: 'SELECT count(*) FROM journal WHERE reverses IS NOT NULL',
    violationsSql: `
      SELECT r.journal_id, 'not the opposite' AS what FROM journal r WHERE r.reverses IS NOT NULL AND EXISTS (
        SELECT FROM posting p LEFT JOIN person o ON o.person_id = p.owner_id WHERE p.journal_id IN (r.journal_id,
          r.reverses)
        GROUP BY p.account_kind, coalesce(o.joined_into, p.owner_id) HAVING sum(p.amount_fen) <> 0)
      UNION ALL SELECT reverses, 'reversed twice' FROM journal WHERE reverses IS NOT NULL GROUP BY reverses
        HAVING count(*) > 1
      UNION ALL SELECT name, 'guard missing' FROM unnest(ARRAY['journal_fixed', 'posting_fixed', 'journal_kept',
        'posting_kept', 'posting_sum', 'journal_has_postings']) AS name
        WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgname = name AND t.tgrelid IN ('journal'::regclass,
          'posting'::regclass) AND t.tgenabled IN ('O', 'A'))`,
  },
  {
    id: 'I-04',
    says: 'One business fact posts at most once.',
    rowsSql: 'SELECT count(*) FROM journal',
    violationsSql: 'SELECT kind, subject, count(*) AS journals FROM journal GROUP BY kind, subject HAVING count(*) > 1',
  },
  {
    id: 'I-05',
    says: 'Each stored balance equals its postings; wallets and merchant accounts never fall below 0, debts never rise above it; who has money owes none; nothing lies at an account that was joined into another.',
    rowsSql: 'SELECT count(*) FROM balance',
    violationsSql: `
      SELECT account_kind, owner_id, coalesce(b.amount_fen, 0) AS stored_fen, coalesce(p.amount_fen,
        0) AS posted_fen FROM balance b
      FULL JOIN (SELECT account_kind, owner_id, sum(amount_fen) AS amount_fen FROM posting
        WHERE account_kind IN ${STORED} GROUP BY 1, 2) p USING (account_kind, owner_id)
      WHERE coalesce(b.amount_fen, 0) <> coalesce(p.amount_fen, 0)
        OR account_kind IN ('reward-available', 'reward-pending', 'merchant-available') AND b.amount_fen < 0
        OR account_kind IN ('reward-debt', 'merchant-debt') AND b.amount_fen > 0
      UNION ALL SELECT d.account_kind, d.owner_id, d.amount_fen, a.amount_fen FROM balance d
        JOIN balance a ON a.owner_id = d.owner_id AND a.account_kind = replace(d.account_kind, 'debt', 'available')
        -- What an after-sale leaves the merchant of a reward that became too small to be paid may lie beside a debt.
        WHERE d.account_kind IN ('reward-debt', 'merchant-debt') AND d.amount_fen < 0
          AND a.amount_fen >= CASE WHEN d.account_kind = 'merchant-debt' THEN ${REWARD_MIN_FEN} ELSE 1 END
      UNION ALL SELECT b.account_kind, b.owner_id, b.amount_fen, 0 FROM balance b JOIN person p ON p.person_id = b.owner_id
        WHERE b.amount_fen <> 0 AND p.joined_into IS NOT NULL AND NOT EXISTS (SELECT FROM fact f
          WHERE f.subject = b.owner_id AND f.kind = 'person.joined' AND f.state <> 'done')`,
  },
  {
    id: 'I-05',
    says: 'A withdrawal took exactly its amount out of its wallet, once; it arrived, or came back, exactly when it says so.',
    rowsSql: 'SELECT count(*) FROM withdrawal',
    violationsSql: `
      SELECT coalesce(w.withdrawal_id, j.subject) AS withdrawal_id, w.state, w.amount_fen, p.fen AS posted_fen FROM withdrawal w
      FULL JOIN (SELECT journal_id, subject FROM journal WHERE kind = 'withdrawal') j ON j.subject = w.withdrawal_id
      LEFT JOIN LATERAL (SELECT sum(p.amount_fen)::bigint AS fen, min(coalesce(o.joined_into, o.person_id)) AS owner_id
        FROM posting p JOIN person o ON o.person_id = p.owner_id
        WHERE p.journal_id = j.journal_id AND p.account_kind = 'payout-transit') p ON true
      WHERE w.withdrawal_id IS NULL OR j.journal_id IS NULL OR p.fen IS DISTINCT FROM w.amount_fen
        OR p.owner_id IS DISTINCT FROM (SELECT coalesce(joined_into, person_id) FROM person WHERE person_id = w.person_id)
        OR (w.state = 'succeeded') <> EXISTS (SELECT FROM journal WHERE kind = 'withdrawal.arrived' AND subject = w.withdrawal_id)
        OR (w.state = 'failed') <> EXISTS (SELECT FROM journal WHERE kind = 'withdrawal.failed' AND subject = w.withdrawal_id)`,
  },
  {
    id: 'I-18',
    says: 'A reward is released after redemption and hold, with no flag and no dispute; its money is posted exactly while it stands.',
    rowsSql: 'SELECT count(*) FROM reward',
    violationsSql: `
      SELECT r.reward_id, r.state, r.amount_fen, r.clawed_fen, x.posted_fen FROM reward r CROSS JOIN LATERAL (
        SELECT coalesce(sum(p.amount_fen), 0) AS posted_fen FROM posting p
        WHERE p.order_id = r.order_id AND p.account_kind IN ('reward-pending', 'reward-available', 'reward-debt')) x
      WHERE x.posted_fen <> CASE WHEN r.state IN ('expected', 'cancelled') THEN 0 ELSE r.amount_fen - r.clawed_fen END
        OR r.state = 'available' AND (r.held_for <> '{}' OR r.ended_at IS NULL OR r.ended_at < r.release_at)
        OR r.state IN ('available', 'clawed_back') AND (r.pending_at IS NULL
        OR r.release_at < r.pending_at + interval '${REWARD_HOLD_MS - SAME_MS} milliseconds')
        OR r.state IN ('pending', 'available') AND r.amount_fen <= r.clawed_fen
        OR r.state IN ('available', 'clawed_back') AND NOT EXISTS (
          SELECT FROM journal j WHERE j.kind = 'reward.released' AND j.subject = r.reward_id)
            AND r.amount_fen > r.clawed_fen
        OR r.state IN ('expected', 'pending') AND EXISTS (SELECT FROM journal j
        WHERE j.kind = 'reward.released' AND j.subject = r.reward_id)
        OR r.state IN ('pending', 'available', 'clawed_back') AND NOT EXISTS (
          SELECT FROM redemption d WHERE d.order_id = r.order_id AND d.undone_at IS NULL
            AND d.redeemed_at <= r.pending_at)
        OR r.state IN ('expected', 'pending') AND NOT r.disputed AND EXISTS (
          SELECT FROM refund f WHERE f.order_id = r.order_id AND f.kind = 'after_sale' AND (f.state = 'requested'
            OR f.state = 'accepted' AND NOT f.funded))`,
  },
  {
    id: 'I-19',
    says: 'Of every paid order the merchant has: paid + subsidy − rebate − commission − provider fee − refunds; split and finished, nothing stays frozen.',
    rowsSql: 'SELECT count(*) FROM guest_order WHERE paid_at IS NOT NULL',
    violationsSql: `
      SELECT o.order_id, o.payable_fen, o.provider_fee_fen, f.refunded_fen, p.*, r.reward_fen, s.commission_fen,
        s.returned_fen FROM guest_order o
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_fen) FILTER (WHERE account_kind LIKE 'merchant-%'), 0) AS merchant_fen,
          coalesce(sum(amount_fen) FILTER (WHERE account_kind = 'merchant-frozen'), 0) AS frozen_fen,
          coalesce(sum(amount_fen) FILTER (WHERE account_kind = 'platform-fee'), 0) AS platform_fen,
          coalesce(sum(amount_fen) FILTER (WHERE account_kind = 'provider-fee'), 0) AS fee_fen,
          coalesce(-sum(amount_fen) FILTER (WHERE account_kind = 'coupon-subsidy'), 0) AS subsidy_fen
        FROM posting WHERE order_id = o.order_id) p
      CROSS JOIN LATERAL (SELECT coalesce(sum(f.amount_fen), 0) AS refunded_fen FROM refund f
        WHERE f.order_id = o.order_id AND f.funded AND ${OWN_REFUND}) f
      LEFT JOIN split s ON s.order_id = o.order_id AND s.state = 'succeeded'
      LEFT JOIN subsidy b ON b.order_id = o.order_id AND b.state = 'succeeded'
      -- The platform's part of what was served and stands.
      CROSS JOIN LATERAL (SELECT coalesce(sum(v.subsidy_fen), 0) AS due_fen FROM voucher v
        WHERE v.order_id = o.order_id AND EXISTS (SELECT FROM redemption d WHERE d.order_id = o.order_id
          AND d.voucher_id = v.voucher_id AND d.undone_at IS NULL) AND NOT EXISTS (SELECT FROM refund f WHERE f.order_id = o.order_id
          AND f.funded AND f.kind = 'after_sale' AND v.voucher_id = ANY (f.voucher_ids))) z
      LEFT JOIN LATERAL (SELECT CASE WHEN state IN ('expected', 'cancelled') THEN 0
      ELSE amount_fen - clawed_fen END AS reward_fen, clawed_fen, CASE WHEN pending_at IS NULL THEN 0 ELSE amount_fen END AS split_fen
        FROM reward WHERE order_id = o.order_id) r ON true
      WHERE o.paid_at IS NOT NULL AND (
        p.fee_fen <> o.provider_fee_fen
        OR p.merchant_fen <> o.payable_fen + p.subsidy_fen - o.provider_fee_fen - f.refunded_fen - ${LADDER_DUE} - p.platform_fen - coalesce(r.reward_fen, 0)
        OR p.subsidy_fen <> coalesce(b.amount_fen - b.returned_fen, 0)
        OR s.split_id IS NOT NULL AND p.subsidy_fen <> z.due_fen
        OR s.split_id IS NULL AND p.platform_fen <> 0
        OR s.split_id IS NOT NULL AND (p.frozen_fen <> 0 OR s.reward_fen <> coalesce(r.split_fen, 0)
        OR p.platform_fen <> s.commission_fen - (s.returned_fen - coalesce(r.clawed_fen, 0))))`,
  },
  {
    id: 'I-19',
    says: 'What a merchant, the platform or a refund has in the books is of an order, and of its merchant.',
    rowsSql: 'SELECT count(*) FROM posting WHERE order_id IS NOT NULL',
    violationsSql: `SELECT p.journal_id, p.account_kind, p.owner_id, p.amount_fen FROM posting p LEFT JOIN guest_order o ON o.order_id = p.order_id
      -- Of no order are wallets, and what a merchant is paid out.
      WHERE CASE WHEN p.order_id IS NULL THEN p.account_kind NOT IN ('provider', 'reward-pending', 'reward-available', 'reward-debt', 'payout-transit')
          AND NOT (p.account_kind = 'merchant-available' AND EXISTS (SELECT FROM posting x
            WHERE x.journal_id = p.journal_id AND x.account_kind = 'payout-transit' AND x.owner_id = p.owner_id))
        ELSE o.order_id IS NULL OR p.account_kind LIKE 'merchant-%' AND p.owner_id <> o.merchant_id END`,
  },
  {
    id: 'I-26',
    says: "WeChat's bills are explained to the fen, and the provider account is what was paid less what went back or out.",
    rowsSql:
      "SELECT (SELECT count(*) FROM bill_day) + (SELECT count(DISTINCT owner_id) FROM posting WHERE account_kind = 'provider')",
    violationsSql: `
      SELECT bill_date::text AS what, unexplained::bigint AS ours_fen, 0::bigint AS theirs_fen FROM bill_day
        WHERE unexplained <> 0
      UNION ALL SELECT owner_id, sum(ours)::bigint, sum(theirs)::bigint FROM (
        SELECT owner_id, amount_fen AS ours, 0 AS theirs FROM posting WHERE account_kind = 'provider'
        UNION ALL SELECT merchant_id, 0, -amount_fen FROM payment WHERE state = 'succeeded'
        UNION ALL SELECT merchant_id, 0, amount_fen FROM refund WHERE state = 'succeeded'
        UNION ALL SELECT 'platform', 0, amount_fen FROM withdrawal WHERE state = 'succeeded') x
      GROUP BY owner_id HAVING sum(ours) <> sum(theirs)`,
  },
];
