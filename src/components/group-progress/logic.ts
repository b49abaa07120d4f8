// Where the people of a group sit. Pure: places in the order they are drawn, angles and sizes of the round table.
import type { Answer } from '@contract/shapes';

export type Seat = Answer<'getGroup'>['seats'][number];
export interface Place {
  state: 'joined' | 'held' | 'empty';
  name: string;
  avatarUrl: string;
  isMe: boolean;
}

/** Every place of the table: the host first, then who paid, then who is paying right now, then what is free. */
export function placesOf(size: number, seats: readonly Seat[]): Place[] {
  const rank = (seat: Seat) => (seat.isHost ? 0 : seat.state === 'confirmed' ? 1 : 2);
  const taken = [...seats].sort((a, b) => rank(a) - rank(b) || a.seatNo - b.seatNo).slice(0, size);
  return Array.from({ length: size }, (_, i) => {
    const seat = taken[i];
    if (!seat) return { state: 'empty', name: '', avatarUrl: '', isMe: false };
    return { state: seat.state === 'confirmed' ? 'joined' : 'held', name: seat.member?.name ?? '', avatarUrl: seat.member?.avatarUrl ?? '', isMe: seat.isMe };
  });
}

/** The table of an order: who has paid, and what is free. */
export function paidPlaces({ size, people }: { size: number; people: readonly { name: string; avatarUrl: string }[] }): Place[] {
  return Array.from({ length: size }, (_, i) => ({ state: people[i] ? 'joined' : 'empty', name: '', avatarUrl: '', isMe: false, ...people[i] }));
}

/** How the table looks when nobody can sit down any more. */
export const overOf = (state: string): 'complete' | 'expired' | undefined => (state === 'succeeded' ? 'complete' : state === 'failed' || state === 'cancelled' ? 'expired' : undefined);

interface Geometry {
  box: number;
  /** rim around the dish, drawn on the landing only */
  rim: number;
  dish: number;
  seat: number;
  radius: number;
}

export function geometryOf(kind: 'table' | 'landing', size: number): Geometry {
  if (kind === 'landing') return { box: 252, rim: 180, dish: 160, seat: size <= 4 ? 62 : size <= 6 ? 56 : 48, radius: 95 };
  if (size <= 2) return { box: 84, rim: 0, dish: 50, seat: 26, radius: 29 };
  if (size <= 4) return { box: 92, rim: 0, dish: 56, seat: 26, radius: 33 };
  if (size <= 6) return { box: 92, rim: 0, dish: 54, seat: 22, radius: 35 };
  return { box: 100, rim: 0, dish: 62, seat: 20, radius: 40 };
}

/** The host sits at the top of a card's table and at the bottom of the landing's, where nobody sits under the words above; two people face each other. */
export function spotOf(kind: 'table' | 'landing', i: number, size: number): { left: number; top: number } {
  const { box, radius } = geometryOf(kind, size);
  const start = size === 2 ? 180 : kind === 'table' ? -90 : size % 2 === 1 ? 90 : 90 - 180 / size;
  const angle = ((start + (360 * i) / size) * Math.PI) / 180;
  return { left: box / 2 + radius * Math.cos(angle), top: box / 2 + radius * Math.sin(angle) };
}

const INLINE_MOST = 4;

/** A row has room for four: of a bigger table two who joined, who is paying or a free place, and how many more there are. */
export function inlinePlaces(places: readonly Place[]): { shown: Place[]; more: number } {
  if (places.length <= INLINE_MOST) return { shown: [...places], more: 0 };
  const open = places.find((place) => place.state === 'empty') ?? places.find((place) => place.state === 'held');
  const others = places.filter((place) => place !== open).slice(0, open ? INLINE_MOST - 2 : INLINE_MOST - 1);
  const shown = open ? [...others, open] : others;
  return { shown, more: places.length - shown.length };
}
