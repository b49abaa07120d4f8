// What the person allowed. Kept on the device, and told to the server once someone is signed in. Nothing is allowed by default.
import type { ConsentKind } from '@contract/states';
import { call } from '@/api/client';
import { getSession } from '@/api/session';
import { personalStore } from './personal';
import { useStore } from './store';

type Given = Partial<Record<ConsentKind, boolean>>;

const consents = personalStore<Given>('juke.consents', {});

/** true, false, or undefined when never asked. */
export const useConsent = (kind: ConsentKind): boolean | undefined => useStore(consents)[kind];
export const consentTo = (kind: ConsentKind): boolean | undefined => consents.get()[kind];

/** Keeps the choice. Rejects when the server could not be told; the device keeps it all the same. */
export async function setConsent(kind: ConsentKind, granted: boolean): Promise<void> {
  consents.set({ ...consents.get(), [kind]: granted });
  if (getSession()) await call('setConsent', { params: { kind }, body: { granted } });
}

/** After signing in: what was chosen on this device is told; what the server knows fills the rest. */
export async function shareConsents(known: Given): Promise<void> {
  const mine = consents.get();
  consents.set({ ...known, ...mine });
  const kinds = (Object.keys(mine) as ConsentKind[]).filter((kind) => mine[kind] !== known[kind]);
  for (const kind of kinds) await call('setConsent', { params: { kind }, body: { granted: mine[kind] === true } }).catch(() => undefined);
}
