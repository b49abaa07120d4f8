/** Slow-changing data, read at most once in SNAPSHOT_MS per key, one reader at a time. What is decided on it is guarded by its version. */
import { SNAPSHOT_MS } from '../contract/limits';

const MOST = 5_000;
export interface Snapshot<T> { get(key: string, load: () => Promise<T>): Promise<T>; drop(key?: string): void }

/** Keeps at most `most` values: what has run out goes first, then everything. */
export function newSnapshot<T>(lifeMs = SNAPSHOT_MS, most = MOST): Snapshot<T> {
  const held = new Map<string, { value: Promise<T>; until: number }>();
  return {
    get(key, load) {
      const now = performance.now();
      const hit = held.get(key);
      if (hit && hit.until > now) return hit.value;
      if (held.size >= most) for (const [k, { until }] of held) if (until <= now) held.delete(k);
      if (held.size >= most) held.clear();
      const entry = { value: load(), until: now + lifeMs };
      held.set(key, entry);
      entry.value.catch(() => held.get(key) === entry && held.delete(key));
      return entry.value;
    },
    drop: (key) => (key === undefined ? held.clear() : void held.delete(key)),
  };
}
