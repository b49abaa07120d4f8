// A deal into the cart: one more with each tap, and the way to the cart with how much is in it. What has its own clock or its own
// company (flash sales, groups) is bought by itself.
import { Text, View } from '@tarojs/components';
import { useAction, type Failure } from '@/api';
import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { Touchable } from '@/components/touchable';
import { textsIn, useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import { addToCart, useCartCount } from '@/state/cart';
import { confirmDialog, toast } from '@/state/overlays';
import { openPage } from '@/state/pages';
import { getLanguage } from '@/state/settings';
import { signIn } from '@/state/sign-in';
import type { Deal } from './model';

export const goesInCart = (deal: Pick<Deal, 'flash' | 'group'>): boolean => deal.flash === null && deal.group === null;

export function CartTile() {
  const t = useT(texts);
  const count = useCartCount();
  return (
    <Touchable className="deal-bar__share deal-bar__cart" onClick={() => void signIn().then((yes) => yes && openPage('cart'))}>
      <Icon name="cart" size={24} />
      <View className="deal-bar__word">{t.cart}</View>
      {count > 0 ? <Text className="deal-bar__count">{count > 99 ? '99+' : count}</Text> : null}
    </Touchable>
  );
}

export function AddToCart({ deal, token }: { deal: Deal; token: string | undefined }) {
  const t = useT(texts);
  const adding = useAction<null, number>('cart', () => addToCart(deal.dealId, token), (failure) => void tell(failure));
  const add = async () => {
    if (!(await signIn())) return;
    const quantity = await adding.run(null);
    if (quantity !== undefined) toast(quantity > 1 ? t.inCartNow(quantity) : t.addedToCart, 'ok');
  };
  return <Button kind="tint" grow className="deal-bar__add" loading={adding.busy} onClick={() => void add()}>{t.addToCart}</Button>;
}

/** Nothing in the cart is lost by a refusal; the cart is where there is something to do about it. */
async function tell({ code, message, details }: Failure): Promise<void> {
  const t = textsIn(texts, getLanguage());
  const { limit } = details;
  const [title, body] = code === 'CART_FULL' && typeof limit === 'number' ? [t.cartFull, t.cartFullBody(limit)]
    : code === 'LIMIT_PER_PERSON' && typeof limit === 'number' ? [t.cartLimit(limit), t.cartLimitBody] : ['', ''];
  if (!title) return toast(message, 'error');
  if (await confirmDialog({ title, body, ok: t.toCart, cancel: t.stayHere })) openPage('cart');
}
