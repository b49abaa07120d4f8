// Reading the person's position: only after a tap of theirs, or again while they look from it.
import { locate } from '@/platform';
import { consentTo, setConsent } from './consents';
import { getHere, setHere } from './place';

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
