/** Beside the contract: the API's own document, a page to read it, and whether everything is up. */
import { FACT_OVERDUE_MS } from '../contract/limits';
import type { App, RawRoute } from '../kernel';
import { docsPage } from './docs-page';
import { buildOpenApi, openApiText } from './openapi';

type Answer = Awaited<ReturnType<RawRoute['handle']>>;
let documentText: string | null = null;
let page: string | null = null;

const answer = (statusCode: number, contentType: string, body: string, more: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { 'content-type': `${contentType}; charset=utf-8`, ...more },
  body,
});

export const rawRoutes: RawRoute[] = [
  {
    method: 'GET',
    path: /^\/api\/openapi\.json$/,
    handle: async () =>
      answer(200, 'application/json', (documentText ??= openApiText()), { 'cache-control': 'public, max-age=300' }),
  },
  {
    method: 'GET',
    path: /^\/api\/docs$/,
    handle: async () =>
      answer(200, 'text/html', (page ??= docsPage(buildOpenApi())), {
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        'cache-control': 'public, max-age=300',
      }),
  },
  { method: 'GET', path: /^\/api\/health$/, handle: async (app) => health(app) },
];

/** 200 when the database answers and nothing has been due for longer than a minute; else 503 and what is wrong. */
async function health(app: App): Promise<Answer> {
  const send = (statusCode: number, body: object) =>
    answer(statusCode, 'application/json', JSON.stringify(body), { 'cache-control': 'no-store' });
  try {
    const [row] = await app.db.query<{ overdue: number; parked: number; now_ms: number }>(
      `SELECT ms_of(juke_now()) AS now_ms, (SELECT count(*)::int FROM (SELECT FROM fact
          WHERE state = 'due' AND due_at < juke_now() - $1::bigint * interval '1 millisecond' LIMIT 1000) x) AS overdue,
        (SELECT count(*)::int FROM alarm WHERE kind = 'fact.parked' AND closed_at IS NULL) AS parked`,
      [FACT_OVERDUE_MS],
    );
    const isWell = row!.overdue === 0;
    return send(isWell ? 200 : 503, {
      ok: isWell,
      database: true,
      factsOverdue: row!.overdue,
      factsParked: row!.parked,
      nowMs: row!.now_ms,
    });
  } catch {
    return send(503, { ok: false, database: false });
  }
}
