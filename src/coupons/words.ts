// Words of a coupon made of data: until when, who may claim, why not.
import type { Answer } from '@/api';
import { serverNow } from '@/api';
import type { texts } from '@/i18n/coupons';
import type { useT } from '@/i18n';
import { day, dayTime, daysBetween } from '@/i18n/format';
import type { Language } from '@/state/settings';
import { lastMoment } from '@/state/trade';

export type CouponWords = ReturnType<typeof useT<typeof texts.zh>>;
export type Offer = Answer<'getCouponOffer'>;
export type Coupon = Answer<'listMyCoupons'>['items'][number];

/** `8 月 16 日前可用`; on its last day with the time. */
export function validityOf({ validFromMs, validUntilMs }: { validFromMs: number; validUntilMs: number }, t: CouponWords, language: Language): string {
  const nowMs = serverNow();
  if (validFromMs > nowMs) return t.validFrom(dayTime(validFromMs, language, nowMs));
  const last = lastMoment(validUntilMs);
  return t.validUntil(daysBetween(nowMs, last) <= 1 ? dayTime(last, language, nowMs) : day(last, language, nowMs));
}

/** An offer's: from the claim on, or a window of its own. */
export function offerValidity({ validDays, validFromMs, validUntilMs }: Offer, t: CouponWords, language: Language): string {
  if (validDays !== null) return t.validDays(validDays);
  return validityOf({ validFromMs: validFromMs ?? 0, validUntilMs: validUntilMs ?? 0 }, t, language);
}

export function audienceWord(audience: Offer['audience'], t: CouponWords): string {
  return audience === 'new_guest' ? t.forNew : audience === 'win_back' ? t.forBack : '';
}

/** Why it cannot be claimed; empty when it can. */
export function whyNot(claim: Offer['claim'], mine: number, t: CouponWords): string {
  const words: Record<Offer['claim'], string> = {
    ok: '', sign_in: '', gone: t.gone, limit: mine > 0 ? t.hasAll : t.gone, not_started: t.notStarted, ended: t.ended, not_new: t.notNew, not_lapsed: t.notLapsed, paused: t.paused,
  };
  return words[claim];
}
