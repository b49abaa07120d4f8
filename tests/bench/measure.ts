/** Runs one step over and over from several clients for a while, and says how many a second and how long each took. */
export interface Result { name: string; clients: number; perSecond: number | null; p50Ms: number | null; p95Ms: number | null; p99Ms: number | null; floorPerSecond: number | null; ratio: number | null; note?: string }
interface Measured { perSecond: number; p50Ms: number; p95Ms: number; p99Ms: number; count: number }

/** Before counting: every connection plans its statements on first use, which costs more than running them. */
export const WARM_MS = 3_000;

/** Set by `--where`: called around what is counted. */
export const looking: { start?: () => Promise<(count: number) => Promise<string>>; said?: string } = {};

/** `client(i)` makes the i-th client's step; the step is repeated until `ms` are over (or it answers false: nothing left). */
export async function measure(clients: number, ms: number, client: (i: number) => Promise<() => Promise<unknown>>): Promise<Measured> {
  const steps = await Promise.all(Array.from({ length: clients }, (_, i) => client(i)));
  const warm = performance.now() + WARM_MS;
  await Promise.all(steps.map(async (step) => {
    while (performance.now() < warm) if ((await step()) === false) return;
  }));
  const times: number[] = [];
  const costs = await looking.start?.();
  const start = performance.now();
  const until = start + ms;
  await Promise.all(steps.map(async (step) => {
    for (;;) {
      const before = performance.now();
      if (before >= until) return;
      if ((await step()) === false) return;
      times.push(performance.now() - before);
    }
  }));
  const seconds = (performance.now() - start) / 1_000;
  if (costs) looking.said = `${looking.said ? `${looking.said}\n` : ''}${await costs(times.length)}`;
  times.sort((a, b) => a - b);
  const at = (p: number) => round(times[Math.min(times.length - 1, Math.floor(times.length * p))] ?? 0);
  return { perSecond: Math.round(times.length / seconds), p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), count: times.length };
}
export const round = (n: number) => Math.round(n * 100) / 100;

export function resultOf(name: string, clients: number, m: Measured, floor: number | null, note?: string): Result {
  return { name, clients, perSecond: m.perSecond, p50Ms: m.p50Ms, p95Ms: m.p95Ms, p99Ms: m.p99Ms, floorPerSecond: floor, ratio: floor ? round(m.perSecond / floor) : null, ...(note ? { note } : {}) };
}
