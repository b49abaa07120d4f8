// One shop with its deals and the merchant's other shops, seen from where the person is.
import { call, useLoad } from '@/api';
import { atOf, useHere } from '@/state/place';
import { useLanguage } from '@/state/settings';

/** Whether its merchant has coupons to claim; none when nobody could ask. */
export function useShopCoupons(merchantId: string | undefined): boolean {
  const offers = useLoad(() => call('listCouponOffers', { query: { merchantId, limit: '1' } }), [merchantId], { ready: merchantId !== undefined });
  return (offers.data?.items.length ?? 0) > 0;
}

export function useShop(storeId: string) {
  const here = useHere();
  const language = useLanguage();
  return useLoad(() => call('getStore', { params: { storeId }, query: atOf(here) }), [storeId, here, language]);
}
