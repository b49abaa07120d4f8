/** From WeChat's own browser into the mini-program at the same place with the same token: a URL Link (≤ 30 days), made once a day. */
import { getDealForOrder } from '../catalog';
import { findGroup } from '../group-buys';
import { wechatApi } from '../identity';
import { newSnapshot, refuse, type RawRoute, type Story } from '../kernel';
import { findLink, pageOf } from './store';

const HOUR = 3_600_000;
const links = newSnapshot<string>(12 * HOUR);
const codes = newSnapshot<Buffer>(HOUR);

export const getShareLink: Story<'getShareLink'> = async (ctx, { params }) => {
  const link = (await findLink(ctx.db, params.token)) ?? refuse('NOT_FOUND');
  const { page, id } = pageOf(link);
  const urlLink = await links.get(link.token, () => wechatApi(ctx.config.wechat).urlLink({ path: `/${page}`, query: `id=${id}&s=${link.token}`, expiresInDays: 7 }));
  return { urlLink };
};

/** The same for who came without a share: nothing can be paid in WeChat's own browser, so the deal, or a group of it, leads on as well. */
export const getDealLink: Story<'getDealLink'> = async (ctx, { params: { dealId }, query }) => {
  const [deal, group] = await Promise.all([getDealForOrder(ctx.db, dealId), query.group ? findGroup(ctx.db, query.group) : null]);
  if (!deal || (query.group && group?.dealId !== dealId)) refuse('NOT_FOUND');
  const { page, id } = pageOf({ dealId, groupId: query.group ?? null });
  return { urlLink: await links.get(id, () => wechatApi(ctx.config.wechat).urlLink({ path: `/${page}`, query: `id=${id}`, expiresInDays: 7 })) };
};

/** GET /api/shares/:token/qr.png: the mini-program code of a link; one call at WeChat per link (5,000 a minute), then kept. */
export const shareRoutes: RawRoute[] = [
  {
    method: 'GET', path: /^\/api\/shares\/([0-9a-z]{12,28})\/qr\.png$/,
    async handle(app, _event, match) {
      const link = (await findLink(app.db, match[1]!)) ?? refuse('NOT_FOUND');
      const png = await codes.get(link.token, () => wechatApi(app.config.wechat).miniCode({ scene: link.token, page: pageOf(link).page }));
      return { statusCode: 200, headers: { 'content-type': 'image/png', 'cache-control': 'public, max-age=86400', 'access-control-allow-origin': '*' }, body: png.toString('base64'), isBase64Encoded: true };
    },
  },
  {
    // The short address in QR codes and copied links. A chat may take what was written after a link as a part of it, or lose its
    // end; whoever taps that is a person, so it leads into the app in any case.
    method: 'GET', path: /^\/s(?:$|\/([0-9a-z]{12,28})?)/,
    async handle(app, _event, match) {
      const link = match[1] ? await findLink(app.db, match[1]) : null;
      return { statusCode: 302, headers: { location: link ? `/${pageOf(link).page}?id=${pageOf(link).id}&s=${link.token}` : '/' } };
    },
  },
];
