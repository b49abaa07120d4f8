// What the discover page shows: the place looked from, filters, and the deals that match, page by page.
import { useState } from 'react';
import type { Answer } from '@contract/shapes';
import type { Category } from '@contract/states';
import { call, useLoad, usePages } from '@/api';
import { locate } from '@/platform';
import { consentTo, setConsent } from '@/state/consents';
import { atOf, getHere, setHere, useHere, type Here } from '@/state/place';
import { useLanguage } from '@/state/settings';

export type Sort = 'near' | 'price' | 'sold' | 'rebate';
export type KnownPlace = Answer<'listPlaces'>['items'][number];

export interface Filters {
  category: Category | null;
  /** near without a place lists the newest first */
  sort: Sort;
  rebate: boolean;
  openNow: boolean;
  maxFen: number | null;
}

export const CHEAP_FEN = 10_000;
const NONE: Filters = { category: null, sort: 'near', rebate: false, openNow: false, maxFen: null };

export function useDiscover() {
  const here = useHere();
  const language = useLanguage();
  const [filters, setFilters] = useState<Filters>(NONE);
  const { category, sort, rebate, openNow, maxFen } = filters;
  const deals = usePages(
    (cursor) => call('listDeals', {
      query: {
        ...atOf(here),
        cursor,
        category: category ?? undefined,
        sort: sort === 'near' && !here ? undefined : sort,
        rebate: rebate ? '1' : undefined,
        openNow: openNow ? '1' : undefined,
        maxFen: maxFen === null ? undefined : String(maxFen),
      },
    }),
    [here, language, category, sort, rebate, openNow, maxFen],
  );
  return {
    here,
    filters,
    deals,
    change: (part: Partial<Filters>) => setFilters((now) => ({ ...now, ...part })),
    clear: () => setFilters(NONE),
    filtered: category !== null || rebate || openNow || maxFen !== null,
  };
}

export function usePlaces(ready: boolean) {
  const language = useLanguage();
  return useLoad(() => call('listPlaces').then((answer) => answer.items), [language], { ready });
}

export type Located = 'located' | 'denied' | 'unavailable';

/** Asks the device, which asks the person. The tap that led here is the consent. */
export async function locateHere(): Promise<Located> {
  const answer = await locate();
  if (!answer.ok) return answer.why;
  setHere({ ...answer.place, kind: 'located', name: '' });
  if (consentTo('location') !== true) await setConsent('location', true).catch(() => undefined);
  return 'located';
}

/** On a pull: the position again, when the person let us and looks from it. */
export async function relocate(): Promise<void> {
  if (getHere()?.kind !== 'located' || consentTo('location') !== true) return;
  const answer = await locate();
  const before = getHere();
  const moved = answer.ok && (answer.place.latE6 !== before?.latE6 || answer.place.lngE6 !== before.lngE6);
  if (answer.ok && moved) setHere({ ...answer.place, kind: 'located', name: '' });
}

export function pick(place: KnownPlace): void {
  setHere({ latE6: place.latE6, lngE6: place.lngE6, kind: 'picked', name: place.name });
}

const NEAR_E6 = 12_000;

/** The known place that a position is close to (about 1 km), for words like “拱宸桥西附近”. */
export function closestPlace(here: Here, places: KnownPlace[]): KnownPlace | null {
  const far = (place: KnownPlace) => Math.abs(place.latE6 - here.latE6) + Math.abs(place.lngE6 - here.lngE6);
  const [best] = [...places].sort((a, b) => far(a) - far(b));
  return best && far(best) < NEAR_E6 ? best : null;
}
