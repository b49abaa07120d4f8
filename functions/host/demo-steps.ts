/** What the demo's people do, each through the real stories: share, open, buy, show the code at the counter, change their mind. */
import type { ShareChannel, Surface } from '../contract/states';
import { codeWindow, qrText } from '../contract/voucher-code';
import { newId } from '../kernel';
import { hmac } from '../vouchers';
import type { MadeDeal, MadeStore } from './demo-market';
import type { Actor, World } from './demo-world';

export interface Purchase {
  buyer: Actor;
  deal: MadeDeal;
  orderId: string;
  voucherIds: string[];
}
interface Shared {
  sharer: Actor;
  channel: ShareChannel;
  group?: string;
}

export async function share(world: World, deal: MadeDeal, { sharer, channel }: Shared): Promise<string> {
  return (await world.call('createShare', sharer, { params: { dealId: deal.dealId }, body: { channel } })).token;
}

/** The friend taps the card; in a chat group WeChat tells which one it was. */
export async function open(world: World, token: string, friend: Actor, group?: string): Promise<void> {
  const told = group
    ? await world.sandbox<{ encryptedData: string; iv: string }>('wx/group', { user: friend.name, opengid: group })
    : null;
  await world.call('openShare', friend, {
    params: { token },
    body: {
      surface: 'weapp',
      visitorId: friend.deviceId,
      ...(told ? { group: { encryptedData: told.encryptedData, iv: told.iv } } : {}),
    },
  });
}

/** Somebody who is not signed in looks, and goes on. */
export async function glance(world: World, token: string, surface: Surface): Promise<void> {
  await world.call('openShare', null, { params: { token }, body: { surface, visitorId: stranger() } });
}
export async function scanSign(world: World, code: string, who: Actor | null): Promise<void> {
  await world.call('openCode', who, {
    params: { code },
    body: { visitorId: who?.deviceId ?? stranger(), surface: 'weapp' },
  });
}
const stranger = () => `phone-${newId('vis').slice(-12)}`;

export async function place(
  world: World,
  buyer: Actor,
  deal: MadeDeal,
  { quantity = 1, token, group, surface = 'weapp' as Surface } = {} as {
    quantity?: number;
    token?: string;
    surface?: Surface;
    group?: { open: true } | { groupId: string };
  },
): Promise<string> {
  const quote = await world.call('quoteOrder', buyer, {
    body: { dealId: deal.dealId, quantity, ...(token ? { shareToken: token } : {}), ...(group ? { group } : {}) },
  });
  const { orderId } = await world.call('placeOrder', buyer, {
    body: {
      dealId: deal.dealId,
      quantity,
      termsVersion: quote.termsVersion,
      expectedPayableFen: quote.payableFen,
      surface,
      // The best of what the guest holds, as the app proposes it.
      stack: quote.stack,
      ...(group ? { group } : {}),
      ...(quote.sharer ? { shareToken: quote.sharer.token } : {}),
    },
  });
  return orderId;
}

/** Pays at WeChat's cashier; the voucher is there when this resolves. */
export async function buy(
  world: World,
  buyer: Actor,
  deal: MadeDeal,
  options: Parameters<typeof place>[3] = {},
): Promise<Purchase> {
  const orderId = await place(world, buyer, deal, options);
  const method = options.surface === 'h5' ? 'h5' : 'jsapi';
  const { jsapi, h5Url } = await world.call('payOrder', buyer, { params: { orderId }, body: { method } });
  const prepayId = jsapi ? jsapi.package.replace('prepay_id=', '') : new URL(h5Url!).searchParams.get('prepay_id');
  await world.sandbox('pay', { prepay_id: prepayId });
  await world.call('checkPayment', buyer, { params: { orderId } });
  const { vouchers } = await world.call('getOrder', buyer, { params: { orderId } });
  return { buyer, deal, orderId, voucherIds: vouchers.map((one) => one.voucherId) };
}

/** A cart of several merchants, paid once at WeChat's cashier. */
export async function buyTogether(world: World, buyer: Actor, deals: readonly MadeDeal[]): Promise<Purchase[]> {
  for (const { dealId } of deals) await world.call('setCartItem', buyer, { params: { dealId }, body: { quantity: 1 } });
  const { items } = await world.call('getCart', buyer);
  const wishes = items.map(({ dealId, quantity }) => ({ dealId, quantity }));
  const quote = await world.call('quotePurchase', buyer, { body: { items: wishes } });
  const { purchaseId, orderIds } = await world.call('placePurchase', buyer, {
    body: {
      items: quote.items.map(({ dealId, quantity, termsVersion, unitPriceFen }) => ({
        dealId,
        quantity,
        termsVersion,
        expectedUnitPriceFen: unitPriceFen,
      })),
      stack: quote.stack,
      expectedPayableFen: quote.payableFen,
      surface: 'weapp',
    },
  });
  const { jsapi } = await world.call('payPurchase', buyer, { params: { purchaseId }, body: { method: 'jsapi' } });
  await world.sandbox('pay', { prepay_id: jsapi!.package.replace('prepay_id=', '') });
  await world.call('checkPurchase', buyer, { params: { purchaseId } });
  const bought: Purchase[] = [];
  for (const [i, orderId] of orderIds.entries()) {
    const { vouchers } = await world.call('getOrder', buyer, { params: { orderId } });
    const deal = deals.find(({ dealId }) => dealId === wishes[i]!.dealId)!;
    bought.push({ buyer, deal, orderId, voucherIds: vouchers.map((one) => one.voucherId) });
  }
  return bought;
}

/** The guest's phone shows the code of this minute, the clerk scans it. Answers the redemption. */
export async function use(
  world: World,
  { buyer, voucherIds }: Purchase,
  at: { store: MadeStore; clerk: Actor; index?: number },
): Promise<string> {
  const voucherId = voucherIds[at.index ?? 0]!;
  const { secret, locator } = await world.call('getVoucher', buyer, { params: { voucherId } });
  const code = qrText(hmac, secret!, locator!, voucherId, codeWindow(world.app.clock.nowMs()));
  const { redemptionId } = await world.call('redeemVoucher', at.clerk, {
    params: { storeId: at.store.storeId },
    body: { code, deviceId: at.clerk.deviceId },
  });
  return redemptionId;
}

export async function giveBack(world: World, { buyer, orderId, voucherIds }: Purchase, reason: string): Promise<void> {
  await world.call('requestRefund', buyer, { params: { orderId }, body: { voucherIds, reason } });
}

/** Answers the refund that now waits for the merchant. */
export async function complain(world: World, { buyer, voucherIds }: Purchase, reason: string): Promise<string> {
  return (await world.call('requestAfterSale', buyer, { params: { voucherId: voucherIds[0]! }, body: { reason } }))
    .refundId;
}
export async function answerComplaint(
  world: World,
  refundId: string,
  by: { store: MadeStore; manager: Actor; accept: boolean; words: string },
): Promise<void> {
  await world.call('answerAfterSale', by.manager, {
    params: { storeId: by.store.storeId, refundId },
    body: { accept: by.accept, reason: by.words },
  });
}
