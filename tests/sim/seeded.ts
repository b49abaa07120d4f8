/**
 * Numbers that follow from a seed and a place alone. Each step of a run draws from a stream of its own, so what one step
 * finds or is refused shifts no other step's numbers.
 */
export interface Draw {
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number;
  chance(of: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** A name by its weight. */
  weighed<N extends string>(weights: Readonly<Record<N, number>>): N;
}

export function drawFrom(...place: (number | string)[]): Draw {
  let state = hash(place.join('/'));
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const draw: Draw = {
    int: (below) => Math.floor(next() * below),
    chance: (of) => next() < of,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    weighed(weights) {
      const entries = Object.entries(weights) as [never, number][];
      let at = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) if ((at -= weight) < 0) return name;
      return entries.at(-1)![0];
    },
  };
  return draw;
}

function hash(text: string): number {
  let h = 2_166_136_261;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
