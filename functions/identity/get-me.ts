/** One's own account, and changing it. Guards: a name is checked before others see it, a picture is our own. */
import { me, ProviderRefused, refuse, type Context, type Story } from '../kernel';
import { isPlainName, maskPhone, readAvatar } from './rules';
import { findMe, ownsMedia, type MeRow } from './store';
import { wechatApi } from './wechat-api';

export const getMe: Story<'getMe'> = async (ctx) => described(await loadMe(ctx));

export const updateMe: Story<'updateMe'> = async (ctx, { body }) => {
  const mine = await loadMe(ctx);
  if (body.name !== undefined && body.name !== mine.name) await checkName(ctx, mine.openid, body.name);
  if (body.avatarUrl !== undefined) await checkAvatar(ctx, mine.personId, body.avatarUrl);
  await ctx.db.call('identity_update_me', { personId: mine.personId, name: body.name ?? null, avatarUrl: body.avatarUrl ?? null, language: body.language ?? null });
  return described(await loadMe(ctx));
};

async function loadMe(ctx: Context): Promise<MeRow> {
  return (await findMe(ctx.db, me(ctx).personId)) ?? refuse('SESSION_EXPIRED');
}

const described = ({ phone, openid, ...row }: MeRow) => ({ ...row, phoneMasked: phone && maskPhone(phone), hasWechat: openid !== null });

/** WeChat checks text only of somebody who was in the mini-program within two hours (61010 else); for others our own look decides. */
async function checkName(ctx: Context, openid: string | null, name: string): Promise<void> {
  if (!isPlainName(name)) refuse('CONTENT_REFUSED');
  if (!openid) return;
  const verdict = await wechatApi(ctx.config.wechat).checkText({ openid, scene: 1, text: name }).catch((error: unknown) => {
    if (error instanceof ProviderRefused && error.code === '61010') return 'pass';
    throw error;
  });
  if (verdict !== 'pass') refuse('CONTENT_REFUSED');
}

async function checkAvatar(ctx: Context, personId: string, url: string): Promise<void> {
  const avatar = readAvatar(url);
  if (avatar === 'art') return;
  if (!avatar || !(await ownsMedia(ctx.db, personId, avatar.mediaId))) refuse('BAD_INPUT', { where: 'body.avatarUrl', problem: 'not your picture' });
}
