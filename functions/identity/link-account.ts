/**
 * Adds a verified phone or WeChat to the signed-in account; two accounts of one person become one. Guards,
 * Load both accounts → decide (rules) → one save guarded on what was decided on; the answer is a new session.
 */
import { PAYOUT_CHANGE_FREEZE_MS, SESSION_LEEWAY_MS, SESSION_MS } from '../contract/limits';
import { decided, me, refuse, type Context, type Story } from '../kernel';
import { asRefusal, exchangeCode } from './login-wechat';
import { codeToTake } from './phone-code';
import { decideLink, type Account, type LinkKind } from './rules';
import { newSession, sessionAnswer, type Opened } from './sessions';
import { sendSms } from './sms';
import { findLink } from './store';
import { wechatApi } from './wechat-api';

interface Verified { kind: LinkKind; value: string; unionid?: string | null; wechat?: { openid: string; sessionKey: string; riskRank: number | null } }

export const linkWechat: Story<'linkWechat'> = async (ctx, { body }) => {
  const { openid, unionid, ...wechat } = await exchangeCode(ctx, body.code, ctx.ip);
  return link(ctx, { kind: 'openid', value: openid, unionid, wechat: { openid, ...wechat } });
};

export const verifyPhone: Story<'verifyPhone'> = async (ctx, { body }) => {
  if ('wechatCode' in body) return link(ctx, { kind: 'phone', value: await asRefusal(() => wechatApi(ctx.config.wechat).phoneNumber(body.wechatCode)) });
  const { right } = await ctx.db.call<{ right: boolean }>('identity_check_phone_code', { phone: body.phone, ...codeToTake(ctx, body.phone, body.code) });
  if (!right) refuse('PHONE_CODE_WRONG');
  return link(ctx, { kind: 'phone', value: body.phone });
};

async function link(ctx: Context, verified: Verified) {
  const { personId, familyId, deviceId } = me(ctx);
  return decided(async () => {
    const { mine, owner } = await findLink(ctx.db, personId, verified.kind, verified.value);
    if (!mine) refuse('SESSION_EXPIRED');
    const decision = decideLink(mine, verified.kind, owner);
    if ('refused' in decision) refuse(decision.refused);
    const session = newSession(deviceId);
    const opened = await ctx.db.call<Opened & { payoutChanged: boolean }>('identity_link', {
      personId, familyId, from: null, to: null, ...decision, kind: verified.kind, value: verified.value, unionid: verified.unionid ?? null, wechat: verified.wechat ?? null,
      openid: mine.openid, phone: mine.phone, freezeMs: PAYOUT_CHANGE_FREEZE_MS, sweepMs: SESSION_MS + 2 * SESSION_LEEWAY_MS, session: session.row,
    });
    if (opened.payoutChanged) await warnOldContact(ctx, mine, owner);
    return sessionAnswer(ctx, opened, session.refreshToken);
  });
}

/** also outside the app, at the number that was there before. The notice is committed; this message may be lost. */
async function warnOldContact(ctx: Context, mine: Account, owner: Account | null): Promise<void> {
  const phone = mine.phone ?? owner?.phone;
  if (!phone) return;
  const text = '【聚客】你的账号刚换了微信或手机号，24 小时内不能提现。不是你本人操作，马上联系我们。';
  await sendSms(ctx.config.wechat, phone, text).catch((error: Error) => ctx.log.warn({ reason: error.message }, 'the old contact was not told'));
}
