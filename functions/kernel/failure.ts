/**
 * The three kinds of failure. Refused: the business says no. Unavailable: the world failed, a retry may help.
 * Bug: an assertion failed. Everything else that is thrown counts as a bug.
 */
import type { ErrorCode, ErrorDetails } from '../contract/errors';

/** An answer, not an accident: it carries no stack, which would cost more than the rest of a refusal under a stampede. */
export class Refused extends Error {
  constructor(readonly code: ErrorCode, readonly details: ErrorDetails = {}, readonly retryAfterMs?: number) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(code);
    Error.stackTraceLimit = limit;
    this.name = 'Refused';
  }
}

/** `kind` is what the person is told: BUSY for our own side, PROVIDER_DOWN for WeChat's. */
export class Unavailable extends Error {
  constructor(message: string, readonly kind: 'BUSY' | 'PROVIDER_DOWN' = 'BUSY', readonly retryAfterMs = 2_000, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unavailable';
  }
}

/** A guard of a save found that what the decision was made on has changed: load and decide again. */
export class Changed extends Error {}

/** Another worker took over this fact; nothing of ours was committed (F-10). */
export class Fenced extends Error {}

/** WeChat answered a definite no. `code` is WeChat's own. */
export class ProviderRefused extends Error {
  constructor(readonly code: string, message: string, readonly status: number) {
    super(`${code}: ${message}`);
    this.name = 'ProviderRefused';
  }
}

export function refuse(code: ErrorCode, details: ErrorDetails = {}): never {
  throw new Refused(code, details);
}

/** An assertion: when it does not hold there is a bug, and nothing may be saved. */
export function must(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}
