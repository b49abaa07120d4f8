// The signed-in person as several screens show them: name, picture, unread notices, staff or not.
import { useEffect } from 'react';
import type { Answer } from '@contract/shapes';
import { call } from '@/api/client';
import { getSession, useSession } from '@/api/session';
import { shareConsents } from './consents';
import { createStore, useStore } from './store';

export type Me = Answer<'getMe'>;

const me = createStore<Me | null>(null);
let loading: Promise<Me> | null = null;

/** Asks again; several screens asking at once share one call. Rejects with a Failure. */
export function loadMe(): Promise<Me> {
  loading ??= call('getMe')
    .then((found) => {
      const isNew = me.get()?.personId !== found.personId;
      me.set(found);
      if (isNew) void shareConsents(found.consents);
      return found;
    })
    .finally(() => {
      loading = null;
    });
  return loading;
}

export function keepMe(next: Me | null): void {
  me.set(next);
}

/** null while nobody is signed in or the answer is on its way. */
export function useMe(): Me | null {
  const session = useSession();
  const known = useStore(me);
  const personId = session?.personId;
  useEffect(() => {
    if (personId && getSession() && me.get()?.personId !== personId) loadMe().catch(() => undefined);
  }, [personId]);
  return known?.personId === personId ? known : null;
}
