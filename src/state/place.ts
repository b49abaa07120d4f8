// Where the person looks from: their position (after consent) or a place they picked. Stays on this device.
import { storage } from '@/platform';
import type { Place } from '@/platform';
import { createStore, useStore } from './store';

const KEY = 'juke.place';

export interface Here extends Place {
  kind: 'located' | 'picked';
  /** of the picked place; '' when located */
  name: string;
}

const here = createStore<Here | null>(storage.get<Here>(KEY));

export const useHere = (): Here | null => useStore(here);
export const getHere = (): Here | null => here.get();

export function setHere(next: Here | null): void {
  if (next) storage.set(KEY, next);
  else storage.remove(KEY);
  here.set(next);
}

/** Query part of a call that answers distances. */
export function atOf(place: Here | null): { lat?: string; lng?: string } {
  return place ? { lat: String(place.latE6), lng: String(place.lngE6) } : {};
}
