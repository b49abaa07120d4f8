// The cart's rules on the phone. Pure: pages and tests ask them; the server decides.
import type { CartLine } from '@/state/cart';

export interface MerchantLines<T> {
  merchantId: string;
  merchantName: string;
  lines: T[];
}

/** Lines by merchant, both in the order in which they come. */
export function byMerchant<T extends { merchantId: string; merchantName: string }>(lines: readonly T[]): MerchantLines<T>[] {
  const groups = new Map<string, MerchantLines<T>>();
  for (const line of lines) {
    const group = groups.get(line.merchantId) ?? { merchantId: line.merchantId, merchantName: line.merchantName, lines: [] };
    group.lines.push(line);
    groups.set(line.merchantId, group);
  }
  return [...groups.values()];
}

/** What can be paid now. */
export const isBuyable = (line: CartLine): boolean => line.problem === null;

/** Everything that the person put in is to be paid, except what they left out and what cannot be bought. */
export const picked = (lines: readonly CartLine[], leftOut: ReadonlySet<string>): CartLine[] => lines.filter((line) => isBuyable(line) && !leftOut.has(line.dealId));

export const sumFen = (lines: readonly { quantity: number; unitPriceFen: number }[]): number => lines.reduce((sum, line) => sum + line.quantity * line.unitPriceFen, 0);

/** Between ids in an address: WeChat hands parameters on as they were encoded, so it is a character that never is. */
const BETWEEN = '.';
export const idsIn = (text: string | undefined): string[] => (text ?? '').split(BETWEEN).filter(Boolean);

/** One thing is an ordinary order; a purchase has two or more. */
export function wayToPay(lines: readonly CartLine[]): ['checkout' | 'purchaseCheckout', Record<string, string | number | undefined>] | null {
  const [first, ...more] = lines;
  if (!first) return null;
  if (more.length > 0) return ['purchaseCheckout', { ids: lines.map((line) => line.dealId).join(BETWEEN) }];
  return ['checkout', { id: first.dealId, s: first.shareToken ?? undefined, n: first.quantity, cart: 1 }];
}

/** The most that can be put in of a line. */
export const mostOf = (line: CartLine): number => Math.max(1, Math.min(line.maxQuantity, line.available));
