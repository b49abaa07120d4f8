/** What every handler of the stand-in is given, and the shapes of a route, a request and an answer. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Keys } from './keys';
import type { Notices } from './notices';
import type { Faults, Settings } from './settings';
import type { World } from './world';

export interface Sandbox {
  readonly world: World;
  readonly keys: Keys;
  readonly settings: Settings;
  faults: Faults;
  /** What an endpoint fault can name. */
  readonly endpoints: ReadonlySet<string>;
  readonly notices: Notices;
  /** Sandbox clock: real time plus the offset set at /sandbox/clock. */
  now(): number;
  offsetMs: number;
  url: string;
  /** Work that ends later (refund → SUCCESS, split → FINISHED); /sandbox/flush runs it at once. */
  later(delayMs: number, work: () => void): void;
  /** Applies what the passing of sandbox time alone changes: expiry, freeze end, unconfirmed transfers. */
  settleTime(): void;
  /** Runs all later work and sends all waiting notices now; resolves with how many notices were sent. */
  flush(): Promise<number>;
  /** Something that is due by now has not been done: with a slow machine no test takes the stand-in for a slow WeChat. */
  isBusy(): boolean;
}

/** Parsed JSON: `check.ts` proves its shape before a handler reads it, so naming every field here would only repeat that. */
export type Body = any;

export interface Call {
  method: string;
  path: string;
  /** Path and query exactly as sent. */
  url: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  rawBody: string;
  body: Body;
}

export interface Answer {
  status: number;
  /** JSON-serialised when it is not a string or Buffer. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Bill downloads carry no signature (official note). */
  unsigned?: boolean;
}

export type Handler = (sandbox: Sandbox, call: Call) => Answer | Promise<Answer>;

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  /** Name used by endpoint faults. */
  name: string;
  handle: Handler;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const noContent: Answer = { status: 204, body: '' };
