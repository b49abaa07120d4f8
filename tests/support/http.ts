/** Events as Lambda gets them, and a small server in front of a handler, for those who call from outside (the stand-in's notices). */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Event, Handler } from '../../functions/kernel';

interface EventParts {
  method: string; path: string; query?: Record<string, unknown>; body?: unknown; rawBody?: string; headers?: Record<string, string>; ip?: string;
}

let calls = 0;
/** Another address for each call: tests are many people, not one machine that calls too often. */
export function nextIp(): string {
  calls += 1;
  return `10.${(calls >> 16) & 255}.${(calls >> 8) & 255}.${calls & 255}`;
}

/** `rawBody` goes as it is; `body` as JSON. A path may carry its own query. */
export function eventOf(parts: EventParts): Event {
  const [path, search = ''] = parts.path.split('?');
  const query = { ...Object.fromEntries(new URLSearchParams(search)), ...Object.fromEntries(Object.entries(parts.query ?? {}).filter(([, v]) => v !== undefined).map(([k, v]) => [k, String(v)])) };
  const body = parts.rawBody ?? (parts.body === undefined ? undefined : JSON.stringify(parts.body));
  return {
    version: '2.0', routeKey: '$default', rawPath: path, rawQueryString: new URLSearchParams(query).toString(), headers: parts.headers ?? {},
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}), ...(body === undefined ? {} : { body }), isBase64Encoded: false,
    requestContext: { http: { method: parts.method, path, protocol: 'HTTP/1.1', sourceIp: parts.ip ?? nextIp(), userAgent: 'test' } },
  } as unknown as Event;
}

/** Serves the handler on loopback. Bodies arrive base64, as a function URL sends binary ones. */
export async function listen(handler: Handler): Promise<{ url: string; close(): Promise<void> }> {
  // Longer than any pause: what closes an idle connection at the moment of its next request resets it.
  const server = http.createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = eventOf({ method: request.method!, path: request.url!, headers: request.headers as Record<string, string> });
      if (chunks.length > 0) Object.assign(event, { body: Buffer.concat(chunks).toString('base64'), isBase64Encoded: true });
      void handler(event).then((result) => {
        response.writeHead(result.statusCode ?? 200, result.headers as Record<string, string>);
        response.end(result.isBase64Encoded ? Buffer.from(result.body ?? '', 'base64') : result.body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}
