/** A merchant with two stores, staff and a deal, through the operator's real routes. */
import { randomInt } from 'node:crypto';
import type { RouteTypes } from '../../functions/contract/shapes';
import type { Db } from '../../functions/kernel';
import type { TestApp } from './app';
import type { TestPerson } from './person';

export type DealBody = RouteTypes['createDeal']['body'];
export interface MarketOptions { /** Names of clerk and manager; with the stand-in running one name is one WeChat. */ staff?: [string, string]; deal?: Partial<DealBody>; merchant?: Partial<RouteTypes['createMerchant']['body']>; operator?: TestPerson }
export interface Market {
  operator: TestPerson; merchantId: string; subMchid: string; storeIds: [string, string]; storeId: string; clerk: TestPerson; manager: TestPerson; clerkStaffId: string;
  dealId: string; termsVersion: number; deal: DealBody;
  /** Another deal of the same merchant. */
  addDeal(more?: Partial<DealBody>): Promise<{ dealId: string; termsVersion: number }>;
}

const dealOf = (storeIds: string[], more: Partial<DealBody> = {}): DealBody => ({
  title: '老灶火锅双人餐', subtitle: '锅底任选，含两份肥牛', category: 'food', pictureUrls: ['/art/dish-hotpot.svg'],
  items: [{ name: '锅底', quantity: 1 }, { name: '肥牛', quantity: 2 }], notes: ['不与其他优惠同用'], tags: ['随时退', '过期退'], storeIds,
  priceFen: 12_800, friendDiscountFen: 1_000, rebateBps: 800, rebateCapFen: 2_000, commissionBps: 500, stock: 100, perPersonLimit: 5, validDays: 30,
  saleStartsAtMs: null, saleEndsAtMs: null, ...more,
});

export async function makeMarket(test: TestApp, options: MarketOptions = {}): Promise<Market> {
  const operator = options.operator ?? (await test.person('运营', { operator: true }));
  const subMchid = options.merchant?.subMchid ?? String(randomInt(1_000_000_000, 9_999_999_999));
  const { merchantId } = await test.ok('createMerchant', { as: operator, body: { name: '老灶火锅', subMchid, category: 'food', logoInk: '#C8472F', ...options.merchant } });
  const addStore = async (name: string, latE6: number) => (await test.ok('createStore', {
    as: operator, params: { merchantId },
    body: { name, address: '上海市黄浦区南京东路 1 号', phone: '021-55550001', latE6, lngE6: 121_480_000, opensAtMinute: 600, closesAtMinute: 1_320 },
  })).storeId;
  const storeIds: [string, string] = [await addStore('南京东路店', 31_235_000), await addStore('静安店', 31_229_000)];
  const [clerkName, managerName] = options.staff ?? ['店员小陈', '店长王姐'];
  const clerk = await test.person(clerkName);
  const manager = await test.person(managerName);
  const addStaff = (person: TestPerson, storeId: string | null, role: 'clerk' | 'manager') =>
    test.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: person.phone!, storeId, role } });
  const { staffId: clerkStaffId } = await addStaff(clerk, storeIds[0], 'clerk');
  await addStaff(manager, null, 'manager');
  const deal = dealOf(storeIds, options.deal);
  const addDeal = async (more: Partial<DealBody> = {}) => {
    const { dealId, termsVersion } = await test.ok('createDeal', { as: operator, params: { merchantId }, body: { ...deal, ...more } });
    return { dealId, termsVersion };
  };
  const { dealId, termsVersion } = await addDeal();
  return { operator, merchantId, subMchid, storeIds, storeId: storeIds[0], clerk, manager, clerkStaffId, dealId, termsVersion, deal, addDeal };
}

/** A new version of a deal's terms, as no route does yet; throws Changed when its version is another than `fromVersion` by now. */
export const saveTerms = (db: Db, p: { dealId: string; fromVersion: number; terms: object }) => db.call<{ termsVersion: number }>('catalog_new_terms', p);
