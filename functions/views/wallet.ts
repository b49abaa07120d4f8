/**
 * The wallet: what can be withdrawn, what is on its way and why it is not there yet. Own rows only. Guards,
 * A-36, I-18.
 */
import { PAYOUT_CHANGE_FREEZE_MS, WITHDRAWAL_MIN_FEN } from '../contract/limits';
import type { Answer } from '../contract/shapes';
import { whyWithdrawalFailed } from '../contract/withdrawal-failures';
import { me, transferPage, type Context, type Row, type Story } from '../kernel';
import { afterCursor, micros, pageByKey, person, readKeyset } from './page';

type Why = Answer<'getWallet'>['why'];
type Reward = Answer<'listRewards'>['items'][number];
type Withdrawal = Answer<'listWithdrawals'>['items'][number];

export const getWallet: Story<'getWallet'> = async (ctx) => {
  const [row] = await ctx.db.query(
    `
    SELECT ledger_balance('reward-available', $1) AS available_fen, -ledger_balance('reward-debt', $1) AS debt_fen,
      r.*, w.withdrawing_fen, w.is_open,
      EXISTS (SELECT FROM person_identity WHERE person_id = $1 AND kind = 'openid') AS has_wechat,
      coalesce((SELECT juke_now() < payout_changed_at + $2::bigint * interval '1 millisecond' FROM person
      WHERE person_id = $1), false) AS is_frozen, identity_is_minor($1) AS is_minor
    FROM (
      SELECT coalesce(sum(amount_fen - clawed_fen) FILTER (WHERE state = 'expected'), 0)::bigint AS waiting_fen,
        (count(*) FILTER (WHERE state = 'expected'))::int AS waiting_count,
        coalesce(sum(amount_fen - clawed_fen) FILTER (WHERE state = 'pending'
        AND NOT looked_at), 0)::bigint AS hold_fen,
        (count(*) FILTER (WHERE state = 'pending' AND NOT looked_at))::int AS hold_count,
        coalesce(sum(amount_fen - clawed_fen) FILTER (WHERE state = 'pending' AND looked_at), 0)::bigint AS review_fen,
        coalesce(sum(amount_fen - clawed_fen) FILTER (WHERE state IN ('available', 'clawed_back')),
        0)::bigint AS total_fen,
        (count(DISTINCT friend_id) FILTER (WHERE state <> 'cancelled'))::int AS friends
      FROM (SELECT *, held_for <> '{}' OR disputed AS looked_at FROM reward WHERE sharer_id = $1) x) r,
      (SELECT coalesce(sum(amount_fen), 0)::bigint AS withdrawing_fen, count(*) > 0 AS is_open FROM withdrawal
        WHERE person_id = $1 AND state IN ('requested', 'awaiting_person')) w`,
    [me(ctx).personId, PAYOUT_CHANGE_FREEZE_MS],
  );
  const why = whyOf(row!);
  return {
    availableFen: row!.available_fen,
    debtFen: row!.debt_fen,
    waitingFen: row!.waiting_fen,
    waitingCount: row!.waiting_count,
    inHoldFen: row!.hold_fen,
    inHoldCount: row!.hold_count,
    totalFen: row!.total_fen,
    friends: row!.friends,
    underReviewFen: row!.review_fen,
    withdrawingFen: row!.withdrawing_fen,
    canWithdraw: why === 'ok',
    why,
  };
};

/** The first thing in the way, the most pressing first. The withdrawal itself decides again. */
function whyOf(row: Row): Why {
  if (row.debt_fen > 0) return 'debt';
  if (row.is_open) return 'open';
  if (row.is_minor) return 'minor';
  if (row.available_fen === 0) return 'none';
  if (row.available_fen < WITHDRAWAL_MIN_FEN) return 'too_small';
  if (!row.has_wechat) return 'needs_wechat';
  return row.is_frozen ? 'frozen' : 'ok';
}

const TABS: Record<string, string> = {
  all: 'true',
  waiting: "r.state IN ('expected', 'pending')",
  arrived: "r.state = 'available'",
  unpaid: "r.state IN ('cancelled', 'clawed_back')",
};

export const listRewards: Story<'listRewards'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(
    `
    SELECT r.*, r.reward_id AS id, ${micros('r.created_at')} AS key, p.name AS friend_name,
      p.avatar_url AS friend_avatar, o.snapshot ->> 'title' AS title, ms_of(o.placed_at) AS ordered_ms,
      ms_of(r.release_at) AS release_ms, ms_of(r.ended_at) AS ended_ms,
      (SELECT ms_of(max(x.redeemed_at)) FROM voucher v JOIN redemption x ON x.redemption_id = v.redemption_id
        WHERE v.order_id = r.order_id) AS redeemed_ms
    FROM reward r JOIN person p ON p.person_id = r.friend_id JOIN guest_order o ON o.order_id = r.order_id
    WHERE r.sharer_id = $1 AND ${TABS[query.tab ?? 'all']}
      AND ${afterCursor('r.created_at', 'r.reward_id', 2)} ORDER BY r.created_at DESC, r.reward_id DESC LIMIT $4`,
    [me(ctx).personId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, toReward);
};

function toReward(row: Row): Reward {
  const isLost = row.state === 'cancelled' || row.state === 'clawed_back';
  const isHeld = !isLost && row.state !== 'available' && (row.held_for.length > 0 || row.disputed);
  return {
    rewardId: row.reward_id,
    state: row.state,
    isHeld,
    amountFen: isLost ? row.amount_fen : row.amount_fen - row.clawed_fen,
    friend: person(row, 'friend'),
    dealTitle: row.title,
    orderedAtMs: row.ordered_ms,
    redeemedAtMs: row.redeemed_ms,
    releaseAtMs: row.release_ms,
    endedAtMs: row.ended_ms,
    reason: reasonOf(row, isHeld),
  };
}

const LOST = new Set<Reward['reason']>(['refunded', 'repeat', 'self', 'limit', 'minor', 'expired', 'group_failed']);
function reasonOf(row: Row, isHeld: boolean): Reward['reason'] {
  switch (row.state as Reward['state']) {
    case 'expected':
      return 'waiting_visit';
    case 'pending':
      return isHeld ? 'under_review' : 'in_hold';
    case 'available':
      return 'arrived';
    case 'clawed_back':
      return 'clawed_back';
    case 'cancelled':
      return LOST.has(row.reason) ? row.reason : 'refunded';
  }
}

export const listWithdrawals: Story<'listWithdrawals'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(
    `
    SELECT w.*, w.withdrawal_id AS id, ${micros('w.requested_at')} AS key, ms_of(w.requested_at) AS requested_ms,
      ms_of(w.ended_at) AS ended_ms FROM withdrawal w
    WHERE w.person_id = $1 AND ${afterCursor('w.requested_at', 'w.withdrawal_id', 2)}
      ORDER BY w.requested_at DESC, w.withdrawal_id DESC LIMIT $4`,
    [me(ctx).personId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => toWithdrawal(row, ctx));
};

function toWithdrawal(row: Row, { config, language }: Context): Withdrawal {
  const waits = row.state === 'awaiting_person' && row.package_info;
  return {
    withdrawalId: row.withdrawal_id,
    state: row.state,
    amountFen: row.amount_fen,
    requestedAtMs: row.requested_ms,
    endedAtMs: row.ended_ms,
    failReason: row.state === 'failed' ? whyWithdrawalFailed(row.fail_reason, language) : null,
    confirm: waits
      ? {
          mchId: config.wechat.spMchid,
          appId: config.wechat.appid,
          package: row.package_info,
          url: transferPage(config, row.package_info),
        }
      : null,
  };
}
