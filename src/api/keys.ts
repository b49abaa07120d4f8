// Idempotency keys: made and stored before the first send, kept until an answer came, so that a crash, a closed app or a
// second tap repeats the same request instead of making a second one. Guards F-09.
import { randomText, storage } from '@/platform';

const STORE = 'juke.keys';
const LIFE_MS = 24 * 3_600_000;

interface Kept {
  key: string;
  input: string;
  atMs: number;
}

type Shelf = Record<string, Kept>;

function shelf(): Shelf {
  const now = Date.now();
  const kept = storage.get<Shelf>(STORE) ?? {};
  const fresh: Shelf = {};
  for (const scope of Object.keys(kept)) {
    const entry = kept[scope];
    if (entry && now - entry.atMs < LIFE_MS) fresh[scope] = entry;
  }
  return fresh;
}

/** The key for this scope and input: the stored one while unanswered, else a new one, stored before it is returned. */
export function keyFor(scope: string, input: unknown): string {
  const text = JSON.stringify(input ?? null);
  const all = shelf();
  const kept = all[scope];
  if (kept && kept.input === text) return kept.key;
  const key = `k_${Date.now().toString(36)}_${randomText(20)}`;
  storage.set(STORE, { ...all, [scope]: { key, input: text, atMs: Date.now() } });
  return key;
}

/** An answer came: the next attempt is a new one. */
export function dropKey(scope: string): void {
  const all = shelf();
  delete all[scope];
  storage.set(STORE, all);
}
