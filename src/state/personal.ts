// What one person leaves on this device. All of it goes with a sign-out, here and at the browser's other tabs: the next person
// must not be shown it, nor have it told as theirs. Language, appearance and the device's id are the device's, and stay.
import { onStored, storage } from '@/platform';
import { createStore } from './store';

const KEYS = ['juke.person', 'juke.consents', 'juke.searches', 'juke.place', 'juke.invites', 'juke.keys', 'juke.staff.store', 'juke.vouchers'] as const;

const emptied: (() => void)[] = [];

/** A stored value that is one person's; `empty` after they left. */
export function personalStore<T>(key: (typeof KEYS)[number], empty: T) {
  const store = createStore<T>(storage.get<T>(key) ?? empty);
  const read = () => store.set(storage.get<T>(key) ?? empty);
  onStored(key, read);
  emptied.push(read);
  return {
    ...store,
    set: (next: T) => {
      if (next === empty) storage.remove(key);
      else storage.set(key, next);
      store.set(next);
    },
  };
}

export function forgetPerson(): void {
  KEYS.forEach((key) => storage.remove(key));
  emptied.forEach((read) => read());
}

/** Someone signed in by hand. Where another person's session had only run out, what that one left goes now. */
export function personIs(personId: string): void {
  const before = storage.get<string>('juke.person');
  if (before && before !== personId) forgetPerson();
  storage.set('juke.person', personId);
}
