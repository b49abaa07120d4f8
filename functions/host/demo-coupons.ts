/** Coupons of the demo city: offers of every kind, claimed, used, given on and expiring through the real stories. Days count back from today. */
import type { RouteTypes } from '../contract/shapes';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../contract/limits';
import type { Stage } from './demo-history';
import { HOME, type MadeMerchant } from './demo-market';
import { dayStart } from './demo-plan';
import { buy, use, type Purchase } from './demo-steps';
import type { Actor } from './demo-world';

type OfferBody = RouteTypes['createOffer']['body'];

/** Adds the steps: the offers on the first morning, then what became of them. */
export function scriptCoupons(stage: Stage): void {
  const { world, demo } = stage;
  const offers: Record<string, string> = {};
  const first = dayStart(stage.nowMs) - 14 * DAY_MS + 7 * HOUR_MS;
  const body = (more: Partial<OfferBody>): OfferBody => ({
    title: '', kind: 'amount', audience: 'everyone', winBackDays: null, thresholdFen: 0, amountFen: 0, offBps: 0, capFen: 0, dealId: null, dealIds: [], storeIds: [],
    total: 300, perPerson: 1, claimFromMs: first - HOUR_MS, claimUntilMs: stage.nowMs + 10 * DAY_MS, validFromMs: null, validUntilMs: null, validDays: 30, withCode: false, isTransferable: false, ...more,
  });
  const made = (name: string) => stage.merchants.find((one) => one.data.name === name);
  const shop = (merchant: string, key: string, of: (m: MadeMerchant) => Partial<OfferBody>) => {
    const m = made(merchant);
    if (!m) return;
    const manager: Actor = merchant === HOME ? demo.manager : m.keeper;
    stage.at(first, async () => {
      offers[key] = (await world.call('createOffer', manager, { params: { storeId: m.stores[0]!.storeId }, body: body(of(m)) })).offerId;
    });
  };
  shop(HOME, 'shop', () => ({ title: '店铺券', thresholdFen: 10_000, amountFen: 1_500, perPerson: 3, isTransferable: true }));
  shop(HOME, 'fresh', () => ({ title: '新客券', audience: 'new_guest', thresholdFen: 15_000, amountFen: 3_000, total: 100 }));
  shop(HOME, 'back', () => ({ title: '好久不见', audience: 'win_back', winBackDays: 45, thresholdFen: 8_000, amountFen: 2_000, total: 50 }));
  shop(HOME, 'sign', () => ({ title: '门口立牌专享', thresholdFen: 6_000, amountFen: 800, withCode: true, total: 200 }));
  shop('半亩烘焙', 'bread', () => ({ title: '面包八五折', kind: 'percent', offBps: 1_500, capFen: 1_000, total: 120, perPerson: 2 }));
  shop('拾阶咖啡', 'coffee', (m) => ({ title: '换一杯', kind: 'exchange', dealId: m.deals[0]!.dealId, total: 30 }));
  shop('小河面馆', 'noodles', () => ({ title: '立减 3 元', amountFen: 300, total: 6 }));
  let operator: Promise<Actor> | null = null;
  const platform = (key: string, more: Partial<OfferBody>, by: { merchantId: string | null; platformBps: number; reason: string }) =>
    stage.at(first, async () => {
      offers[key] = (await world.call('createPlatformOffer', await (operator ??= world.signInDemo('operator')), { body: { ...body(more), ...by } })).offerId;
    });
  platform('city', { title: '平台券', thresholdFen: 12_000, amountFen: 2_000, total: 1_000 }, { merchantId: null, platformBps: 10_000, reason: '全城开门红' });
  const tea = made('荷风粤点');
  if (tea) platform('tea', { title: '早茶一起补', thresholdFen: 6_000, amountFen: 1_000, total: 200 }, { merchantId: tea.merchantId, platformBps: 5_000, reason: '和荷风粤点一起补' });
  const claim = async (who: Actor, ...keys: string[]) => {
    for (const key of keys) if (offers[key]) await world.call('claimCoupon', who, { params: { offerId: offers[key] } });
  };

  // Guests who claim, order with it and come; one changes the plan, and the coupon comes back.
  const spend = (name: string, merchant: string, deal: number, days: number, hour: number, ...keys: string[]) => {
    const of = made(merchant)?.deals[deal];
    if (!of) return;
    const at = dayStart(stage.nowMs) - days * DAY_MS + hour * HOUR_MS;
    let done: Purchase;
    stage.at(at, async () => {
      const guest = await stage.person(name);
      await claim(guest, ...keys);
      done = await buy(world, guest, of);
    });
    stage.at(at + HOUR_MS, () => use(world, done, { store: of.stores[0]!, clerk: merchant === HOME ? demo.clerk : of.merchant.keeper }));
  };
  spend('阿康', HOME, 0, 8, 17, 'shop', 'city');
  spend('韩梅', HOME, 0, 6, 18, 'shop');
  spend('苏苏', HOME, 0, 5, 12, 'shop', 'city');
  spend('贝贝', HOME, 0, 2, 18, 'shop');
  spend('可可', '半亩烘焙', 0, 4, 15, 'bread');
  spend('鱼丸', '拾阶咖啡', 0, 3, 14, 'coffee');
  spend('老唐', '荷风粤点', 0, 3, 9, 'tea');
  for (const [n, name] of ['小石头', '乐乐爸', '豆包妈', '阿楠', '小野', '蓝莓'].entries()) {
    stage.at(dayStart(stage.nowMs) - 7 * DAY_MS + (10 + n) * HOUR_MS, async () => claim(await stage.person(name), 'noodles'));
  }

  // 林小满 uses one, keeps some, gave one to 周屿 and has another on its way.
  const bread = made('半亩烘焙')?.deals[0];
  const day = (ago: number, hour: number) => dayStart(stage.nowMs) - ago * DAY_MS + hour * HOUR_MS;
  if (bread) {
    let done: Purchase;
    stage.at(day(1, 9), async () => {
      await claim(demo.guest, 'bread', 'bread');
      done = await buy(world, demo.guest, bread);
    });
    stage.at(day(1, 10), () => use(world, done, { store: bread.stores[0]!, clerk: bread.merchant.keeper }));
  }
  if (!made(HOME)) return;
  const give = async (): Promise<string> => {
    const { items } = await world.call('listMyCoupons', demo.guest, { query: { tab: 'usable' } });
    const one = items.find((coupon) => coupon.isTransferable && coupon.state === 'available')!;
    return (await world.call('giveCoupon', demo.guest, { params: { couponId: one.couponId } })).token;
  };
  stage.at(day(1, 21), async () => {
    await claim(demo.guest, 'shop', 'shop', 'shop', 'city', 'tea');
    await world.call('claimCouponGift', demo.friend, { params: { token: await give() } });
  });
  stage.at(stage.nowMs - 30 * MINUTE_MS, () => claim(demo.friend, 'city', 'fresh'));
  stage.at(stage.nowMs - 20 * MINUTE_MS, give);
}
