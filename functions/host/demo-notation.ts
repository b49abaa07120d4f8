/** How the demo city is written down: what a merchant, a store and a deal of it are, and short ways to say one. */
import type { RouteTypes } from '../contract/shapes';
import type { Category, Fulfilment } from '../contract/states';

type GroupRule = NonNullable<RouteTypes['createDeal']['body']['group']>;

export interface CityStore {
  name: string;
  address: string;
  latE6: number;
  lngE6: number;
  phone: string;
  opensAtMinute: number;
  closesAtMinute: number;
}
export interface CityDeal {
  title: string;
  subtitle: string;
  pictureUrls: string[];
  fulfilment: Fulfilment;
  items: { name: string; quantity: number }[];
  notes: string[];
  tags: string[];
  priceFen: number;
  friendDiscountFen: number;
  rebateBps: number;
  rebateCapFen: number;
  stock: number;
  perPersonLimit: number;
  validDays: number;
  /** Hours from the moment the city is made; null: no bound. */
  startsInHours: number | null;
  endsInHours: number | null;
  /** Positions in the merchant's list of stores; empty: all. */
  at: number[];
  /** How much more often than others it is bought in the made history. */
  weight: number;
  group?: GroupRule;
}
export interface CityMerchant {
  name: string;
  subMchid: string;
  category: Category;
  logoInk: string;
  commissionBps: number;
  attribution: 'last' | 'first';
  keeper: string;
  stores: CityStore[];
  deals: CityDeal[];
}

let phones = 0;
export const store = (
  name: string,
  address: string,
  latE6: number,
  lngE6: number,
  opens: number,
  closes: number,
): CityStore => ({
  name,
  address: `杭州市拱墅区${address}`,
  latE6,
  lngE6,
  phone: `0571-8800${String((phones += 1)).padStart(4, '0')}`,
  opensAtMinute: opens * 60,
  closesAtMinute: closes * 60,
});

export const table = (size: number, priceFen: number, hostBenefitFen: number): GroupRule => ({
  kind: 'standard',
  size,
  hours: 24,
  priceFen,
  hostBenefitFen,
  tiers: [],
});
/** 老带新: anybody opens one, newcomers join. */
export const newcomers = (size: number, priceFen: number): GroupRule => ({ ...table(size, priceFen, 0), kind: 'newcomer' });
export const ladder = (...steps: [size: number, priceFen: number][]): GroupRule => ({
  ...table(steps.at(-1)![0], steps[0]![1], 0),
  kind: 'ladder',
  hours: 48,
  tiers: steps.map(([size, priceFen]) => ({ size, priceFen })),
});

interface More {
  notes?: string[];
  tags?: string[];
  bps?: number;
  cap?: number;
  stock?: number;
  limit?: number;
  days?: number;
  starts?: number;
  ends?: number;
  at?: number[];
  weight?: number;
  art?: string;
  group?: GroupRule;
  /** Made to be fetched: picked up at the counter with a code. */
  pickup?: true;
}
/** `items`: "牛肉 ×2、毛肚" reads as two names with their quantities. */
export const dealsOf =
  (art: string, notes: string[], tags: string[]) =>
  (title: string, subtitle: string, items: string, priceFen: number, offFen: number, more: More = {}): CityDeal => ({
    title,
    subtitle,
    pictureUrls: [`/art/dish-${more.art ?? art}.svg`],
    fulfilment: more.pickup ? 'pickup' : 'voucher',
    items: items.split('、').map(readItem),
    notes: [...notes, ...(more.notes ?? [])],
    tags: ['随时退', ...(more.tags ?? tags)],
    priceFen,
    friendDiscountFen: offFen,
    rebateBps: more.bps ?? 800,
    rebateCapFen: more.cap ?? 2_000,
    stock: more.stock ?? 500,
    perPersonLimit: more.limit ?? 5,
    validDays: more.days ?? 30,
    startsInHours: more.starts ?? null,
    endsInHours: more.ends ?? null,
    at: more.at ?? [],
    weight: more.weight ?? 1,
    ...(more.group ? { group: more.group } : {}),
  });
function readItem(text: string): { name: string; quantity: number } {
  const [name, quantity] = text.split(' ×');
  return { name: name!, quantity: Number(quantity ?? 1) };
}
