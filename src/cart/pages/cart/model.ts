// The cart: what is in it, which of it is paid now, how many of each. A tap shows at once and is sent one after another; what
// the server refuses is said on its line, and nothing leaves the cart by a refusal.
import { useEffect, useRef, useState } from 'react';
import { useDidShow } from '@tarojs/taro';
import { asFailure, useLoad, useSession, type Failure } from '@/api';
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/cart';
import { loadCart, setInCart, type CartLine } from '@/state/cart';
import { openPage } from '@/state/pages';
import { askLogin, usePerson } from '@/state/person';
import { getLanguage } from '@/state/settings';
import { picked, wayToPay } from '../../logic';

export function useCart() {
  const { ready, who } = usePerson();
  const cart = useLoad(loadCart, [who], { ready, keep: true });
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const [takenOut, setTakenOut] = useState<CartLine | null>(null);
  const changes = useChanges(cart.refresh);
  // What one person took out is not put back by the next.
  const person = useSession()?.personId;
  useEffect(() => setTakenOut(null), [person]);

  const shown = useRef(false);
  useDidShow(() => {
    if (shown.current && ready) void cart.refresh();
    shown.current = true;
  });

  const lines = (cart.data?.items ?? []).map((line) => ({ ...line, quantity: changes.wished[line.dealId] ?? line.quantity }));
  const chosen = picked(lines, leftOut);
  const choose = (some: readonly CartLine[], on: boolean) =>
    setLeftOut((now) => {
      const next = new Set(now);
      for (const { dealId } of some) if (on) next.delete(dealId); else next.add(dealId);
      return next;
    });
  const takeOut = async (line: CartLine) => {
    if (await changes.set(line.dealId, 0)) setTakenOut(line);
  };
  const putBack = async () => {
    if (takenOut && (await changes.set(takenOut.dealId, takenOut.quantity, takenOut.shareToken))) setTakenOut(null);
  };
  const checkout = () => {
    const way = wayToPay(chosen);
    if (way) openPage(...way);
  };
  return { ready, cart, lines, chosen, choose, change: changes.set, said: changes.said, isBusy: changes.isBusy, takenOut, takeOut, putBack, checkout };
}

/** Changes on their way: per deal one at a time, of several taps the last one counts. */
function useChanges(after: () => Promise<void>) {
  const [wished, setWished] = useState<Readonly<Record<string, number>>>({});
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const waiting = useRef(new Map<string, number>());
  const running = useRef(new Set<string>());
  const [isBusy, setBusy] = useState(false);

  const settle = async () => {
    if (running.current.size > 0) return;
    await after();
    if (running.current.size > 0) return;
    setWished({});
    setBusy(false);
  };

  /** false: refused, or left to the tap before it. */
  const set = async (dealId: string, quantity: number, shareToken?: string | null): Promise<boolean> => {
    setSaid(({ [dealId]: _, ...rest }) => rest);
    if (quantity > 0) setWished((now) => ({ ...now, [dealId]: quantity }));
    waiting.current.set(dealId, quantity);
    if (running.current.has(dealId)) return false;
    running.current.add(dealId);
    setBusy(true);
    let isDone = true;
    try {
      for (let next = waiting.current.get(dealId); next !== undefined; next = waiting.current.get(dealId)) {
        waiting.current.delete(dealId);
        await setInCart(dealId, next, shareToken);
      }
    } catch (error) {
      waiting.current.delete(dealId);
      isDone = false;
      const failure = asFailure(error);
      if (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED') askLogin();
      setSaid((now) => ({ ...now, [dealId]: refusalWords(failure) }));
    }
    running.current.delete(dealId);
    await settle();
    return isDone;
  };
  return { wished, said, isBusy, set };
}

function refusalWords(failure: Failure): string {
  const { limit } = failure.details;
  return failure.code === 'LIMIT_PER_PERSON' && typeof limit === 'number' ? textsIn(texts, getLanguage()).limitHit(limit) : failure.message;
}
