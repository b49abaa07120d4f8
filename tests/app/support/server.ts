// Answers the client's requests from a list written by the test, and keeps what was sent.
import type { HttpAnswer, HttpRequest } from '@/platform/http-types';
import { NoAnswer } from '@/platform/http-types';

export interface Reply {
  status?: number;
  body?: unknown;
  header?: Record<string, string>;
  /** no answer at all */
  fail?: 'offline' | 'timeout';
}

export const sent: HttpRequest[] = [];
let answer: (request: HttpRequest, nth: number) => Reply | Promise<Reply> = () => ({ body: {} });

export function serve(next: typeof answer): void {
  sent.length = 0;
  answer = next;
}

export async function request(what: HttpRequest): Promise<HttpAnswer> {
  sent.push(what);
  const reply = await answer(what, sent.length);
  if (reply.fail) throw new NoAnswer(reply.fail);
  return {
    status: reply.status ?? 200,
    header: (name) => reply.header?.[name] ?? '',
    text: typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}),
  };
}
