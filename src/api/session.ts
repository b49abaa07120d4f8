// Who is signed in on this device: the short-lived token, and the refresh token that renews it.
import type { Answer } from '@contract/shapes';
import { onStored, storage } from '@/platform';
import { dropKeptVouchers } from '@/state/kept-vouchers';
import { forgetPerson } from '@/state/personal';
import { createStore, useStore } from '@/state/store';

export type Session = Answer<'loginPhone'>;

const KEY = 'juke.session';
const OUT = 'juke.out';

let isOut = storage.get<boolean>(OUT) === true;
const session = createStore<Session | null>(storage.get<Session>(KEY));

// Signed out in another tab: here too, before somebody looks.
onStored(KEY, () => !storage.get(KEY) && session.set(null));

export const getSession = (): Session | null => session.get();

/** Re-renders when someone signs in or out. */
export const useSession = (): Session | null => useStore(session);

/** Signed out by hand: WeChat signs in by itself no more, until the person does. */
export const isSignedOut = (): boolean => isOut;

export function keepSession(next: Session): void {
  isOut = false;
  storage.remove(OUT);
  storage.set(KEY, next);
  session.set(next);
}

/** A refresh token is spent by its first use: what another tab was given since counts here too. true: there was something. */
export function takeNewerSession(): boolean {
  const [now, kept] = [session.get(), storage.get<Session>(KEY)];
  const isNewer = kept?.personId === now?.personId && (kept?.expiresAtMs ?? 0) > (now?.expiresAtMs ?? 0);
  if (isNewer) session.set(kept);
  return isNewer;
}

/** A session that ran out: the same person is likely to come back, and finds all but the vouchers. */
export function dropSession(forget = dropKeptVouchers): void {
  // Who logged in at another tab meanwhile keeps theirs.
  const kept = storage.get<Session>(KEY);
  if (!kept || kept.personId === session.get()?.personId) {
    storage.remove(KEY);
    forget();
  }
  session.set(null);
}

export function signOut(): void {
  isOut = true;
  storage.set(OUT, true);
  dropSession(forgetPerson);
}
