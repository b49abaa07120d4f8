/** What the notice list says, repeated outside the app where the person agreed to one message (one consent = one message). */
import { findSubscriber, wechatApi } from '../identity';
import { ProviderRefused, type App, type Config } from '../kernel';
import { wordNotice } from '../views';

type Words = NonNullable<Awaited<ReturnType<typeof wordNotice>>>;
type Fields = Config['subscribeFields'][string];

export async function sendSubscribeMessage(app: App, noticeId: string): Promise<null> {
  const to = await findSubscriber(app.db, noticeId, app.config.subscribeTemplates);
  const words = to && (await wordNotice(app.db, noticeId));
  if (!to || !words) return null;
  const data = fill(app.config.subscribeFields[to.templateId] ?? { thing1: 'title' }, words);
  try {
    const outcome = await wechatApi(app.config.wechat).sendSubscribe({ openid: to.openid, templateId: to.templateId, page: to.link, data });
    await app.db.call('identity_used_subscription', { personId: to.personId, templateId: to.templateId, outcome });
  } catch (error) {
    // A template that is set wrongly is not put right by trying again; the notice itself is in the app.
    if (!(error instanceof ProviderRefused)) throw error;
    app.log.warn({ templateId: to.templateId, reason: error.message }, 'subscribe message refused');
  }
  return null;
}

/** WeChat takes at most 20 characters in a `thing`, and times only as 2026年11月21日 18:05. */
function fill(fields: Fields, { title, text, atMs }: Words): Record<string, string> {
  const at = new Date(atMs + 8 * 3_600_000);
  const time = `${at.getUTCFullYear()}年${at.getUTCMonth() + 1}月${at.getUTCDate()}日 ${at.toISOString().slice(11, 16)}`;
  const short = (words: string) => ([...words].length > 20 ? `${[...words].slice(0, 19).join('')}…` : words);
  const words = { title: short(title), text: short(text), time };
  return Object.fromEntries(Object.entries(fields).map(([name, word]) => [name, words[word]]));
}
