/**
 * Withdrawals to WeChat: the wallet's floor decides in the save, WeChat is called after it, the number never changes.
 * Guards I-05, F-27, A-06, A-36, A-38. The person confirms in WeChat within 24 h, else the money comes back to the wallet.
 */
import { PAYOUT_CHANGE_FREEZE_MS, WITHDRAWAL_MIN_FEN, WITHDRAWALS_PER_DAY_MAX } from '../contract/limits';
import { isOurFault, whyWithdrawalFailed } from '../contract/withdrawal-failures';
import { findPayout } from '../identity';
import { decided, me, newId, ProviderRefused, refuse, replayed, transferPage, type App, type Context, type Story } from '../kernel';
import { balanceOf } from '../ledger';
import { wechatPay, type ProviderTransfer } from '../payments';
import { findWithdrawal, type WithdrawalRow } from './store';

const POLL_MS = 15_000;
const ENDED: Partial<Record<ProviderTransfer['state'], boolean>> = { SUCCESS: true, FAIL: false, CANCELLED: false };

export const requestWithdrawal: Story<'requestWithdrawal'> = (ctx, { body }) =>
  replayed(ctx, async () => {
    const { personId } = me(ctx);
    if (body.amountFen < WITHDRAWAL_MIN_FEN) refuse('WITHDRAWAL_TOO_SMALL');
    const payout = await findPayout(ctx.db, personId);
    if (!payout.openid) refuse('WITHDRAWAL_NEEDS_WECHAT');
    if (payout.changedAtMs !== null && payout.nowMs < payout.changedAtMs + PAYOUT_CHANGE_FREEZE_MS) refuse('WITHDRAWAL_FROZEN');
    if (!payout.isAdult) refuse('WITHDRAWAL_NEEDS_ADULT');
    const saved = await ctx.db.call<{ withdrawalId: string }>('settlement_request_withdrawal', {
      idem: ctx.idem, withdrawalId: newId('wdr'), personId, openid: payout.openid, amountFen: body.amountFen, perDay: WITHDRAWALS_PER_DAY_MAX,
    });
    // The person waits for WeChat's confirmation page; when this fails the worker goes on.
    await sendWithdrawal(ctx, saved.withdrawalId).catch((error: Error) => ctx.log.warn({ reason: error.message }, 'withdrawal is sent later'));
    return saved;
  });

export const getWithdrawal: Story<'getWithdrawal'> = async (ctx, { params }) => {
  const own = await findWithdrawal(ctx.db, params.withdrawalId);
  if (!own || own.personId !== me(ctx).personId) refuse('NOT_FOUND');
  // Whoever looks wants to know how it stands now; WeChat being away changes nothing.
  if (own.state === 'requested' || own.state === 'awaiting_person') await sendWithdrawal(ctx, own.withdrawalId).catch(() => null);
  return described(ctx, (await findWithdrawal(ctx.db, params.withdrawalId))!);
};

function described(ctx: Context, w: WithdrawalRow) {
  const { spMchid, appid } = ctx.config.wechat;
  const canConfirm = w.state === 'awaiting_person' && w.packageInfo !== null;
  return {
    withdrawalId: w.withdrawalId, state: w.state, amountFen: w.amountFen, requestedAtMs: w.requestedAtMs, endedAtMs: w.endedAtMs,
    failReason: w.state === 'failed' ? whyWithdrawalFailed(w.failReason, ctx.language) : null,
    confirm: canConfirm ? {
      mchId: spMchid, appId: appid, package: w.packageInfo!, url: transferPage(ctx.config, w.packageInfo!),
    } : null,
  };
}

/** Answers when to look again, in ms, or null when it is over. */
export async function sendWithdrawal(app: App, withdrawalId: string): Promise<number | null> {
  const w = await findWithdrawal(app.db, withdrawalId);
  if (!w || w.state === 'succeeded' || w.state === 'failed') return null;
  const pay = wechatPay(app.config.wechat);
  try {
    // F-27: after an unknown answer the question comes first, and always with the same number.
    const asked = await pay.findTransfer(withdrawalId);
    // Only the answer to the request carries what the person confirms with, so a lost one is asked for by the same number.
    const isKnown = asked !== null && (asked.state !== 'WAIT_USER_CONFIRM' || w.packageInfo !== null);
    const told = isKnown ? asked : await pay.transfer({
      withdrawalId, openid: w.openid, amountFen: w.amountFen, remark: '分享返利', notifyUrl: `${app.config.publicUrl}/api/provider/wechat-pay/transfers`,
    });
    return await settleTransfer(app, told);
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    // Refused, and yet WeChat may know the number (an earlier call of ours): the money comes back only when it does not.
    const known = await pay.findTransfer(withdrawalId);
    if (known) return settleTransfer(app, known);
    await endWithdrawal(app, withdrawalId, false, error.code, { code: error.code });
    return null;
  }
}

function endWithdrawal(app: App, withdrawalId: string, succeeded: boolean, reason: string | null, content: object): Promise<void> {
  return decided(async () => {
    const w = await findWithdrawal(app.db, withdrawalId);
    if (!w) return;
    // F-33: two of us asked at once, one was refused and gave the money back, the other was not. A person looks at it.
    if (w.endedAtMs !== null) return (w.state === 'succeeded') === succeeded ? undefined : keepAside(app, withdrawalId, `${withdrawalId}: ${succeeded ? 'paid' : 'not paid'}, and it ${w.state}`, content);
    const debtFen = succeeded ? 0 : await balanceOf(app.db, 'reward-debt', w.personId);
    await app.db.call('settlement_withdrawal_ended', { withdrawalId, succeeded, reason, isOurs: reason !== null && isOurFault(reason), repayFen: Math.min(w.amountFen, -debtFen) });
  });
}

/** F-33: nothing to guess about. A person looks at it; the money stays where it is. */
async function keepAside(app: App, subject: string, reason: string, content: object): Promise<void> {
  app.log.error({ reason }, 'transfer quarantined');
  await app.db.call('payments_quarantine', { subject, reason, content, notice: null });
}

/** What WeChat says of a transfer, from a notice or a query. Repeats change nothing. Guards F-33. */
export async function settleTransfer(app: App, told: ProviderTransfer): Promise<number | null> {
  const w = await findWithdrawal(app.db, told.withdrawalId);
  if (w && told.amountFen !== null && told.amountFen !== w.amountFen) {
    await keepAside(app, told.billNo, `${w.withdrawalId}: amount ${told.amountFen} instead of ${w.amountFen}`, told);
    return null;
  }
  const ended = ENDED[told.state];
  if (ended !== undefined) {
    await endWithdrawal(app, told.withdrawalId, ended, ended ? null : told.failReason ?? told.state, told);
    return null;
  }
  await app.db.call('settlement_withdrawal_sent', { withdrawalId: told.withdrawalId, packageInfo: told.packageInfo, billNo: told.billNo });
  return POLL_MS;
}
