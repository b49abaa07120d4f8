/** The built H5 with its history fallback, and the demo's art. Guards A-29: a strict content security policy. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import type http from 'node:http';
import { extname, join, posix } from 'node:path';
import { pipeline } from 'node:stream';
import { gzipSync } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg',
  '.json': 'application/json', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.map': 'application/json', '.txt': 'text/plain; charset=utf-8',
};
/** WeChat's JS-SDK is the one outside script: it opens the mini-program from inside WeChat's browser. */
const POLICY = "default-src 'self'; script-src 'self' https://res.wx.qq.com; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
const GZIPPED = new Set(['.html', '.js', '.css', '.svg', '.json']);

export function serveFiles(h5Dir: string, artDir: string): (request: http.IncomingMessage, response: http.ServerResponse) => void {
  const cache = new Map<string, Buffer>();
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    // From the root on, whatever the target is: "http://any/../../x" has no slash at its beginning, and its dots would lead out of the folder.
    // A backslash is a slash to Windows.
    const path = posix.normalize(`/${safeDecode((request.url ?? '/').split('?')[0]!)}`.replaceAll('\\', '/'));
    const isArt = path.startsWith('/art/');
    const wanted = isArt ? join(artDir, path.slice(5)) : join(h5Dir, path);
    const found = isFile(wanted) ? wanted : isArt || extname(path) ? null : join(h5Dir, 'index.html');
    if (!found || !existsSync(found)) return void response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404');
    const ext = extname(found);
    const hashed = !isArt && path.startsWith('/js/') || path.startsWith('/css/') || path.startsWith('/chunk/') || path.startsWith('/static/');
    const headers: Record<string, string | number> = {
      'content-type': TYPES[ext] ?? 'application/octet-stream', 'cache-control': hashed ? 'public, max-age=31536000, immutable' : isArt ? 'public, max-age=86400' : 'no-cache',
      'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', ...(isArt ? { 'access-control-allow-origin': '*' } : {}),
      ...(ext === '.html' ? { 'content-security-policy': POLICY } : {}),
    };
    if (!GZIPPED.has(ext) || !/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
      response.writeHead(200, headers);
      if (request.method === 'HEAD') return void response.end();
      // Not pipe(): the file of somebody who hangs up would stay open, and one that cannot be read would end the process.
      return void pipeline(createReadStream(found), response, () => undefined);
    }
    const key = `${found}:${statSync(found).mtimeMs}`;
    let packed = cache.get(key);
    if (!packed) cache.set(key, (packed = gzipSync(readFileSync(found))));
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': packed.length, vary: 'accept-encoding' });
    response.end(request.method === 'HEAD' ? undefined : packed);
  };
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();
function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '/';
  }
}
