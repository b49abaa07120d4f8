/**
 * The counter: one save makes the voucher redeemed and, with the order's last one, its reward pending. Guards I-14, I-16,
 * I-18, F-12 … F-15, A-08 … A-10, I-22. The typed or scanned code proves that the guest showed it within two minutes.
 */
import { createHmac } from 'node:crypto';
import {
  CODE_LOCK_MS, CODE_MISSES_MAX, CODE_MISS_WINDOW_MS, REWARD_HOLD_MS, SPLIT_DELAY_MS, UNDO_WINDOW_MS,
} from '../contract/limits';
import { readCode, type HmacHex } from '../contract/voucher-code';
import { listDealStores } from '../catalog';
import { decided, findAccepted, me, myStaff, newId, Refused, refuse, replayed, type Context, type Story } from '../kernel';
import { findStoreNames } from '../merchants';
import { findRewardOfOrder } from '../referrals';
import { describeRedemption } from './describe-redemption';
import { decideClosing, decideCode, decideRewardFen, standingFen } from './rules';
import { findAtCounter, findRedemption, findSet, listVouchers, type CounterRow, type VoucherRow } from './store';

export const hmac: HmacHex = (keyHex, text) => createHmac('sha256', Buffer.from(keyHex, 'hex')).update(text).digest('hex');

export const redeemVoucher: Story<'redeemVoucher'> = async (ctx, { body }) => {
  const saved = await replayed(ctx, () => decided(() => redeem(ctx, body.code, body.deviceId ?? null)));
  return describeRedemption(ctx, myStaff(ctx), saved.redemptionId);
};

async function redeem(ctx: Context, text: string, deviceId: string | null): Promise<{ redemptionId: string }> {
  const staff = myStaff(ctx);
  const { personId } = me(ctx);
  const code = readCode(text);
  // What is no code at all is looked up as a number that nobody has: a locked clerk is told so first.
  const by = code?.kind === 'qr' ? { voucherId: code.voucherId } : { locator: code ? code.digits.slice(0, 6) : '' };
  const voucher = await findAtCounter(ctx.db, { personId, merchantId: staff.merchantId, storeId: staff.storeId }, by);
  if (voucher.lockedMs !== null) throw new Refused('CODE_LOCKED', {}, voucher.lockedMs);
  if (!code || voucher.voucherId === null) return miss(ctx);
  const fit = decideCode(hmac, voucher, code, voucher.nowMs);
  if (fit === 'wrong') return miss(ctx);
  // Who holds a genuine code may know what became of the voucher, also when the code is an old picture.
  await refuseUsed(ctx, voucher);
  if (fit === 'stale') refuse('CODE_STALE');
  if (voucher.nowMs >= voucher.validUntilMs) refuse('VOUCHER_EXPIRED');
  if (!voucher.isValidHere) refuse('WRONG_STORE', { stores: (await listDealStores(ctx.db, voucher.dealId)).join(ctx.language === 'en' ? ', ' : '、') });
  return save(ctx, voucher, code.kind, deviceId);
}

async function save(ctx: Context, voucher: CounterRow, codeKind: string, deviceId: string | null): Promise<{ redemptionId: string }> {
  const staff = myStaff(ctx);
  return ctx.db.call('vouchers_redeem', {
    idem: ctx.idem, personId: me(ctx).personId, redemptionId: newId('rdm'), voucherId: voucher.voucherId, orderId: voucher.orderId, merchantId: staff.merchantId, storeId: staff.storeId, staffId: staff.staffId,
    deviceId, codeKind, undoMs: UNDO_WINDOW_MS, setVersion: voucher.version, holdMs: REWARD_HOLD_MS, splitDelayMs: SPLIT_DELAY_MS,
    ...decideClosing(voucher.live, voucher.usedFen + voucher.paidFen, voucher.reward),
  });
}

/** One clear answer about a voucher that cannot be used any more. */
async function refuseUsed(ctx: Context, voucher: VoucherRow): Promise<void> {
  if (voucher.state === 'refunding' || voucher.state === 'refunded') refuse('VOUCHER_REFUNDED');
  if (voucher.state !== 'redeemed') return;
  const used = await findRedemption(ctx.db, voucher.redemptionId!, voucher.merchantId);
  const store = (await findStoreNames(ctx.db, [used!.storeId]))[0] ?? '';
  refuse('VOUCHER_ALREADY_REDEEMED', { at: shanghaiTime(used!.redeemedAtMs), atMs: used!.redeemedAtMs, store });
}

/** unknown and foreign codes get the same answer, and both count. A repeat of what was accepted is no guess (F-13). */
async function miss(ctx: Context): Promise<never> {
  if (await findAccepted(ctx)) return refuse('CODE_UNKNOWN');
  const { lockedMs } = await ctx.db.call<{ lockedMs: number | null }>('vouchers_count_miss', {
    personId: me(ctx).personId, storeId: myStaff(ctx).storeId, max: CODE_MISSES_MAX, windowMs: CODE_MISS_WINDOW_MS, lockMs: CODE_LOCK_MS,
  });
  if (lockedMs !== null) throw new Refused('CODE_LOCKED', {}, lockedMs);
  return refuse('CODE_UNKNOWN');
}

/** `7-17 18:41`, Asia/Shanghai (UTC+8 all year). */
function shanghaiTime(atMs: number): string {
  const t = new Date(atMs + 8 * 3_600_000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${t.getUTCMonth() + 1}-${t.getUTCDate()} ${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`;
}

export const undoRedemption: Story<'undoRedemption'> = (ctx, { params }) =>
  replayed(ctx, () => decided(async () => {
    const staff = myStaff(ctx);
    const redemption = await findRedemption(ctx.db, params.redemptionId, staff.merchantId);
    if (!redemption || redemption.storeId !== staff.storeId) refuse('NOT_FOUND');
    // Another clerk was quicker, or the guest's money went back: that is not the five minutes.
    if (redemption.undoneAtMs) refuse('ORDER_STATE');
    if (redemption.reversedAtMs) refuse('VOUCHER_REFUNDED');
    if (redemption.nowMs >= redemption.undoUntilMs) refuse('UNDO_TOO_LATE');
    const [set, reward] = await Promise.all([findSet(ctx.db, redemption.orderId), findRewardOfOrder(ctx.db, redemption.orderId)]);
    // Expected again, for everything that is not refunded.
    const keptFen = standingFen(await listVouchers(ctx.db, redemption.orderId));
    return ctx.db.call('vouchers_undo', {
      idem: ctx.idem, redemptionId: redemption.redemptionId, storeId: staff.storeId, merchantId: staff.merchantId, by: staff.staffId, setVersion: set!.version,
      rewardPaidFen: keptFen, rewardFen: decideRewardFen(keptFen, reward),
    });
  }));

