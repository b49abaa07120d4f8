/**
 * 7 days after redemption the reward becomes available, after it made good an older debt. Guards I-18, A-02, A-05, A-06.
 * A flag or an open dispute stops it here; what clears them emits the fact again.
 */
import { REWARDS_ENDED_AT_ONCE } from '../contract/limits';
import { decided, refuse, type App, type Story } from '../kernel';
import { balanceOf } from '../ledger';
import { decideRelease } from './rules';
import { findReward } from './store';

/** Answers when to look again (ms), or null when there is nothing more to do. */
export function releaseReward(app: App, rewardId: string): Promise<number | null> {
  return decided(async () => {
    const reward = await findReward(app.db, rewardId);
    if (!reward || reward.state !== 'pending' || reward.heldFor.length > 0 || reward.disputed) return null;
    if (reward.releaseAtMs! > reward.nowMs) return reward.releaseAtMs! - reward.nowMs;
    const debtFen = await balanceOf(app.db, 'reward-debt', reward.sharerId);
    await app.db.call('referrals_release', { rewardId, ...decideRelease(reward.amountFen - reward.clawedFen, debtFen) });
    return null;
  });
}

/** Of a sharer who said that they are not 18. Answers when to go on (ms), or null. */
export async function endExpected(app: App, personId: string): Promise<number | null> {
  const { left } = await app.db.call<{ left: boolean }>('referrals_end_expected', { personId, rows: REWARDS_ENDED_AT_ONCE });
  return left ? 1 : null;
}

/** The operator lets go of what was looked at: a flag that is raised between the look and the save still holds it. */
export const clearReward: Story<'clearReward'> = async (ctx, { params, body }) => {
  const { heldFor } = (await findReward(ctx.db, params.rewardId)) ?? refuse('NOT_FOUND');
  return ctx.db.call('referrals_clear', { idem: ctx.idem, rewardId: params.rewardId, flags: body.flags ?? heldFor, by: ctx.session!.personId, reason: body.reason });
};
