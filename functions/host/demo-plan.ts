/**
 * Chooses what happened in the demo city: who bought what when, how they came and how it ended. Pure and the same each time
 * for the same moment: a small generator with a fixed start, no other randomness. Times in ms, days are Shanghai's.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../contract/limits';
import type { ShareChannel, Surface } from '../contract/states';
import type { MadeDeal, MadeMerchant, MadeStore } from './demo-market';

export const DAYS = 14;
/** Everything was entered at six in the morning of the first day; people come from eight on. */
const FIRST_SALE_MS = 2 * HOUR_MS;

type Came =
  | { by: 'share'; sharer: string; channel: ShareChannel; group?: string; glances: number }
  | { by: 'sign' }
  | { by: 'self' };
type Ended =
  | { how: 'used'; atMs: number; store: MadeStore }
  | { how: 'refunded'; atMs: number; reason: string }
  | { how: 'cancelled'; atMs: number }
  | { how: 'unpaid' }
  | { how: 'kept' };
export interface Trip {
  atMs: number;
  buyer: string;
  deal: MadeDeal;
  quantity: number;
  surface: Surface;
  came: Came;
  ended: Ended;
}

const SHANGHAI_MS = 8 * HOUR_MS;
/** Midnight in Shanghai before this moment. */
export const dayStart = (ms: number) => Math.floor((ms + SHANGHAI_MS) / DAY_MS) * DAY_MS - SHANGHAI_MS;

/** The first few come often, the others now and then. */
export const guests = (
  '阿橙 方圆 一苇 小荷 许知夏 阿舟 陈默 大刘 阿珂 梁夏 沈小鱼 老林 吴桐 阿宁 钱多多 小鹿 江小白鞋 阿布 晚风 七七 木子 唐果 罗一 老顾 文文 阿杰 胖虎妈 小柚 程程 南风 阿福 白鹭 丁丁 夏末 秋秋 冬青 ' +
  '叶子 阿康 韩梅 苏苏 老唐 贝贝 小石头 鱼丸 可可 乐乐爸 豆包妈 阿楠 小野 蓝莓 十一 元宝 阿朱 大白 小麦 云朵'
).split(' ');
const SHARERS = ['阿橙', '一苇', '许知夏', '阿舟', '小荷', '大刘', '林小满'];
const GROUPS = ['oGroup_canal_runners_000001', 'oGroup_gongchen_eats_000002', 'oGroup_west_parents_000003'];
const REASONS = ['临时有事，去不了', '买重了', '想换个时间', '朋友改地方了'];
/** How busy each hour is, from 0 to 23. */
const HOURS = [1, 0, 0, 0, 0, 0, 0, 1, 2, 2, 3, 6, 7, 4, 2, 3, 3, 6, 8, 7, 5, 3, 2, 2];

/** mulberry32: [0, 1). */
function newChance(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const weighted = <T>(list: readonly T[], weight: (item: T) => number): T => {
    let left = next() * list.reduce((sum, item) => sum + weight(item), 0);
    return list.find((item) => (left -= weight(item)) < 0) ?? list[list.length - 1]!;
  };
  return { next, whole, pick, weighted };
}
type Chance = ReturnType<typeof newChance>;

/** A moment of that day, more often when people eat. */
const momentOf = (chance: Chance, startMs: number) =>
  startMs +
  chance.weighted([...HOURS.keys()], (hour) => HOURS[hour]!) * HOUR_MS +
  chance.whole(0, 59) * MINUTE_MS +
  chance.whole(0, 59) * 1_000;

/** Open at that moment, or the next time that it opens and a little later. */
function whenOpen(chance: Chance, { data }: MadeStore, atMs: number): number {
  const { opensAtMinute: from, closesAtMinute: to } = data;
  if (to - from === 1_440) return atMs;
  const minute = (atMs - dayStart(atMs)) / MINUTE_MS;
  const isOpen = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (isOpen) return atMs;
  return dayStart(atMs) + (minute < from ? 0 : DAY_MS) + from * MINUTE_MS + chance.whole(10, 150) * MINUTE_MS;
}

interface Frame {
  merchants: readonly MadeMerchant[];
  perDay: number;
  nowMs: number;
}

/** All purchases of ordinary guests, in no order. */
export function planTrips({ merchants, perDay, nowMs }: Frame): Trip[] {
  const chance = newChance(20_261_101);
  // What is scarce or not on sale yet is left to the script of the demo's own people.
  const deals = merchants
    .flatMap((m) => m.deals)
    .filter((deal) => deal.data.stock > 20 && deal.data.startsInHours === null);
  const firstMs = dayStart(nowMs) - DAYS * DAY_MS;
  const trips: Trip[] = [];
  for (let day = 0; day <= DAYS; day += 1) {
    const startMs = firstMs + day * DAY_MS;
    const weekday = new Date(startMs + SHANGHAI_MS).getUTCDay();
    const count = Math.round(perDay * (weekday === 0 || weekday === 6 ? 1.4 : 1)) + chance.whole(-1, 1);
    for (let n = 0; n < count; n += 1) {
      const atMs = momentOf(chance, startMs);
      const deal = chance.weighted(deals, (one) => one.data.weight);
      const trip = { ...someTrip(chance, atMs, deal), ended: someEnd(chance, deal, atMs, nowMs) };
      if (atMs >= firstMs + 6 * HOUR_MS + FIRST_SALE_MS && atMs < nowMs - 5 * MINUTE_MS) trips.push(trip);
    }
  }
  return trips;
}

/** The day of one store so far, so that its board shows a day as it is: `count` guests served within [from, to). */
export function planServedDay({
  merchant,
  store,
  fromMs,
  toMs,
  count,
}: {
  merchant: MadeMerchant;
  store: MadeStore;
  fromMs: number;
  toMs: number;
  count: number;
}): Trip[] {
  const chance = newChance(count + Math.floor(fromMs / DAY_MS));
  const deals = merchant.deals.filter((deal) => deal.data.stock > 20 && deal.stores.includes(store));
  return Array.from({ length: count }, () => {
    const servedMs = momentWithin(chance, fromMs, toMs);
    const deal = chance.weighted(deals, (one) => one.data.weight);
    return {
      ...someTrip(chance, servedMs - chance.whole(4, 90) * MINUTE_MS, deal),
      ended: { how: 'used', atMs: Math.max(fromMs + 1_000, servedMs), store },
    };
  });
}

/** Moments within [from, to), more often when people eat. */
export function planVisits(fromMs: number, toMs: number, count: number): number[] {
  const chance = newChance(Math.floor(fromMs / DAY_MS));
  return Array.from({ length: count }, () => momentWithin(chance, fromMs, toMs));
}

function momentWithin(chance: Chance, fromMs: number, toMs: number): number {
  const hours = HOURS.map((weight, hour) => ({ startMs: fromMs + hour * HOUR_MS, weight: weight + 0.5 })).filter(
    (hour) => hour.startMs < toMs,
  );
  const { startMs } = chance.weighted(hours, (hour) => hour.weight);
  return startMs + Math.floor(chance.next() * Math.min(HOUR_MS, toMs - startMs));
}

function someTrip(chance: Chance, atMs: number, deal: MadeDeal): Omit<Trip, 'ended'> {
  const buyer = guests[Math.floor(chance.next() ** 1.7 * guests.length)]!;
  const quantity = chance.next() < 0.82 || deal.data.perPersonLimit < 4 ? 1 : 2;
  return { atMs, buyer, deal, quantity, surface: chance.next() < 0.8 ? 'weapp' : 'h5', came: someWay(chance, buyer) };
}

function someWay(chance: Chance, buyer: string): Came {
  const way = chance.next();
  if (way < 0.12) return { by: 'sign' };
  const sharer = chance.pick(SHARERS);
  if (way > 0.6 || sharer === buyer) return { by: 'self' };
  const channel = chance.weighted(
    ['chat', 'group', 'poster', 'link'] as const,
    (one) => ({ chat: 3, group: 5, poster: 2, link: 1 })[one],
  );
  return {
    by: 'share',
    sharer,
    channel,
    glances: chance.whole(0, 3),
    ...(channel === 'group' ? { group: chance.pick(GROUPS) } : {}),
  };
}

function someEnd(chance: Chance, deal: MadeDeal, atMs: number, nowMs: number): Ended {
  const end = chance.next();
  if (end < 0.03) return { how: 'unpaid' };
  if (end < 0.06) return { how: 'cancelled', atMs: atMs + chance.whole(2, 9) * MINUTE_MS };
  if (end < 0.14)
    return past(nowMs, { how: 'refunded', atMs: atMs + chance.whole(1, 50) * HOUR_MS, reason: chance.pick(REASONS) });
  if (end < 0.24) return { how: 'kept' };
  const store = chance.pick(deal.stores);
  const wishMs =
    chance.next() < 0.6
      ? atMs + chance.whole(15, 240) * MINUTE_MS
      : momentOf(chance, dayStart(atMs) + chance.whole(1, 4) * DAY_MS);
  return past(nowMs, { how: 'used', atMs: whenOpen(chance, store, wishMs), store });
}
const past = (nowMs: number, ended: Ended & { atMs: number }): Ended =>
  ended.atMs < nowMs - 3 * MINUTE_MS ? ended : { how: 'kept' };
