// Vouchers kept on this device, so that the code shows without signal. One person's only: another sign-in, or a sign-out,
// forgets them. Guards A-08.
import type { Answer } from '@contract/shapes';
import { storage } from '@/platform';

export type Voucher = Answer<'getVoucher'>;

const KEY = 'juke.vouchers';
const MOST = 30;

interface Shelf {
  personId: string;
  items: Voucher[];
}

function shelfOf(personId: string): Voucher[] {
  const shelf = storage.get<Shelf>(KEY);
  return shelf && shelf.personId === personId && Array.isArray(shelf.items) ? shelf.items : [];
}

/** Keeps a usable voucher, the latest first; one that cannot be used any more is forgotten. */
export function keepVoucher(personId: string, voucher: Voucher): void {
  const others = shelfOf(personId).filter((item) => item.voucherId !== voucher.voucherId);
  const items = voucher.secret ? [voucher, ...others].slice(0, MOST) : others;
  storage.set(KEY, { personId, items });
}

export function keptVoucher(personId: string, voucherId: string): Voucher | null {
  return shelfOf(personId).find((item) => item.voucherId === voucherId) ?? null;
}

export function dropKeptVouchers(): void {
  storage.remove(KEY);
}
