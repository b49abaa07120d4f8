/** What a person wrote is looked at before others see it: by us, then by WeChat. Guards A-29. */
import { ProviderRefused, refuse, type App } from '../kernel';
import { isPlainName } from './rules';
import { wechatApi } from './wechat-api';

/** WeChat checks text only of somebody who was in the mini-program within two hours (61010 else); for others our own look decides. */
export async function checkWords(app: App, openid: string | null, text: string, scene: 1 | 2 | 3 | 4): Promise<void> {
  if (!isPlainName(text)) refuse('CONTENT_REFUSED');
  if (!openid) return;
  const verdict = await wechatApi(app.config.wechat).checkText({ openid, scene, text }).catch((error: unknown) => {
    if (error instanceof ProviderRefused && error.code === '61010') return 'pass';
    throw error;
  });
  if (verdict !== 'pass') refuse('CONTENT_REFUSED');
}
