// The editor of a coupon: fields at the left, what guests will see and what it costs at the right; on a phone one below the other.
import { Text, View } from '@tarojs/components';
import { useState, type ReactNode } from 'react';
import { a11y } from '@/components/a11y';
import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { CouponTicket } from '@/components/coupon-ticket';
import { EmptyState } from '@/components/empty-state';
import { Field, Toggle } from '@/components/field';
import { Icon } from '@/components/icon';
import { Line } from '@/components/list';
import { NoticeStrip } from '@/components/notice';
import { PriceTag } from '@/components/price-tag';
import { Bone, Skeleton } from '@/components/skeleton';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts as couponTexts } from '@/i18n/coupons';
import { day, groupDigits, money } from '@/i18n/format';
import { texts } from '@/i18n/offers';
import { webAddress } from '@/platform';
import { DateInput } from '@/platform/date-input';
import { toast } from '@/state/overlays';
import { pageUrl, replacePage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { lastMoment } from '@/state/trade';
import { StaffPage } from '../../components/staff-page';
import { useStaffStore, type StaffStore } from '../../components/stores';
import { Code } from '../offers/code';
import { fenOf, offBpsOf } from './form';
import { useNewOffer, type NewOfferModel } from './model';
import './index.scss';

export default function NewOffer() {
  const t = useT(texts);
  const staff = useStaffStore();
  return (
    <StaffPage place="offers" title={t.create} staff={staff} back bottom={null}>
      {(store) => (store.role === 'manager' ? <Editor key={store.storeId} store={store} /> : <EmptyState place="page" title={t.managerOnly} text={t.managerOnlyText} />)}
    </StaffPage>
  );
}

function Editor({ store }: { store: StaffStore }) {
  const t = useT(texts);
  const model = useNewOffer(store);
  const [code, setCode] = useState<string | null>(null);
  const publish = async () => {
    const made = await model.publish();
    if (!made) return;
    toast(t.published, 'ok');
    if (made.code) setCode(made.code);
    else replacePage('offers');
  };
  if (code) return <Published code={code} />;
  return (
    <View className="editor">
      <View className="editor__form">
        <What model={model} />
        <Who model={model} />
        <When model={model} />
      </View>
      <View className="editor__side">
        <Preview model={model} store={store} />
        <Cost model={model} />
        {model.error ? <NoticeStrip tone="danger">{model.error.message}</NoticeStrip> : null}
        <View className="editor__publish">
          <Button loading={model.busy || model.isCounting} disabled={!model.cost?.preview} onClick={() => void publish()}>{t.publish}</Button>
        </View>
      </View>
    </View>
  );
}

function Published({ code }: { code: string }) {
  const t = useT(texts);
  const url = webAddress(pageUrl('claimCoupon', { code }));
  return (
    <View className="jk-card jk-block">
      <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{t.publishedCode}</View>
      <View className="jk-label jk-text-2 editor__gap">{t.codeNote}</View>
      <Code code={code} url={url || null} />
      <View className="editor__gap"><Button kind="tint" onClick={() => replacePage('offers')}>{t.toList}</Button></View>
    </View>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <View className="jk-card editor__part">
      <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{title}</View>
      {children}
    </View>
  );
}

/** One of several, or several, as chips below a label. */
function Choice<K extends string>({ label, items, chosen, onPick, many, error }: { label: string; items: { key: K; text: string }[]; chosen: readonly K[]; onPick: (key: K) => void; many?: boolean; error?: string }) {
  return (
    <View className="editor__choice" {...a11y({ role: many ? 'group' : 'radiogroup', label })}>
      <View className="editor__label" aria-hidden="true">{label}</View>
      <View className="editor__chips">
        {items.map(({ key, text }) => <View key={key} className="editor__chip"><Chip kind={many ? 'filter' : 'choice'} on={chosen.includes(key)} onClick={() => onPick(key)}>{text}</Chip></View>)}
      </View>
      {error ? <View className="editor__error" {...a11y({ role: 'alert' })}>{error}</View> : null}
    </View>
  );
}

const Yuan = <Text className="editor__yuan">¥</Text>;
type Key = 'title' | 'threshold' | 'amount' | 'off' | 'cap' | 'winBackDays' | 'total' | 'perPerson' | 'claimDays' | 'validDays';

function Input({ model, field, label, hint, money: isMoney, number, placeholder }: { model: NewOfferModel; field: Key; label: string; hint?: string; money?: boolean; number?: boolean; placeholder?: string }) {
  return (
    <View className="editor__cell">
      <Field
        label={label} value={model.form[field]} type={number ? 'number' : isMoney || field === 'off' ? 'digit' : 'text'} maxlength={field === 'title' ? 24 : 10} prefix={isMoney ? Yuan : undefined} placeholder={placeholder} hint={hint}
        error={model.wrongOf(field)} onInput={(value) => model.set({ [field]: value })}
      />
    </View>
  );
}

function What({ model }: { model: NewOfferModel }) {
  const t = useT(texts);
  const { form, set } = model;
  const deals = model.shop.data?.deals ?? [];
  return (
    <Part title={t.partWhat}>
      <Input model={model} field="title" label={t.name} placeholder={t.namePlaceholder} />
      <Choice label={t.kind} items={[{ key: 'amount', text: t.amount }, { key: 'percent', text: t.percent }, { key: 'exchange', text: t.exchange }]} chosen={[form.kind]} onPick={(kind) => set({ kind })} />
      <View className="editor__row">
        <Input model={model} field="threshold" label={t.threshold} hint={t.thresholdHint} money />
        {form.kind === 'amount' ? <Input model={model} field="amount" label={t.off} money /> : null}
        {form.kind === 'percent' ? <Input model={model} field="off" label={t.offPercent} placeholder={t.offHint} /> : null}
        {form.kind === 'percent' ? <Input model={model} field="cap" label={t.capLabel} money /> : null}
      </View>
      {form.kind === 'exchange' ? <Deals model={model} deals={deals} label={t.exchangeDeal} chosen={form.exchangeId ? [form.exchangeId] : []} onPick={(exchangeId) => set({ exchangeId })} error={model.wrongOf('exchangeId')} /> : null}
    </Part>
  );
}

type DealOf = NonNullable<NewOfferModel['shop']['data']>['deals'][number];
function Deals({ model, deals, label, chosen, many, onPick, error }: { model: NewOfferModel; deals: DealOf[]; label: string; chosen: string[]; many?: boolean; onPick: (id: string) => void; error?: string }) {
  const t = useT(texts);
  const c = useT(common);
  if (model.shop.loading) return <Skeleton><Bone height={36} top={16} /></Skeleton>;
  if (model.shop.error && !model.shop.data) return <NoticeStrip tone="warn" action={c.retry} onClick={() => void model.shop.refresh()}>{model.shop.error.message}</NoticeStrip>;
  if (deals.length === 0) return <View className="jk-label jk-text-2 editor__gap">{t.noDeals}</View>;
  return <Choice label={label} many={many} items={deals.map(({ dealId, title }) => ({ key: dealId, text: title }))} chosen={chosen} onPick={onPick} error={error} />;
}

const turned = (list: string[], id: string) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);

function Who({ model }: { model: NewOfferModel }) {
  const t = useT(texts);
  const { form, set } = model;
  const { data } = model.shop;
  const stores = data ? [data.store, ...data.otherStores] : [];
  return (
    <Part title={t.partWho}>
      <Choice label={t.audience} items={[{ key: 'everyone', text: t.everyone }, { key: 'new_guest', text: t.newGuest }, { key: 'win_back', text: t.winBack }]} chosen={[form.audience]} onPick={(audience) => set({ audience })} />
      {form.audience === 'win_back' ? <View className="editor__row"><Input model={model} field="winBackDays" label={t.winBackDays} number /></View> : null}
      {form.kind === 'exchange' ? null : (
        <>
          <Choice label={t.scope} items={[{ key: 'all', text: t.scopeAll }, { key: 'deals', text: t.scopeDeals }, ...(stores.length > 1 ? [{ key: 'stores' as const, text: t.scopeStores }] : [])]} chosen={[form.scope]} onPick={(scope) => set({ scope })} />
          {form.scope === 'deals' ? <Deals model={model} deals={data?.deals ?? []} label={t.scopeDeals} many chosen={form.dealIds} onPick={(id) => set({ dealIds: turned(form.dealIds, id) })} error={model.wrongOf('dealIds')} /> : null}
          {form.scope === 'stores' ? <Choice label={t.scopeStores} many items={stores.map(({ storeId, name }) => ({ key: storeId, text: name }))} chosen={form.storeIds} onPick={(id) => set({ storeIds: turned(form.storeIds, id) })} error={model.wrongOf('storeIds')} /> : null}
        </>
      )}
    </Part>
  );
}

function When({ model }: { model: NewOfferModel }) {
  const t = useT(texts);
  const { form, set } = model;
  return (
    <Part title={t.partWhen}>
      <View className="editor__row">
        <Input model={model} field="total" label={t.total} number />
        <Input model={model} field="perPerson" label={t.perPerson} number />
      </View>
      <Choice label={t.claimWhen} items={[{ key: 'days', text: t.byDays }, { key: 'dates', text: t.byDates }]} chosen={[form.claimBy]} onPick={(claimBy) => set({ claimBy })} />
      {form.claimBy === 'days' ? <View className="editor__row"><Input model={model} field="claimDays" label={t.claimDays} hint={t.claimHint} number /></View> : <Dates model={model} from="claimFrom" until="claimUntil" />}
      <Choice label={t.validity} items={[{ key: 'claim', text: t.afterClaim }, { key: 'fixed', text: t.fixed }, { key: 'dates', text: t.byDates }]} chosen={[form.validity]} onPick={(validity) => set({ validity })} />
      {form.validity === 'dates' ? <Dates model={model} from="validFrom" until="validUntil" /> : <View className="editor__row"><Input model={model} field="validDays" label={t.days} hint={form.validity === 'claim' ? t.validHint : t.fixedHint} number /></View>}
      <Switch title={t.withCode} note={t.withCodeNote} on={form.withCode} onChange={(withCode) => set({ withCode })} />
      <Switch title={t.transferable} note={t.transferableNote} on={form.isTransferable} onChange={(isTransferable) => set({ isTransferable })} />
    </Part>
  );
}

/** From the first day to the last, both counted. */
function Dates({ model, from, until }: { model: NewOfferModel; from: 'claimFrom' | 'validFrom'; until: 'claimUntil' | 'validUntil' }) {
  const t = useT(texts);
  const { form, set, today } = model;
  const error = model.wrongOf(until);
  const one = (field: typeof from | typeof until, label: string, first: string) => (
    <View className="editor__cell">
      <View className="editor__label" aria-hidden="true">{label}</View>
      <DateInput label={label} value={form[field]} from={first} placeholder={t.pickDay} onChange={(value) => set({ [field]: value })} />
    </View>
  );
  return (
    <>
      <View className="editor__row editor__dates">
        {one(from, t.firstDay, today)}
        {one(until, t.lastDay, form[from] || today)}
      </View>
      {error ? <View className="editor__error" {...a11y({ role: 'alert' })}>{error}</View> : <View className="jk-caption jk-text-3 editor__hint">{t.datesHint}</View>}
    </>
  );
}

function Switch({ title, note, on, onChange }: { title: string; note: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <View className="editor__switch">
      <View className="jk-grow">
        <View className="jk-strong">{title}</View>
        <View className="jk-caption jk-text-3">{note}</View>
      </View>
      <Toggle on={on} label={title} onChange={onChange} />
    </View>
  );
}

/** The ticket as guests will see it, as far as it is filled in. */
function Preview({ model, store }: { model: NewOfferModel; store: StaffStore }) {
  const t = useT(texts);
  const c = useT(couponTexts);
  const language = useLanguage();
  const { form, endsAtMs } = model;
  const face = {
    title: form.title.trim() || t.name, kind: form.kind, thresholdFen: fenOf(form.threshold) ?? 0, amountFen: fenOf(form.amount) ?? 0, offBps: offBpsOf(form.off, language) ?? 0, capFen: fenOf(form.cap) ?? 0,
  };
  const scope = form.kind === 'exchange' || form.scope !== 'all' ? `${store.merchantName} · ${form.scope === 'stores' && form.kind !== 'exchange' ? t.scopeStores : t.scopeDeals}` : `${store.merchantName} · ${t.scopeAll}`;
  const note = endsAtMs !== null ? c.validUntil(day(lastMoment(endsAtMs), language)) : form.validity === 'dates' ? t.pickDay : Number(form.validDays) > 0 ? c.validDays(Number(form.validDays)) : '—';
  return (
    <View className="editor__look">
      <View className="jk-strong editor__heading" {...a11y({ role: 'heading', level: 2 })}>{t.look}</View>
      <CouponTicket face={face} scope={scope} note={note} />
    </View>
  );
}

function Cost({ model }: { model: NewOfferModel }) {
  const t = useT(texts);
  const { cost, body } = model;
  const preview = cost?.preview;
  return (
    <View className="jk-card editor__cost" {...a11y({ live: 'polite' })}>
      <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{t.cost}</View>
      {!body ? <View className="jk-label jk-text-2 editor__gap">{t.fill}</View> : null}
      {body && model.isCounting ? <View className="jk-label jk-text-2 editor__gap">{t.counting}</View> : null}
      {cost?.error ? <View className="jk-label jk-text-danger editor__gap">{cost.error.message}</View> : null}
      {preview && body ? (
        <>
          <View className="jk-between editor__worst">
            <Text className="jk-strong">{t.worst}</Text>
            <PriceTag fen={preview.worstFen} size="l" tone="ink" exact />
          </View>
          <View className="jk-caption jk-text-2 jk-num">{t.worstNote(groupDigits(body.total), money(preview.perUseFen))}</View>
          <View className="jk-hr editor__hr" />
          {preview.expectedFen !== null && preview.expectedUses !== null ? (
            <>
              <Line label={t.expected} tone="strong">{money(preview.expectedFen)}</Line>
              <View className="jk-caption jk-text-2 jk-num editor__gap">{t.expectedNote(groupDigits(preview.expectedUses), groupDigits(preview.coveredOrders30))}</View>
            </>
          ) : <View className="jk-label jk-text-2">{t.expectedNone}</View>}
          {preview.averageFen !== null ? <Line label={t.average}>{money(preview.averageFen)}</Line> : null}
          <View className="jk-caption jk-text-2 editor__gap">{t.covered(groupDigits(preview.coveredDeals))}</View>
          {preview.warnings.map((warning) => (
            <View key={warning} className="editor__warning"><Icon name="alert" size={18} /><Text className="editor__warning-text">{warning}</Text></View>
          ))}
          <View className="jk-caption jk-text-3 editor__gap">{t.paidBy}</View>
        </>
      ) : null}
    </View>
  );
}
