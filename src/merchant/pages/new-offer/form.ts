// The editor's fields as typed, what is wrong with them, and the offer that they make. Pure: money is read from text without floats.
import type { RouteTypes } from '@/api';
import type { texts } from '@/i18n/offers';
import type { useT } from '@/i18n';
import type { Language } from '@/state/settings';

export type OfferBody = RouteTypes['createOffer']['body'];
type OfferWords = ReturnType<typeof useT<typeof texts.zh>>;

export interface Form {
  title: string;
  kind: OfferBody['kind'];
  threshold: string;
  amount: string;
  off: string;
  cap: string;
  exchangeId: string;
  audience: OfferBody['audience'];
  winBackDays: string;
  scope: 'all' | 'deals' | 'stores';
  dealIds: string[];
  storeIds: string[];
  total: string;
  perPerson: string;
  claimBy: 'days' | 'dates';
  claimDays: string;
  /** days as 2026-11-21 */
  claimFrom: string;
  claimUntil: string;
  validity: 'claim' | 'fixed' | 'dates';
  validFrom: string;
  validUntil: string;
  validDays: string;
  withCode: boolean;
  isTransferable: boolean;
}

export const emptyForm = (title: string): Form => ({
  title, kind: 'amount', threshold: '', amount: '', off: '', cap: '', exchangeId: '', audience: 'everyone', winBackDays: '45', scope: 'all', dealIds: [], storeIds: [], total: '100', perPerson: '1', claimBy: 'days', claimDays: '14', claimFrom: '', claimUntil: '',
  validity: 'claim', validFrom: '', validUntil: '', validDays: '30', withCode: false, isTransferable: false,
});

/** Another way to say how long begins with the days that the form means so far. */
export function withDays(form: Form, change: Partial<Form>, nowMs: number): Partial<Form> {
  const today = dayOf(nowMs);
  const last = (days: string) => dayOf(endOfDay(nowMs, intOf(days) ?? 1) - 1);
  if (change.claimBy === 'dates' && !form.claimFrom && !form.claimUntil) return { ...change, claimFrom: today, claimUntil: last(form.claimDays) };
  if (change.validity === 'dates' && !form.validFrom && !form.validUntil) return { ...change, validFrom: today, validUntil: last(form.validDays) };
  return change;
}

/** When everybody's coupon ends; null: counted from the claim, or no such day yet. */
export function endOf(form: Form, nowMs: number): number | null {
  const end = form.validity === 'dates' ? startOf(form.validUntil) + DAY_MS : endOfDay(nowMs, intOf(form.validDays) ?? NaN);
  return form.validity === 'claim' || Number.isNaN(end) ? null : end;
}

type Wrong = Partial<Record<keyof Form, string>>;

const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;

/** `12.5` → 1250; null: not an amount. */
export function fenOf(text: string): number | null {
  const found = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null;
}
const intOf = (text: string): number | null => (/^\d{1,7}$/.test(text.trim()) ? Number(text) : null);
const between = (value: number | null, min: number, max: number) => value !== null && value >= min && value <= max;

/** 8.5 折 → 1500; 15 % off → 1500. */
export function offBpsOf(text: string, language: Language): number | null {
  if (language === 'zh') {
    const found = /^(\d)(?:\.(\d{1,3}))?$/.exec(text.trim());
    const left = found ? Number(found[1]) * 1_000 + Number((found[2] ?? '').padEnd(3, '0')) : null;
    return left !== null && between(left, 100, 9_999) ? 10_000 - left : null;
  }
  const found = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(text.trim());
  const off = found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null;
  return off !== null && between(off, 1, 9_900) ? off : null;
}

/** Midnight in Shanghai at which a day begins; NaN: not a day. */
const startOf = (day: string): number => (/^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) - SHANGHAI_MS : NaN);
export const dayOf = (ms: number): string => new Date(ms + SHANGHAI_MS).toISOString().slice(0, 10);
/** From the first day's beginning to the last day's end; null: no such time, or over. */
const span = (from: string, until: string, nowMs: number): [number, number] | null => {
  const [a, b] = [startOf(from), startOf(until) + DAY_MS];
  return a < b && b > nowMs ? [a, b] : null;
};

export function wrongIn(form: Form, t: OfferWords, language: Language, nowMs: number): Wrong {
  const wrong: Wrong = {};
  const need = (field: keyof Form, fine: boolean, words: string) => {
    if (!fine) wrong[field] = words;
  };
  need('title', form.title.trim().length > 0, t.needName);
  if (form.threshold.trim()) need('threshold', fenOf(form.threshold) !== null, t.tooLow);
  if (form.kind === 'amount') need('amount', (fenOf(form.amount) ?? 0) > 0, t.tooLow);
  if (form.kind === 'percent') {
    need('off', offBpsOf(form.off, language) !== null, t.needOff);
    need('cap', (fenOf(form.cap) ?? 0) > 0, t.tooLow);
  }
  if (form.kind === 'exchange') need('exchangeId', form.exchangeId !== '', t.needDeal);
  if (form.audience === 'win_back') need('winBackDays', between(intOf(form.winBackDays), 7, 365), t.needRange(7, 365));
  if (form.kind !== 'exchange' && form.scope === 'deals') need('dealIds', form.dealIds.length > 0, t.needDeal);
  if (form.kind !== 'exchange' && form.scope === 'stores') need('storeIds', form.storeIds.length > 0, t.needDeal);
  const total = intOf(form.total);
  need('total', between(total, 1, 1_000_000), t.needRange(1, 1_000_000));
  const most = Math.max(1, Math.min(20, total ?? 20));
  need('perPerson', between(intOf(form.perPerson), 1, most), t.needRange(1, most));
  if (form.claimBy === 'days') need('claimDays', between(intOf(form.claimDays), 1, 365), t.needRange(1, 365));
  else need('claimUntil', span(form.claimFrom, form.claimUntil, nowMs) !== null, t.needDates);
  if (form.validity !== 'dates') need('validDays', between(intOf(form.validDays), 1, 365), t.needRange(1, 365));
  else need('validUntil', span(form.validFrom, form.validUntil, nowMs) !== null, t.needDates);
  // Else it could be claimed when it has ended already.
  const where = form.validity === 'dates' ? 'validUntil' : 'validDays';
  if (form.validity !== 'claim' && !wrong[where] && !wrong.claimDays && !wrong.claimUntil) need(where, validOf(form, nowMs)![1] >= claimOf(form, nowMs)[1], t.fixedShort);
  return wrong;
}

/** The end of a day in Shanghai, so many days from now. */
const endOfDay = (nowMs: number, days: number) => (Math.floor((nowMs + SHANGHAI_MS) / DAY_MS) + days + 1) * DAY_MS - SHANGHAI_MS;

/** When it can be claimed, half-open. A first day that has begun means from now on. */
function claimOf(form: Form, nowMs: number): [number, number] {
  if (form.claimBy === 'days') return [nowMs, endOfDay(nowMs, Number(form.claimDays))];
  const [from, until] = span(form.claimFrom, form.claimUntil, nowMs)!;
  return [Math.max(from, nowMs), until];
}
/** The same days for everybody; null: counted from the claim. */
function validOf(form: Form, nowMs: number): [number, number] | null {
  if (form.validity === 'claim') return null;
  return form.validity === 'dates' ? span(form.validFrom, form.validUntil, nowMs)! : [nowMs, endOfDay(nowMs, Number(form.validDays))];
}

/** Of a form with nothing wrong in it. */
export function offerOf(form: Form, nowMs: number, language: Language): OfferBody {
  const isExchange = form.kind === 'exchange';
  const [claimFromMs, claimUntilMs] = claimOf(form, nowMs);
  const valid = validOf(form, nowMs);
  return {
    title: form.title.trim(), kind: form.kind, audience: form.audience, winBackDays: form.audience === 'win_back' ? Number(form.winBackDays) : null,
    thresholdFen: fenOf(form.threshold) ?? 0, amountFen: form.kind === 'amount' ? fenOf(form.amount)! : 0, offBps: form.kind === 'percent' ? offBpsOf(form.off, language)! : 0, capFen: form.kind === 'percent' ? fenOf(form.cap)! : 0,
    dealId: isExchange ? form.exchangeId : null, dealIds: !isExchange && form.scope === 'deals' ? form.dealIds : [], storeIds: !isExchange && form.scope === 'stores' ? form.storeIds : [],
    total: Number(form.total), perPerson: Number(form.perPerson), claimFromMs, claimUntilMs,
    validFromMs: valid && valid[0], validUntilMs: valid && valid[1], validDays: valid ? null : Number(form.validDays), withCode: form.withCode, isTransferable: form.isTransferable,
  };
}
