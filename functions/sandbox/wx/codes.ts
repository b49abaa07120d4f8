/**
 * Mini-program codes and links: getUnlimitedQRCode draws a real QR of `scene|page` as PNG (a real 小程序码 is round
 * and closed; this one any test can read back); generate_urllink gives a link whose page says what it opens.
 */
import { deflateSync } from 'node:zlib';
import encodeQR from 'qr';
import type { Handler, Route } from '../context';
import { WxError } from '../errors';
import { html, page } from '../pages/layout';
import { withToken, wxOk } from './login';

const SCENE = /^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}$/;
const PAGE = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;
const MAX_LINK_DAYS = 30;

/** zlib.crc32 exists from Node 22 on; this is the same table-driven sum (PNG spec, annex D). */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
const crc32 = (data: Buffer): number => (data.reduce((crc, byte) => CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, check]);
};

/** Black and white PNG (8-bit grey) of a module matrix, `scale` pixels each. */
const pngOf = (modules: boolean[][], scale: number): Buffer => {
  const side = modules.length * scale;
  const raw = Buffer.alloc((side + 1) * side, 255);
  for (let y = 0; y < side; y += 1) {
    const row = modules[Math.floor(y / scale)]!;
    raw[y * (side + 1)] = 0;
    for (let x = 0; x < side; x += 1) if (row[Math.floor(x / scale)]) raw[y * (side + 1) + 1 + x] = 0;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0)),
  ]);
};

const unlimited: Handler = (_sandbox, { body }) => {
  const { scene, page: path = 'pages/index/index', width = 430 } = (body ?? {}) as { scene?: unknown; page?: unknown; width?: unknown };
  if (typeof scene !== 'string' || !SCENE.test(scene)) throw new WxError(40169, 'invalid length for scene, or the data is not json string');
  if (typeof path !== 'string' || (path !== '' && !PAGE.test(path))) throw new WxError(41030, 'invalid page');
  if (typeof width !== 'number' || width < 280 || width > 1280) throw new WxError(40097, 'invalid args');
  const modules = encodeQR(`${scene}|${path}`, 'raw', { ecc: 'medium', border: 4 });
  return { status: 200, headers: { 'Content-Type': 'image/png' }, body: pngOf(modules, Math.max(1, Math.floor(width / modules.length))) };
};

const urlLink: Handler = (sandbox, { body }) => {
  const { path = '', query = '', expire_type: type = 0, expire_interval: days, expire_time: at } = (body ?? {}) as Record<string, unknown>;
  if (typeof path !== 'string' || (path !== '' && !PAGE.test(path.replace(/^\//, '')))) throw new WxError(40165, 'invalid weapp pagepath');
  if (typeof query !== 'string' || query.length > 1024) throw new WxError(40212, 'invalid query');
  const nowSeconds = Math.floor(sandbox.now() / 1000);
  const untilSeconds = type === 1 ? nowSeconds + Number(days) * 86_400 : Number(at ?? nowSeconds + MAX_LINK_DAYS * 86_400);
  if (!Number.isInteger(untilSeconds) || untilSeconds <= nowSeconds || untilSeconds > nowSeconds + MAX_LINK_DAYS * 86_400 + 60) throw new WxError(85401, 'invalid expire time');
  const token = Buffer.from(JSON.stringify([path, query, untilSeconds])).toString('base64url');
  return wxOk({ url_link: `${sandbox.url}/sandbox/link?to=${token}` });
};

const openLink: Handler = (sandbox, { query }) => {
  let target: [string, string, number];
  try {
    target = JSON.parse(Buffer.from(query.get('to') ?? '', 'base64url').toString('utf8')) as [string, string, number];
  } catch {
    return page('链接无效', html`<div class="card"><p>这个链接不完整。</p></div>`, 404);
  }
  const [path, parameters, untilSeconds] = target;
  if (sandbox.now() / 1000 >= untilSeconds) return page('链接已失效', html`<div class="card"><p>链接已过有效期，请让分享的人再发一次。</p></div>`, 410);
  return page('打开小程序', html`<div class="card"><dl><dt>页面</dt><dd><code>${path || '首页'}</code></dd><dt>参数</dt><dd><code>${parameters || '无'}</code></dd></dl></div>`);
};

export const codeRoutes: Route[] = [
  { method: 'POST', path: '/wxa/getwxacodeunlimit', name: 'wxCode', handle: withToken(unlimited) },
  { method: 'POST', path: '/wxa/generate_urllink', name: 'wxLink', handle: withToken(urlLink) },
  { method: 'GET', path: '/sandbox/link', name: 'control', handle: openLink },
];
