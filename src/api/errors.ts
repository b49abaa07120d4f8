// Every failure of a call in one form. Server refusals bring their code and message; OFFLINE and TIMEOUT are ours.
import type { ErrorBody, ErrorDetails, Retry } from '@contract/errors';
import { texts } from '@/i18n/common';
import { textsIn } from '@/i18n';
import { getLanguage } from '@/state/settings';

type FailureCode = ErrorBody['code'] | 'OFFLINE' | 'TIMEOUT';

/** `message` is for the person. `unknown`: no answer came, so the server may have acted. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly retry: Retry;
  readonly retryAfterMs: number | undefined;
  readonly details: ErrorDetails;
  readonly unknown: boolean;

  constructor(about: { code: FailureCode; message: string; retry: Retry; retryAfterMs?: number; details?: ErrorDetails; unknown?: boolean }) {
    super(about.message);
    this.code = about.code;
    this.retry = about.retry;
    this.retryAfterMs = about.retryAfterMs;
    this.details = about.details ?? {};
    this.unknown = about.unknown ?? false;
  }
}

export function noAnswer(why: 'offline' | 'timeout'): Failure {
  const t = textsIn(texts, getLanguage());
  const message = why === 'offline' ? `${t.errorOffline}。${t.errorOfflineBody}` : `${t.errorTimeout}。${t.errorTimeoutBody}`;
  return new Failure({
    code: why === 'offline' ? 'OFFLINE' : 'TIMEOUT',
    message: getLanguage() === 'en' ? message.replace('。', '. ') : message,
    retry: 'later',
    unknown: true,
  });
}

/** The refusal in an answer's text; anything unreadable counts as a fault of the server. */
export function failureOf(status: number, text: string): Failure {
  try {
    const body = JSON.parse(text) as Partial<ErrorBody>;
    if (typeof body.code === 'string' && typeof body.message === 'string') {
      return new Failure({
        code: body.code, message: body.message, retry: body.retry ?? 'never', retryAfterMs: body.retryAfterMs, details: body.details,
        unknown: status >= 500,
      });
    }
  } catch {
    // not ours: a proxy's page
  }
  return new Failure({ code: 'INTERNAL', message: textsIn(texts, getLanguage()).errorBody, retry: 'later', unknown: true });
}

/** Any thrown value as a Failure. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  console.error(error);
  return new Failure({ code: 'INTERNAL', message: textsIn(texts, getLanguage()).errorBody, retry: 'later' });
}
