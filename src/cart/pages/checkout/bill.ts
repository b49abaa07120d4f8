// The rows of a purchase's bill: the prices together, then each discount once with what it takes off all lines. Pure.
import type { PricedStack } from '@contract/best-combination';
import type { Quote } from './model';

export interface BillRow {
  kind: 'price' | 'friend' | 'coupon';
  amountFen: number;
  /** friend: who shared · coupon: its title */
  names: string[];
}

export function billOf(quote: Pick<Quote, 'items' | 'coupons'>, priced: Pick<PricedStack, 'lines'>): BillRow[] {
  const rows = new Map<string, BillRow>();
  const add = (key: string, kind: BillRow['kind'], amountFen: number, name?: string) => {
    const row = rows.get(key) ?? { kind, amountFen: 0, names: [] };
    row.amountFen += amountFen;
    if (name && !row.names.includes(name)) row.names.push(name);
    rows.set(key, row);
  };
  for (const line of priced.lines) {
    const sharer = quote.items.find((item) => item.dealId === line.lineId)?.sharer?.person.name;
    for (const part of line.parts) {
      if (part.kind === 'price') add('price', 'price', part.amountFen);
      else if (part.couponId === null) add('friend', 'friend', part.amountFen, sharer);
      else add(part.couponId, 'coupon', part.amountFen, quote.coupons.find(({ couponId }) => couponId === part.couponId)?.title);
    }
  }
  const kinds = ['price', 'friend', 'coupon'];
  return [...rows.values()].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

/** Who earns how much when everything is used: one row per person. */
export function rebatesOf(items: readonly { sharer: Quote['items'][number]['sharer'] }[]): { name: string; amountFen: number }[] {
  const byPerson = new Map<string, { name: string; amountFen: number }>();
  for (const { sharer } of items) {
    if (!sharer || sharer.rebateFen <= 0) continue;
    const who = `${sharer.person.name} ${sharer.person.avatarUrl}`;
    const now = byPerson.get(who)?.amountFen ?? 0;
    byPerson.set(who, { name: sharer.person.name, amountFen: now + sharer.rebateFen });
  }
  return [...byPerson.values()];
}
