/**
 * Who is answered first when too much comes at once (F-30): notices, the counter, money on its way and refunds always, and on
 * database connections of their own. Touches of shares are refused first, then looking around, then placing: BUSY, before
 * they cost anything. What is refused is tried again by the app after a while, each at another moment.
 */
import { SHED_IN_FLIGHT } from '../contract/limits';
import { routes, type Route, type RouteName } from '../contract/routes';
import { failed, Unavailable, type App, type Event, type Handler } from '../kernel';

type Rank = keyof typeof SHED_IN_FLIGHT | 'urgent';
const named: Partial<Record<RouteName, Rank>> = {
  redeemVoucher: 'urgent', undoRedemption: 'urgent', requestRefund: 'urgent', requestAfterSale: 'urgent', answerAfterSale: 'urgent', leaveGroup: 'urgent',
  payOrder: 'urgent', payPurchase: 'urgent', checkPayment: 'urgent', checkPurchase: 'urgent', cancelOrder: 'urgent', cancelPurchase: 'urgent', refreshSession: 'urgent', getVoucher: 'urgent',
  placeOrder: 'place', placePurchase: 'place', claimCoupon: 'place', claimCouponCode: 'place', claimCouponGift: 'place',
  openShare: 'touch', openCode: 'touch',
};
const patterns = (Object.entries(named) as [RouteName, Rank][]).map(([name, rank]) => {
  const route: Route = routes[name];
  return { rank, method: route.method, path: new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`) };
});

export function rankOf(method: string, path: string): Rank {
  if (path.startsWith('/api/provider/') || path === '/api/health') return 'urgent';
  return patterns.find((p) => p.method === method && p.path.test(path))?.rank ?? 'browse';
}

/** `urgent` and `rest` are the same routes over two pools of connections. */
export function firstInLine(urgent: Handler, rest: Handler, log: App['log'], most: typeof SHED_IN_FLIGHT = SHED_IN_FLIGHT): Handler {
  let inFlight = 0;
  let shed = 0;
  let saidAt = 0;
  return async (event: Event) => {
    const { method } = event.requestContext.http;
    const rank = rankOf(method, event.rawPath);
    if (rank === 'urgent') return urgent(event);
    if (inFlight >= most[rank]) {
      shed += 1;
      if (performance.now() - saidAt > SAY_EVERY_MS) {
        saidAt = performance.now();
        log.warn({ shed, rank, inFlight }, 'too much at once');
      }
      const language = /^en\b/i.test(event.headers['accept-language'] ?? '') ? 'en' : 'zh';
      return failed(new Unavailable('too much at once', 'BUSY', Math.round(RETRY_MS * (1 + 2 * Math.random()))), language, null, event.rawPath);
    }
    inFlight += 1;
    try {
      return await rest(event);
    } finally {
      inFlight -= 1;
    }
  };
}
const SAY_EVERY_MS = 10_000;
const RETRY_MS = 1_000;
