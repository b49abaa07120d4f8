/** Decisions about people. Pure. Guards. */
import type { ErrorCode } from '../contract/errors';

export interface Account { personId: string; openid: string | null; phone: string | null }
export type LinkKind = 'openid' | 'phone';
type LinkDecision =
  | { step: 'keep' | 'add' | 'replace' }
  | { step: 'join'; from: string; to: string }
  | { refused: ErrorCode };

/**
 * What linking a verified identity to a signed-in account means. `owner` is who has that identity now.
 * Two accounts become one by a verified phone: the one with the phone survives. Two WeChats or two phones never become one.
 */
export function decideLink(mine: Account, kind: LinkKind, owner: Account | null): LinkDecision {
  if (owner?.personId === mine.personId) return { step: 'keep' };
  if (!owner) return { step: mine[kind] === null ? 'add' : 'replace' };
  if ((mine.openid && owner.openid) || (mine.phone && owner.phone)) return { refused: 'PHONE_TAKEN' };
  if (owner.phone) return { step: 'join', from: mine.personId, to: owner.personId };
  if (mine.phone) return { step: 'join', from: owner.personId, to: mine.personId };
  return { refused: 'PHONE_TAKEN' };
}

/** 138****0001 */
export const maskPhone = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`;

/** Also the letters that look like nothing: Hangul fillers, the empty Braille cell. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u115f\u1160\u2800\u3164\uffa0]/u;
/** A cook or a family is several emoji that an invisible character joins: that one hides nothing. */
const JOINED = /(?<=\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)\u200d(?=\p{Extended_Pictographic})/gu;
const ADVERT = /https?:|www\.|\.(com|cn|net|top|vip)\b|\d[\d\s-]{5,}|微信号|加[vV薇微]|[vV]信/u;
const POSING = /官方|客服|管理员|聚客|微信支付|平台|已注销|admin|juke/iu;

/** Our own look at a name, before WeChat's: nothing invisible, no markup, no advertising, nobody posing as the platform or as nobody. */
export function isPlainName(name: string): boolean {
  const seen = name.replace(JOINED, '');
  const plain = seen.normalize('NFKC');
  return !HIDDEN.test(seen) && !/[<>]/.test(plain) && !ADVERT.test(plain) && !POSING.test(plain);
}

/** The media id of an uploaded picture, 'art' for one of ours, null for anything else (no foreign address is ever shown). */
export function readAvatar(url: string): { mediaId: string } | 'art' | null {
  if (/^\/art\/avatar-\d\.svg$/.test(url)) return 'art';
  const media = /^\/media\/(med_[0-9a-z]{8,28})$/.exec(url);
  return media ? { mediaId: media[1]! } : null;
}
