/** Node's http as the events that the handlers know, so that one process serves what a function would. Guards A-40 (sizes), F-30. */
import http from 'node:http';
import { BODY_DROPPED_MAX_BYTES, BODY_MAX_BYTES, MEDIA_MAX_BYTES } from '../contract/limits';
import type { Event, Handler, Result } from '../kernel';

const MEDIA_PATH = '/api/media/';

/** `fallback` answers what is no API path (files of the app). Resolves with the listening server. */
export function serve(handler: Handler, fallback: (request: http.IncomingMessage, response: http.ServerResponse) => void, port: number, host = '127.0.0.1'): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    const url = request.url ?? '/';
    if (!url.startsWith('/api/') && !url.startsWith('/s/') && !url.startsWith('/media/')) return fallback(request, response);
    readBody(request, url.startsWith(MEDIA_PATH) ? MEDIA_MAX_BYTES : BODY_MAX_BYTES)
      .then((body) => handler(toEvent(request, url, body)))
      .then((result) => send(response, result))
      .catch(() => send(response, { statusCode: 413, headers: { connection: 'close' }, body: '' }));
  });
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 30_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function readBody(request: http.IncomingMessage, most: number): Promise<Buffer | null> {
  if (request.method === 'GET' || request.method === 'HEAD') return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      // What crosses the limit is kept, so that the pipeline says so in words. The rest is read and dropped: a connection
      // that is cut while the body comes would take the answer with it.
      if (size <= most) chunks.push(chunk);
      size += chunk.length;
      if (size > most + BODY_DROPPED_MAX_BYTES) {
        request.destroy();
        reject(new Error('too large'));
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function toEvent(request: http.IncomingMessage, url: string, body: Buffer | null): Event {
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  const isMedia = path.startsWith(MEDIA_PATH);
  return {
    rawPath: path, rawQueryString: cut < 0 ? '' : url.slice(cut + 1), headers: request.headers as Record<string, string>,
    queryStringParameters: cut < 0 ? undefined : Object.fromEntries(new URLSearchParams(url.slice(cut + 1))),
    body: body && body.length > 0 ? body.toString(isMedia ? 'base64' : 'utf8') : undefined, isBase64Encoded: isMedia,
    requestContext: { http: { method: request.method ?? 'GET', path, protocol: 'HTTP/1.1', sourceIp: request.socket.remoteAddress ?? '', userAgent: request.headers['user-agent'] ?? '' } },
  } as unknown as Event;
}

function send(response: http.ServerResponse, result: Result): void {
  if (response.headersSent) return;
  const body = result.isBase64Encoded ? Buffer.from(result.body ?? '', 'base64') : result.body ?? '';
  response.writeHead(result.statusCode ?? 200, { ...(result.headers as Record<string, string>), 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
