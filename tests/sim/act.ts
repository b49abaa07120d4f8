/** One kind of thing that happens in the city: what of it is drawn from the seed, and how it is played. */
import type { Repeat } from './ask';
import type { Draw } from './seeded';
import type { Size, World } from './world';

export interface Act<P = any> {
  weight: number;
  /** Everything that is chosen, from the seed alone. */
  draw(draw: Draw, size: Size): P;
  play(world: World, params: P, step: number): Promise<void>;
}
/** Which of the things that fit by then is taken. */
export type Pick = number;
export const drawPick = (draw: Draw): Pick => draw.int(1_000_003);
export const picked = <T>(from: readonly T[], pick: Pick): T | undefined => from[pick % Math.max(1, from.length)];
/** Mostly among the latest: there the races are. */
export const pickedLate = <T>(from: readonly T[], pick: Pick): T | undefined => picked(pick % 4 === 0 ? from : from.slice(-12), Math.floor(pick / 4));

export const drawRepeat = (draw: Draw): Repeat => draw.weighed({ no: 8, after: 1, together: 1 });
export const drawVia = (draw: Draw): number => draw.int(2);
export const act = <P>(one: Act<P>): Act<P> => one;
