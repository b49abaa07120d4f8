/** Enters the demo city's merchants, stores, staff, codes and deals through the operator's routes. */
import { HOUR_MS } from '../contract/limits';
import type { CityDeal, CityMerchant, CityStore } from './demo-notation';
import type { Actor, World } from './demo-world';

export interface MadeStore {
  storeId: string;
  data: CityStore;
  codes: string[];
}
export interface MadeDeal {
  dealId: string;
  data: CityDeal;
  merchant: MadeMerchant;
  stores: MadeStore[];
}
export interface MadeMerchant {
  merchantId: string;
  data: CityMerchant;
  stores: MadeStore[];
  deals: MadeDeal[];
  keeper: Actor;
}

/** The demo's clerk and manager work at this merchant; the clerk at its first store. */
export const HOME = '渡口老灶';

/** `nowMs`: the moment that deals with a beginning or an end are counted from. */
export async function makeMarket(world: World, city: readonly CityMerchant[], nowMs: number): Promise<MadeMerchant[]> {
  const operator = await world.signInDemo('operator');
  // The staff rows below find these two by their phones.
  const manager = await world.signInDemo('manager');
  await world.signInDemo('clerk');
  const made: MadeMerchant[] = [];
  for (const [index, data] of city.entries())
    made.push(await makeMerchant(world, { operator, manager, data, index, nowMs }));
  return made;
}

interface Wanted {
  operator: Actor;
  manager: Actor;
  data: CityMerchant;
  index: number;
  nowMs: number;
}
async function makeMerchant(world: World, { operator, manager, data, index, nowMs }: Wanted): Promise<MadeMerchant> {
  const { name, subMchid, category, logoInk, attribution } = data;
  const { merchantId } = await world.call('createMerchant', operator, {
    body: { name, subMchid, category, logoInk, attribution },
  });
  const stores: MadeStore[] = [];
  for (const store of data.stores) {
    const { storeId } = await world.call('createStore', operator, { params: { merchantId }, body: store });
    const codes: string[] = [];
    const labels =
      name === HOME
        ? ([
            ['store', '门口立牌'],
            ['table', '3 号桌贴'],
          ] as const)
        : ([['store', '门口立牌']] as const);
    for (const [kind, label] of labels)
      codes.push(
        (await world.call('createChannelCode', operator, { params: { merchantId }, body: { storeId, kind, label } }))
          .code,
      );
    stores.push({ storeId, data: store, codes });
  }
  const isHome = name === HOME;
  const phone = isHome ? '13800000004' : `1380000${String(1_001 + index)}`;
  const keeper = isHome ? manager : await world.signIn(data.keeper, { avatar: index % 10, phone });
  await world.call('addStaff', operator, { params: { merchantId }, body: { phone, storeId: null, role: 'manager' } });
  if (isHome)
    await world.call('addStaff', operator, {
      params: { merchantId },
      body: { phone: '13800000003', storeId: stores[0]!.storeId, role: 'clerk' },
    });
  const merchant: MadeMerchant = { merchantId, data, stores, deals: [], keeper };
  for (const deal of data.deals) merchant.deals.push(await makeDeal(world, operator, merchant, deal, nowMs));
  return merchant;
}

async function makeDeal(
  world: World,
  operator: Actor,
  merchant: MadeMerchant,
  data: CityDeal,
  nowMs: number,
): Promise<MadeDeal> {
  const stores = data.at.length > 0 ? data.at.map((n) => merchant.stores[n]!).filter(Boolean) : merchant.stores;
  const { startsInHours, endsInHours, at: _at, weight: _weight, ...terms } = data;
  const hours = (n: number | null) => (n === null ? null : nowMs + n * HOUR_MS);
  const { dealId } = await world.call('createDeal', operator, {
    params: { merchantId: merchant.merchantId },
    body: {
      ...terms,
      category: merchant.data.category,
      commissionBps: merchant.data.commissionBps,
      storeIds: stores.map((store) => store.storeId),
      saleStartsAtMs: hours(startsInHours),
      saleEndsAtMs: hours(endsInHours),
    },
  });
  return { dealId, data, merchant, stores };
}
