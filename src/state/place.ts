// Where the person looks from: their position (after consent) or a place they picked. Stays on this device, and goes with who signs out.
import type { Place } from '@/platform';
import { personalStore } from './personal';
import { useStore } from './store';

export interface Here extends Place {
  kind: 'located' | 'picked';
  /** of the picked place; '' when located */
  name: string;
}

const here = personalStore<Here | null>('juke.place', null);

export const useHere = (): Here | null => useStore(here);
export const getHere = (): Here | null => here.get();

export const setHere = (next: Here | null): void => here.set(next);

/** Query part of a call that answers distances. */
export function atOf(place: Here | null): { lat?: string; lng?: string } {
  return place ? { lat: String(place.latE6), lng: String(place.lngE6) } : {};
}
