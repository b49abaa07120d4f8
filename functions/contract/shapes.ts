/** All shapes by route name. The app imports only the types; the pipeline and the OpenAPI document use the values. */
import type * as z from 'zod';
import type { RouteName } from './routes';
import { cartShapes } from './shapes-cart';
import { couponShapes } from './shapes-coupons';
import { groupShapes } from './shapes-groups';
import { identityShapes } from './shapes-identity';
import { marketShapes } from './shapes-market';
import { tradeShapes } from './shapes-trade';

export const shapes = { ...identityShapes, ...marketShapes, ...tradeShapes, ...couponShapes, ...groupShapes, ...cartShapes } satisfies Record<RouteName, Shape>;
interface Shape { params: z.ZodType; query: z.ZodType; body: z.ZodType; answer: z.ZodType }

/** What the app sends (before parsing: numbers in a query are text) and what it gets. */
export type RouteTypes = {
  [N in RouteName]: {
    params: z.input<(typeof shapes)[N]['params']>;
    query: z.input<(typeof shapes)[N]['query']>;
    body: z.input<(typeof shapes)[N]['body']>;
    answer: z.output<(typeof shapes)[N]['answer']>;
  };
};
/** What a story receives after parsing. */
export type Input<N extends RouteName> = {
  params: z.output<(typeof shapes)[N]['params']>;
  query: z.output<(typeof shapes)[N]['query']>;
  body: z.output<(typeof shapes)[N]['body']>;
};
export type Answer<N extends RouteName> = RouteTypes[N]['answer'];
