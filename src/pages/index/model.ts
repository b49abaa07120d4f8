// What the discover page shows: the place looked from, filters, and the deals that match, page by page.
import { useState } from 'react';
import type { Answer } from '@contract/shapes';
import type { Category } from '@contract/states';
import { call, useLoad, usePages } from '@/api';
import { atOf, setHere, useHere, type Here } from '@/state/place';
import { useLanguage } from '@/state/settings';

export type Sort = 'near' | 'price' | 'sold' | 'rebate';
export type KnownPlace = Answer<'listPlaces'>['items'][number];

interface Filters {
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
