// One shop with its deals and the merchant's other shops, seen from where the person is.
import { call, useLoad } from '@/api';
import { atOf, useHere } from '@/state/place';
import { useLanguage } from '@/state/settings';

export function useShop(storeId: string) {
  const here = useHere();
  const language = useLanguage();
  return useLoad(() => call('getStore', { params: { storeId }, query: atOf(here) }), [storeId, here, language]);
}
