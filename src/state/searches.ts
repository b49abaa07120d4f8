// What was searched for, newest first. Stays on this device, and goes with who signs out.
import { storage } from '@/platform';
import { createStore, useStore } from './store';

const KEY = 'juke.searches';
const KEPT = 10;

const searches = createStore<string[]>(storage.get<string[]>(KEY) ?? []);

export const useSearches = (): string[] => useStore(searches);

export function keepSearch(words: string): void {
  const next = [words, ...searches.get().filter((one) => one !== words)].slice(0, KEPT);
  storage.set(KEY, next);
  searches.set(next);
}

export function forgetSearches(): void {
  storage.remove(KEY);
  searches.set([]);
}
