// What is in the person's cart, as far as pages outside it need to know: how many lines, and how many of this deal. The server
// keeps the cart; this is what it said last.
import { useEffect } from 'react';
import type { Answer } from '@contract/shapes';
import { call } from '@/api/client';
import { getSession, useSession } from '@/api/session';
import { createStore, useStore } from './store';

type Cart = Answer<'getCart'>;
export type CartLine = Cart['items'][number];

interface Known {
  personId: string;
  /** by deal */
  quantities: Readonly<Record<string, number>>;
}

const known = createStore<Known | null>(null);
const mine = (): Known | null => (known.get()?.personId === getSession()?.personId ? known.get() : null);

export async function loadCart(): Promise<Cart> {
  const cart = await call('getCart');
  const personId = getSession()?.personId;
  if (personId) known.set({ personId, quantities: Object.fromEntries(cart.items.map((line) => [line.dealId, line.quantity])) });
  return cart;
}

/** Sets how many of a deal are in the cart; 0 takes it out. */
export async function setInCart(dealId: string, quantity: number, shareToken?: string | null): Promise<void> {
  await call('setCartItem', { params: { dealId }, body: shareToken ? { quantity, shareToken } : { quantity } });
  const now = mine();
  if (!now) return;
  const quantities = { ...now.quantities, [dealId]: quantity };
  if (quantity === 0) delete quantities[dealId];
  known.set({ ...now, quantities });
}

/** One more of a deal than the server has now, which another device may have changed; answers how many of it are in the cart then. */
export async function addToCart(dealId: string, shareToken: string | undefined): Promise<number> {
  await loadCart();
  const quantity = (mine()?.quantities[dealId] ?? 0) + 1;
  await setInCart(dealId, quantity, shareToken);
  return quantity;
}

/** How many lines the cart has; 0 while nobody is signed in or the answer is on its way. */
export function useCartCount(): number {
  const personId = useSession()?.personId;
  const now = useStore(known);
  useEffect(() => {
    if (personId && known.get()?.personId !== personId) loadCart().catch(() => undefined);
  }, [personId]);
  return now && now.personId === personId ? Object.keys(now.quantities).length : 0;
}
