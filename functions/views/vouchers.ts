/**
 * A voucher on the phone, and how a refund stands. Secret and locator go to the owner of a usable voucher only. Guards
 * F-15.
 */
import { AFTER_SALE_TRIES, AFTER_SALE_WINDOW_MS, DAY_MS } from '../contract/limits';
import type { Answer } from '../contract/shapes';
import { me, type Row, type Story } from '../kernel';
import { REWARD_FEN, SHOWN_STATE } from './orders';
import { getRow, person } from './page';
import { dealHoursText, hoursText, type Language } from './rules';

type Refund = Answer<'getRefund'>;
/**
 * WeChat Pay: 0–3 working days after it was sent (pay.weixin.qq.com, refund FAQ); ours is sent at once, at worst after
 * retries within a day.
 */
const ARRIVES_MS = 3 * DAY_MS;
const SENT_MS = DAY_MS;

export const getVoucher: Story<'getVoucher'> = async (ctx, { params }) => {
  const row = await getRow(
    ctx.db,
    `
    SELECT v.*, ${SHOWN_STATE} AS shown_state, o.fulfilment, o.snapshot, m.name AS merchant_name, m.logo_ink,
      ms_of(v.valid_from) AS from_ms, ms_of(v.valid_until) AS until_ms,
      ms_of(r.redeemed_at) AS redeemed_at, s.name AS redeemed_in, vs.issued,
      v.state = 'redeemed' AND juke_now() < r.redeemed_at + $3::bigint * interval '1 millisecond'
        AND (SELECT count(*) FROM refund f WHERE f.order_id = v.order_id AND v.voucher_id = ANY (f.voucher_ids)
          AND f.kind = 'after_sale' AND f.state = 'declined' AND f.answered_by <> 'undo'
          AND f.requested_at >= r.redeemed_at) < ${AFTER_SALE_TRIES} AS can_after_sale,
      (SELECT voucher_ids FROM refund f WHERE f.order_id = v.order_id AND f.state = 'requested') AS asked_for,
      (SELECT refund_id FROM refund f WHERE f.order_id = v.order_id AND v.voucher_id = ANY (f.voucher_ids)
        ORDER BY f.requested_at DESC, refund_id DESC LIMIT 1) AS refund_id,
      ARRAY(SELECT x.voucher_id FROM voucher x WHERE x.order_id = v.order_id ORDER BY x.position) AS siblings,
      p.name AS sharer_name, p.avatar_url AS sharer_avatar, ${REWARD_FEN} AS reward_fen, w.state AS reward_state
    FROM voucher v JOIN guest_order o ON o.order_id = v.order_id JOIN merchant m ON m.merchant_id = v.merchant_id
      JOIN voucher_set vs ON vs.order_id = v.order_id
    LEFT JOIN redemption r ON r.redemption_id = v.redemption_id
    LEFT JOIN store s ON s.store_id = r.store_id
    LEFT JOIN attribution a ON a.order_id = v.order_id LEFT JOIN reward w ON w.order_id = v.order_id
    LEFT JOIN person p ON p.person_id = a.sharer_id AND coalesce(w.state, 'expected') NOT IN ('cancelled', 'clawed_back')
    WHERE v.voucher_id = $1 AND v.owner_id = $2`,
    [params.voucherId, me(ctx).personId, AFTER_SALE_WINDOW_MS],
  );
  const stores = await ctx.db.query(
    `SELECT s.* FROM deal_store x JOIN store s USING (store_id) WHERE x.deal_id = $1 ORDER BY s.created_at, s.store_id`,
    [row.deal_id],
  );
  const isUsable = row.shown_state === 'issued';
  return {
    voucherId: row.voucher_id,
    orderId: row.order_id,
    state: row.shown_state,
    fulfilment: row.fulfilment,
    title: row.snapshot.title,
    pictureUrl: row.snapshot.pictureUrl,
    items: row.snapshot.items,
    merchantName: row.merchant_name,
    logoInk: row.logo_ink,
    secret: isUsable ? row.secret : null,
    locator: isUsable ? row.locator : null,
    validFromMs: row.from_ms,
    validUntilMs: row.until_ms,
    paidFen: row.paid_fen,
    redeemedAtMs: row.redeemed_at,
    redeemedAt: row.redeemed_in,
    refundId: row.refund_id,
    afterSale: !row.can_after_sale || row.asked_for?.includes(row.voucher_id) ? 'no' : row.asked_for ? 'wait' : 'ask',
    hoursText: dealHoursText(
      stores.map((s) => ({ opensAtMinute: s.opens_at_minute, closesAtMinute: s.closes_at_minute })),
      ctx.language,
    ),
    stores: stores.map((s) => ({
      storeId: s.store_id,
      name: s.name,
      address: s.address,
      phone: s.phone,
      hoursText: hoursText({ opensAtMinute: s.opens_at_minute, closesAtMinute: s.closes_at_minute }, ctx.language),
      latE6: s.lat_e6,
      lngE6: s.lng_e6,
    })),
    sharer: row.sharer_name ? { person: person(row, 'sharer'), rebateFen: row.reward_fen, state: row.reward_state ?? 'expected' } : null,
    position: { index: row.position, of: row.issued, siblings: row.siblings },
  };
};

export const getRefund: Story<'getRefund'> = async (ctx, { params }) => {
  const row = await getRow(
    ctx.db,
    `
    SELECT f.*, o.snapshot, ms_of(f.requested_at) AS requested_ms, ms_of(f.answer_by) AS answer_by_ms,
      ms_of(f.accepted_at) AS accepted_ms, ms_of(f.sent_at) AS sent_ms, ms_of(f.ended_at) AS ended_ms
    FROM refund f JOIN guest_order o ON o.order_id = f.order_id WHERE f.refund_id = $1 AND f.buyer_id = $2`,
    [params.refundId, me(ctx).personId],
  );
  return {
    refundId: row.refund_id,
    orderId: row.order_id,
    kind: row.kind,
    state: row.state,
    amountFen: row.amount_fen,
    title: row.snapshot.title,
    pictureUrl: row.snapshot.pictureUrl,
    reason: reasonText(row, ctx.language),
    answer: row.answered_by === 'undo' ? null : row.answer,
    answeredBy: answeredBy(row),
    answerByMs: row.state === 'requested' ? row.answer_by_ms : null,
    steps: stepsOf(row),
  };
};

function answeredBy(row: Row): Refund['answeredBy'] {
  if (row.kind !== 'after_sale' || row.answered_by === null) return null;
  return row.answered_by === 'undo' || row.answered_by === 'time' ? row.answered_by : 'shop';
}

/** What happened and when; what has not happened yet carries the latest time it should. */
function stepsOf(row: Row): Refund['steps'] {
  const requested = { step: 'requested', atMs: row.requested_ms, byMs: null } as const;
  if (row.state === 'declined') return [requested, { step: 'declined', atMs: row.ended_ms, byMs: null }];
  const waits = (atMs: number | null, byMs: number | null) => ({ atMs, byMs: atMs === null ? byMs : null });
  const sentFrom = row.sent_ms ?? (row.accepted_ms === null ? null : row.accepted_ms + SENT_MS);
  return [
    requested,
    { step: 'accepted', ...waits(row.accepted_ms, row.answer_by_ms) },
    { step: 'sent', ...waits(row.sent_ms, sentFrom) },
    {
      step: 'arrived',
      ...waits(row.state === 'succeeded' ? row.ended_ms : null, sentFrom === null ? null : sentFrom + ARRIVES_MS),
    },
  ];
}

const REASONS: Record<string, { zh: string; en: string }> = {
  expired: { zh: '到期没用，自动全额退回。', en: 'Not used in time: refunded in full, automatically.' },
  late_payment: {
    zh: '付款到的时候订单已经关了，全额退回。',
    en: 'The payment arrived after the order had closed: refunded in full.',
  },
  double_payment: {
    zh: '同一笔订单付了两次，多付的全额退回。',
    en: 'The order was paid twice: the second payment is refunded in full.',
  },
};
/** What the person wrote, or why it happened by itself. */
const reasonText = (row: Row, language: Language): string => REASONS[row.kind]?.[language] ?? row.reason;
