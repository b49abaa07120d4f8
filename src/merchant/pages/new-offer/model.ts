// The editor: what is typed, the cost asked again a moment after each change, and one publication.
import { useEffect, useRef, useState } from 'react';
import { asFailure, call, serverNow, useAction, useLoad, type Answer, type Failure } from '@/api';
import { texts } from '@/i18n/offers';
import { useT } from '@/i18n';
import { money } from '@/i18n/format';
import { confirmDialog } from '@/state/overlays';
import { useLanguage } from '@/state/settings';
import type { StaffStore } from '../../components/stores';
import { dayOf, emptyForm, endOf, offerOf, withDays, wrongIn, type Form, type OfferBody } from './form';

type Preview = Answer<'previewOffer'>;
const PAUSE_MS = 400;
/** The claim opens with publishing: a form that is filled in slowly must not begin in the past. */
const STEP_MS = 60_000;

export function useNewOffer(store: StaffStore) {
  const t = useT(texts);
  const language = useLanguage();
  const [form, setForm] = useState<Form>(() => emptyForm(''));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [cost, setCost] = useState<{ of: string; preview: Preview | null; error: Failure | null } | null>(null);
  const shop = useLoad(() => call('getStore', { params: { storeId: store.storeId }, query: {} }), [store.storeId, language]);

  const opened = useRef(serverNow());
  const nowMs = Math.floor(opened.current / STEP_MS) * STEP_MS;
  const wrong = wrongIn(form, t, language, nowMs);
  const isWhole = Object.keys(wrong).length === 0;
  const body = isWhole ? offerOf(form, nowMs, language) : null;
  const key = body ? JSON.stringify(body) : '';

  useEffect(() => {
    if (!body) return undefined;
    let live = true;
    const timer = setTimeout(() => {
      call('previewOffer', { params: { storeId: store.storeId }, body })
        .then((preview) => live && setCost({ of: key, preview, error: null }), (error) => live && setCost({ of: key, preview: null, error: asFailure(error) }));
    }, PAUSE_MS);
    return () => {
      live = false;
      clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, store.storeId, language]);

  const create = useAction<OfferBody, Answer<'createOffer'>>('offer.create', (offer, idempotencyKey) => call('createOffer', { params: { storeId: store.storeId }, body: offer, idempotencyKey }));
  const known = cost && cost.of === key ? cost : null;
  const publish = async () => {
    if (!body || !known?.preview) return undefined;
    const yes = await confirmDialog({ title: t.publishTitle, body: t.publishBody(money(known.preview.worstFen)), ok: t.publish, cancel: t.notYet });
    return yes ? create.run(body) : undefined;
  };
  return {
    form, shop, body, today: dayOf(nowMs), endsAtMs: endOf(form, nowMs), cost: known, isCounting: body !== null && !known, isWhole, busy: create.busy, error: create.error, publish,
    /** what is wrong is said where something was typed */
    wrongOf: (field: keyof Form) => (touched.has(field) ? wrong[field] : undefined),
    set: (change: Partial<Form>) => {
      create.clear();
      const more = withDays(form, change, nowMs);
      setForm((now) => ({ ...now, ...more }));
      setTouched((now) => new Set([...now, ...Object.keys(more)]));
    },
  };
}

export type NewOfferModel = ReturnType<typeof useNewOffer>;
