/**
 * Pictures are hidden until WeChat has looked at them. The question is a reaction to the upload; the verdict is pushed to
 * /api/provider/wechat/messages, signed with the token of the mini-program's message push.
 * Source: developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push, mediaCheckAsync.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { App, RawRoute } from '../kernel';
import { checkUrl, findMedia, findTraced, keepTrace, settleMedia } from '../kernel/media';
import { findOpenid } from './store';
import { wechatApi } from './wechat-api';

const PROFILE_SCENE = 1;
const verdictShape = z.object({ Event: z.literal('wxa_media_check'), trace_id: z.string().min(1), errcode: z.number(), result: z.object({ suggest: z.string() }).optional() });

/** Asks WeChat about an uploaded picture. Only a WeChat user's pictures can be checked, so nobody else's are ever shown. */
export async function checkPicture(app: App, mediaId: string): Promise<null> {
  const place = { config: app.config, db: app.db, nowMs: app.clock.nowMs() };
  const media = await findMedia(app.db, mediaId);
  if (media?.state !== 'hidden') return null;
  const openid = await findOpenid(app.db, media.owner);
  if (!openid) {
    await settleMedia(place, mediaId, 'refused');
    return null;
  }
  const { traceId } = await wechatApi(app.config.wechat).checkMedia({ openid, scene: PROFILE_SCENE, mediaUrl: checkUrl(place, mediaId) });
  await keepTrace(app.db, mediaId, traceId);
  return null;
}

const isSigned = (token: string, query: Record<string, string | undefined>): boolean => {
  const wanted = createHash('sha1').update([token, query.timestamp ?? '', query.nonce ?? ''].sort().join('')).digest('hex');
  return token.length > 0 && query.signature?.length === wanted.length && timingSafeEqual(Buffer.from(wanted), Buffer.from(query.signature));
};

export const messageRoutes: RawRoute[] = ['GET', 'POST'].map((method) => ({
  method, path: /^\/api\/provider\/wechat\/messages$/,
  async handle(app, event) {
    const query = event.queryStringParameters ?? {};
    if (!isSigned(app.config.wechat.messageToken, query)) return { statusCode: 401, body: '' };
    if (method === 'GET') return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: query.echostr ?? '' };
    const text = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString();
    const said = verdictShape.safeParse(parsed(text));
    if (said.success) await settle(app, said.data);
    return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'success' };
  },
}));

/** Anything but a clear pass hides the picture for good. */
async function settle(app: App, said: z.output<typeof verdictShape>): Promise<void> {
  const mediaId = await findTraced(app.db, said.trace_id);
  if (mediaId) await settleMedia({ config: app.config, db: app.db }, mediaId, said.errcode === 0 && said.result?.suggest === 'pass' ? 'shown' : 'refused');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
