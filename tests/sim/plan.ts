/** The schedule: what is attempted in which order, by whom, with which troubles. It comes from the seed alone. */
import { buyActs } from './acts-buy';
import { cartActs } from './acts-cart';
import { couponActs } from './acts-coupons';
import { groupActs } from './acts-groups';
import { lookActs } from './acts-look';
import { useActs } from './acts-use';
import type { Act } from './act';
import { drawFrom } from './seeded';
import { troubles } from './troubles';
import type { Size } from './world';

export const acts: Record<string, Act> = { ...buyActs, ...cartActs, ...couponActs, ...groupActs, ...useActs, ...lookActs, ...troubles };
const weights = Object.fromEntries(Object.entries(acts).map(([name, { weight }]) => [name, weight]));
/** So many steps lie between two quiet points. */
export const QUIET_EVERY = 60;

export interface Step { step: number; name: string; params: unknown }
export function planStep(seed: number, step: number, size: Size): Step {
  const draw = drawFrom(seed, 'step', step);
  const name = draw.weighed(weights);
  return { step, name, params: acts[name]!.draw(draw, size) };
}
export const planRun = (seed: number, steps: number, size: Size): Step[] => Array.from({ length: steps }, (_, step) => planStep(seed, step, size));
