/**
 * Everything we keep about a person, for themselves (H6, PIPL). Voucher secrets, session keys and other people's data
 * stay out. What an account that was joined into this one
 * did before is theirs as well, where it keeps that account's id: sign-ins, events and wallet journals.
 */
import { me, refuse, type Story } from '../kernel';

/** The person, and the accounts that were joined into theirs. */
const ALL = 'ARRAY(SELECT person_id FROM person WHERE person_id = $1 OR joined_into = $1)';
/** name → SELECT of the person's ($1) rows; each row becomes an object, times as ISO text. */
const PARTS: Record<string, string> = {
  identities: 'SELECT kind, value, created_at FROM person_identity WHERE person_id = $1 ORDER BY kind',
  consents: 'SELECT kind, granted, changed_at FROM consent WHERE person_id = $1 ORDER BY kind',
  devices: 'SELECT device_id, seen_at FROM person_device WHERE person_id = $1 ORDER BY seen_at',
  subscriptions: 'SELECT template_id, quota FROM subscription WHERE person_id = $1 ORDER BY template_id',
  sessions:
    `SELECT created_at, expires_at, revoked_at, device_id FROM session_family WHERE person_id = ANY (${ALL}) ORDER BY created_at`,
  wechat: `SELECT w.openid, w.risk_rank, w.updated_at FROM person_identity i JOIN wechat_session w ON w.openid = i.value
    WHERE i.person_id = $1 AND i.kind = 'openid'`,
  pictures: 'SELECT media_id, content_type, state, created_at FROM media WHERE owner_id = $1 ORDER BY created_at',
  jobs: `SELECT m.name AS merchant, s.name AS store, f.role, f.created_at, f.removed_at FROM staff f
      JOIN merchant m ON m.merchant_id = f.merchant_id
    LEFT JOIN store s ON s.store_id = f.store_id WHERE f.person_id = $1 ORDER BY f.created_at`,
  // What they did at work, without the guests' names.
  redeemedAtWork: `SELECT r.redemption_id, s.name AS store, r.paid_fen, r.code_kind, r.device_id, r.redeemed_at, r.undone_at, r.reversed_at
    FROM staff f JOIN redemption r ON r.staff_id = f.staff_id JOIN store s ON s.store_id = r.store_id
    WHERE f.person_id = $1 ORDER BY r.redeemed_at`,
  answeredAtWork: `SELECT a.refund_id, m.name AS merchant, a.amount_fen, a.accepted_at IS NOT NULL AS is_accepted, a.answer,
      coalesce(a.accepted_at, a.ended_at) AS answered_at
    FROM staff f JOIN refund a ON a.merchant_id = f.merchant_id AND a.answered_by = f.staff_id
      JOIN merchant m ON m.merchant_id = f.merchant_id WHERE f.person_id = $1 ORDER BY 6`,
  orders: `SELECT o.order_id, m.name AS merchant, o.state, o.snapshot ->> 'title' AS title,
      o.snapshot -> 'items' AS items, o.quantity, o.unit_price_fen, o.discount_fen, o.payable_fen, o.refunded_fen,
    o.surface, o.device_id, o.purchase_id, o.placed_at, o.expires_at, o.paid_at FROM guest_order o
      JOIN merchant m ON m.merchant_id = o.merchant_id WHERE o.buyer_id = $1 ORDER BY o.placed_at`,
  groups: `SELECT g.group_id, s.order_id, d.title AS deal, g.kind, g.state, g.size, g.confirmed, s.seat_no,
      s.state AS seat, s.words, g.host_id = s.person_id AS is_host, s.held_at, s.confirmed_at, s.released_at, g.deadline, g.ended_at
    FROM guest_order o JOIN group_seat s ON s.order_id = o.order_id JOIN group_buy g ON g.group_id = s.group_id
      JOIN deal d ON d.deal_id = g.deal_id WHERE o.buyer_id = $1 ORDER BY s.held_at`,
  cart: `SELECT d.title AS deal, c.quantity, c.unit_price_fen, c.share_token, c.put_in_at FROM cart_item c
      JOIN deal d USING (deal_id) WHERE c.person_id = $1 ORDER BY c.put_in_at`,
  purchases: `SELECT u.purchase_id, u.orders, u.payable_fen, u.placed_at, u.expires_at FROM purchase u
      WHERE u.buyer_id = $1 ORDER BY u.placed_at`,
  payments: `SELECT p.payment_id, p.combine_no, p.order_id, p.state, p.amount_fen, p.method, p.transaction_id, p.payer_openid,
      p.succeeded_at, p.created_at
    FROM payment p JOIN guest_order o ON o.order_id = p.order_id WHERE o.buyer_id = $1 ORDER BY p.created_at`,
  vouchers: `SELECT voucher_id, order_id, state, position, paid_fen, valid_from, valid_until
      FROM voucher WHERE owner_id = $1 ORDER BY valid_from, order_id, position`,
  redemptions: `SELECT r.redemption_id, r.voucher_id, s.name AS store, r.paid_fen, r.redeemed_at, r.undone_at,
      r.reversed_at FROM voucher v
    JOIN redemption r ON r.order_id = v.order_id AND r.voucher_id = v.voucher_id JOIN store s ON s.store_id = r.store_id
    WHERE v.owner_id = $1 ORDER BY r.redeemed_at`,
  refunds: `SELECT refund_id, order_id, kind, state, amount_fen, reason, answer, requested_at, accepted_at, sent_at,
      ended_at
      FROM refund WHERE buyer_id = $1 ORDER BY requested_at`,
  shares: `SELECT l.token, d.title AS deal, l.channel, l.created_at, l.expires_at FROM share_link l
      JOIN deal d ON d.deal_id = l.deal_id WHERE l.sharer_id = $1 ORDER BY l.created_at`,
  visits: 'SELECT token, surface, group_id, touched_at FROM touch WHERE person_id = $1 ORDER BY touched_at',
  codeVisits: 'SELECT code, surface, visited_at FROM channel_visit WHERE person_id = $1 ORDER BY visited_at',
  broughtBy: `SELECT order_id, token, channel, friend_discount_fen, attributed_at
      FROM attribution WHERE buyer_id = $1 ORDER BY attributed_at`,
  rewards: `SELECT reward_id, state, amount_fen, clawed_fen, held_for, reason, created_at, pending_at, release_at,
      ended_at
      FROM reward WHERE sharer_id = $1 ORDER BY created_at`,
  coupons: `SELECT c.coupon_id, o.title, m.name AS merchant, c.state, c.valid_from, c.valid_until, c.order_id,
      c.given_by IS NOT NULL AS is_gift, c.claimed_at, c.used_at FROM coupon c
      JOIN coupon_offer o ON o.offer_id = c.offer_id LEFT JOIN merchant m ON m.merchant_id = o.merchant_id
    WHERE c.owner_id = $1 ORDER BY c.claimed_at`,
  couponClaims: `SELECT o.title, c.claimed, c.received FROM coupon_claim c JOIN coupon_offer o ON o.offer_id = c.offer_id
    WHERE c.person_id = $1 ORDER BY o.title, c.offer_id`,
  couponGifts: `SELECT token, coupon_id, state, created_at, expires_at, ended_at FROM coupon_gift WHERE giver_id = $1
    ORDER BY created_at`,
  walletPostings: `SELECT p.account_kind, p.amount_fen, j.kind, j.subject, j.posted_at FROM posting p
      JOIN journal j ON j.journal_id = p.journal_id
    WHERE p.owner_id = ANY (${ALL}) ORDER BY j.posted_at, p.journal_id, p.line`,
  withdrawals: `SELECT withdrawal_id, state, amount_fen, openid, fail_reason, requested_at, ended_at
      FROM withdrawal WHERE person_id = $1 ORDER BY requested_at`,
  notices: "SELECT kind, body - 'friendId' AS body, created_at FROM notice WHERE person_id = $1 ORDER BY created_at",
  events: `SELECT stage, what, subject, happened_at FROM event WHERE person_id = ANY (${ALL}) ORDER BY event_id`,
};

/** One statement, so one moment: nothing changes between two parts. */
const EXPORT = `SELECT (SELECT to_jsonb(p) FROM (SELECT person_id, name, avatar_url, language, is_operator, is_minor, payout_changed_at, notices_read_at, created_at,
      ARRAY(SELECT person_id FROM person WHERE joined_into = $1 ORDER BY person_id) AS joined_accounts
    FROM person WHERE person_id = $1) p) AS profile,
  juke_now() AS exported_at,
  EXISTS (SELECT 1 FROM session_family WHERE family_id = $2 AND revoked_at IS NOT NULL) AS has_ended,
  ${Object.entries(PARTS)
    .map(([name, sql]) => `(SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (${sql}) x) AS "${name}"`)
    .join(',\n  ')}`;

/** A-22: all that there is about a person in one answer, so a token of a sign-in that ended does not do, however short its rest. */
export const exportMe: Story<'exportMe'> = async (ctx) => {
  const [row] = await ctx.db.query(EXPORT, [me(ctx).personId, me(ctx).familyId]);
  const { exported_at: exportedAt, has_ended: hasEnded, ...parts } = row!;
  if (hasEnded) refuse('SESSION_EXPIRED');
  return { exportedAtMs: new Date(exportedAt as Date).getTime(), ...parts };
};
