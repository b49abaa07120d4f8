// A coupon on its way to a friend comes back to its giver, wherever the giver meets it: among the coupons, on its link's page, beside sending it.
import { call, useAction } from '@/api';
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/coupons';
import { toast } from '@/state/overlays';
import { getLanguage } from '@/state/settings';

/** `changed` in any case: a friend may have been quicker. */
export function useTakeBack(changed: () => void) {
  const back = useAction<string, { ok: true }>(
    'coupon.take-back',
    (couponId, idempotencyKey) => call('takeBackCoupon', { params: { couponId }, idempotencyKey }),
    (failure) => toast(failure.message, 'error'),
  );
  const run = async (couponId: string): Promise<boolean> => {
    const done = await back.run(couponId);
    if (done) toast(textsIn(texts, getLanguage()).takenBack, 'ok');
    changed();
    return done !== undefined;
  };
  return { busy: back.busy, run };
}
