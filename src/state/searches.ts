// What was searched for, newest first. Stays on this device, and goes with who signs out.
import { personalStore } from './personal';
import { useStore } from './store';

const KEPT = 10;

const searches = personalStore<string[]>('juke.searches', []);

export const useSearches = (): string[] => useStore(searches);

export function keepSearch(words: string): void {
  searches.set([words, ...searches.get().filter((one) => one !== words)].slice(0, KEPT));
}

export function forgetSearches(): void {
  searches.set([]);
}
