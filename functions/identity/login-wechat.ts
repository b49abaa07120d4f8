/** Sign-in of the mini-program: the code is exchanged here, once; openid and session key are never the client's word. */
import { RISK_WAIT_MS } from '../contract/limits';
import { decided, ProviderRefused, refuse, type App, type Story } from '../kernel';
import { freshPerson, newSession, sessionAnswer, type Opened } from './sessions';
import { wechatApi } from './wechat-api';

export const loginWechat: Story<'loginWechat'> = async (ctx, { body }) => {
  const { openid, unionid, ...wechat } = await exchangeCode(ctx, body.code, ctx.ip);
  const session = newSession(body.deviceId);
  const opened = await decided(() => ctx.db.call<Opened>('identity_sign_in', {
    ids: wechatIds(openid, unionid), fresh: freshPerson(ctx.language), session: session.row, wechat: { openid, ...wechat },
  }));
  return sessionAnswer(ctx, opened, session.refreshToken);
};

export const wechatIds = (openid: string, unionid: string | null) =>
  [{ kind: 'openid', value: openid }, ...(unionid ? [{ kind: 'unionid', value: unionid }] : [])];

/** Codes that WeChat says are wrong, old or used; 40226 is a person whom WeChat blocks. */
const WRONG_CODE = new Set(['40029', '40163', '41008', '40125']);

/** Throws Refused WECHAT_CODE_INVALID or NOT_ALLOWED; Unavailable when WeChat does not answer. */
export async function exchangeCode(app: App, code: string, ip: string) {
  const session = await asRefusal(() => wechatApi(app.config.wechat).session(code));
  return { ...session, riskRank: await askRisk(app, session.openid, ip) };
}

/** how risky WeChat thinks this person is for a campaign, 0 to 4. Null when it does not say soon: nobody waits for that, and nobody is suspected. */
async function askRisk(app: App, openid: string, clientIp: string): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((done) => (timer = setTimeout(() => done(null), RISK_WAIT_MS)));
  try {
    return await Promise.race([wechatApi(app.config.wechat).riskRank({ openid, scene: 1, clientIp }), late]);
  } catch (error) {
    app.log.info({ reason: (error as Error).message }, 'no risk rank');
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** WeChat's definite no about a code, as ours. */
export async function asRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderRefused && WRONG_CODE.has(error.code)) refuse('WECHAT_CODE_INVALID');
    if (error instanceof ProviderRefused && error.code === '40226') refuse('NOT_ALLOWED');
    throw error;
  }
}
