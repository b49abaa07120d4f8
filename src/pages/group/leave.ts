// Leaving a group before it is complete, from its landing and from the order.
import { call, useAction, type Answer, type Failure } from '@/api';
import { texts } from '@/i18n/groups';
import { money, sentences } from '@/i18n/format';
import { textsIn } from '@/i18n';
import { confirmDialog, toast } from '@/state/overlays';
import { openPage } from '@/state/pages';
import { askLogin } from '@/state/person';
import { getLanguage } from '@/state/settings';

/** Asked first, with what happens to the money. `after` runs when the group may have changed. */
export function useLeave(after: () => Promise<void>) {
  const failed = (failure: Failure) => (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED' ? askLogin() : toast(failure.message, 'error'));
  const leaving = useAction<{ groupId: string }, Answer<'leaveGroup'>>('group.leave', ({ groupId }, idempotencyKey) => call('leaveGroup', { params: { groupId }, idempotencyKey }), failed);
  return async (group: { groupId: string; isHost: boolean; paidFen: number }): Promise<void> => {
    const language = getLanguage();
    const t = textsIn(texts, language);
    let refundId: string | null = null;
    const sure = await confirmDialog({
      title: t.leaveTitle,
      body: sentences(language, t.leaveBody(money(group.paidFen)), group.isHost ? t.leaveHost : ''),
      ok: t.leave,
      cancel: t.leaveKeep,
      danger: true,
      run: async () => {
        const left = await leaving.run({ groupId: group.groupId });
        if (!left) return;
        refundId = left.refundId;
        toast(t.left, 'ok');
      },
    });
    if (!sure) return;
    await after();
    if (refundId) openPage('refund', { id: refundId });
  };
}
