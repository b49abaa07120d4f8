// Checkout: what is bought, which discounts, what it costs line by line, the promise, and one button.
import { Text, View } from '@tarojs/components';
import type { PricedStack } from '@contract/best-combination';
import { serverNow, type Answer } from '@/api';
import { a11y } from '@/components/a11y';
import { Button } from '@/components/button';
import { useLeft } from '@/components/countdown';
import { ErrorState } from '@/components/error-state';
import { Icon } from '@/components/icon';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { Note } from '@/components/notice';
import { Page } from '@/components/page';
import { PaidBy, PayBar, PayBill } from '@/components/pay-bill';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { CardSkeleton } from '@/components/skeleton';
import { StackCard } from '@/components/stack-card';
import { Stepper } from '@/components/stepper';
import { Tag } from '@/components/tag';
import { Touchable } from '@/components/touchable';
import { texts } from '@/i18n/checkout';
import { day, dayTime, money, price, sentences, shopName, soonTime } from '@/i18n/format';
import { couponName, texts as stackTexts } from '@/i18n/stack';
import { texts as trade } from '@/i18n/trade';
import { useT } from '@/i18n';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { lastMoment } from '@/state/trade';
import { closedBy } from '../deal/price';
import { useCheckout } from './model';
import type { Way } from './refusal';
import './index.scss';

type Quote = Answer<'quoteOrder'>;
type Deal = Answer<'getDeal'>;
type Model = ReturnType<typeof useCheckout>;

export default function Checkout() {
  const t = useT(texts);
  const model = useCheckout();
  const { deal, quote, ready, priced, refusal } = model;
  const whole = ready && quote.data && priced ? { quote: quote.data, priced } : null;
  return (
    <Page title={t.title} className="checkout" bottom={whole ? <Bar model={model} {...whole} /> : undefined}>
      {!model.dealId ? <ErrorState place="page" error={{ code: 'NOT_FOUND', message: t.noDeal, retry: 'never' }} /> : null}
      {deal.error && !deal.data ? <ErrorState error={deal.error} place="page" onRetry={deal.refresh} /> : null}
      {deal.loading ? <CardSkeleton lines={2} /> : null}
      {deal.data ? <DealRow deal={deal.data} model={model} /> : null}
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {refusal ? <RefusalCard model={model} /> : null}
      {ready && quote.error && !refusal && !(deal.error && !deal.data) ? <ErrorState error={quote.error} onRetry={quote.refresh} exit={{ text: t.toOrder, onClick: () => openTab('orders') }} /> : null}
      {ready && quote.loading && !quote.error ? <><CardSkeleton lines={3} /><CardSkeleton lines={3} /></> : null}
      {whole && model.stack ? (
        <StackCard lines={model.lines} coupons={whole.quote.coupons} nowMs={whole.quote.nowMs} stack={model.stack} onChoose={model.choose} disabled={model.busy} footer={whole.quote.moreCoupons > 0 ? <MoreCoupons dealId={whole.quote.dealId} count={whole.quote.moreCoupons} /> : undefined} />
      ) : null}
      {whole ? <Bill {...whole} usualFen={deal.data?.flash?.regularPriceFen ?? null} /> : null}
      {whole ? <Promises model={model} {...whole} /> : null}
    </Page>
  );
}

function DealRow({ deal, model }: { deal: Deal; model: Model }) {
  const t = useT(trade);
  const w = useT(texts);
  const language = useLanguage();
  const { data: quote } = model.quote;
  const first = deal.stores[0];
  const max = Math.max(1, Math.min(quote?.maxQuantity ?? 1, deal.available || 1));
  return (
    <View className="jk-card checkout__deal">
      <Picture src={deal.pictureUrls[0] ?? ''} width={72} height={72} radius={10} />
      <View className="checkout__what">
        <View className="jk-strong jk-semibold">{deal.title}</View>
        <View className="jk-caption jk-text-2 jk-ell checkout__shop">{(deal.fulfilment === 'pickup' ? t.pickupAt : String)(t.moreStores(first ? shopName(deal.merchantName, first.name, language) : deal.merchantName, deal.stores.length))}</View>
        <View className="checkout__buy">
          <View className="checkout__unit">
            <PriceTag fen={quote?.unitPriceFen ?? deal.priceFen} size="s" exact />
            {quote ? <Kind quote={quote} /> : null}
          </View>
          {model.ready && !model.group ? <Stepper value={model.quantity} max={max} disabled={model.busy} onChange={model.setQuantity} /> : null}
          {model.group ? <Text className="jk-caption jk-text-3">{w.oneSeat}</Text> : null}
        </View>
        {quote?.priceKind === 'flash' && deal.flash?.regularPriceFen ? <View className="jk-caption jk-text-3 jk-num">{w.usual(money(deal.flash.regularPriceFen))}</View> : null}
      </View>
    </View>
  );
}

function Kind({ quote }: { quote: Quote }) {
  const t = useT(texts);
  if (quote.priceKind === 'single') return null;
  const word = quote.group ? (isLadder(quote.group) ? t.seatsFrom : t.seats)(quote.group.minSize) : quote.priceKind === 'flash' ? t.flash : t.offPeak;
  return <Tag tone="price" className="checkout__kind">{word}</Tag>;
}

/** Succeeds from its first tier on, whose price everyone pays first. */
const isLadder = (group: NonNullable<Quote['group']>): boolean => group.minSize < group.size;

function RefusalCard({ model }: { model: Model }) {
  const { refusal, deal } = model;
  if (!refusal) return null;
  const go = (way: Way) => {
    if (way.do === 'group') model.goTo({ groupId: way.groupId });
    if (way.do === 'open') model.goTo({ open: true });
    if (way.do === 'single') model.goTo(undefined);
    if (way.do === 'seeGroup') openPage('group', { id: way.groupId });
    if (way.do === 'quantity') model.setQuantity(way.count);
    if (way.do === 'orders') openTab('orders');
    if (way.do === 'shop') openPage('shop', { id: deal.data?.stores[0]?.storeId });
    if (way.do === 'again') model.again();
  };
  return (
    <View className="checkout__refusal" {...a11y({ role: 'alert' })}>
      <Icon name="alert" size={20} />
      <View className="jk-grow checkout__refused">
        <View className="jk-strong jk-semibold">{refusal.title}</View>
        <View className="jk-label checkout__shop">{refusal.text}</View>
        {refusal.ways.length > 0 ? (
          <View className="checkout__ways">
            {refusal.ways.map(({ text, way }) => <Button key={text} size="s" kind="outline" className="checkout__way" onClick={() => go(way)}>{text}</Button>)}
          </View>
        ) : null}
      </View>
    </View>
  );
}

/** Coupons for this deal that the person may still claim. */
function MoreCoupons({ dealId, count }: { dealId: string; count: number }) {
  const t = useT(texts);
  return (
    <Touchable className="checkout__more" role="link" onClick={() => openPage('couponCentre', { deal: dealId })}>
      <Text className="jk-grow">{t.moreCoupons(count)}</Text>
      <Icon name="chevron-right" size={14} />
    </Touchable>
  );
}

/** `usualFen`: what one costs outside the flash sale. */
function Bill({ quote, priced, usualFen }: { quote: Quote; priced: PricedStack; usualFen: number | null }) {
  const t = useT(texts);
  const c = useT(trade);
  const s = useT(stackTexts);
  const language = useLanguage();
  const { sharer, group, quantity, singlePriceFen } = quote;
  const nameOf = ({ kind, couponId }: PricedStack['lines'][number]['parts'][number]) => {
    if (kind === 'price') return group ? t.seatPrice(group.minSize) : { single: c.priceLine, group: c.groupLine, flash: c.flashLine, off_peak: c.offPeakLine }[quote.priceKind](quantity);
    if (kind === 'host_benefit') return c.hostBenefit;
    const coupon = quote.coupons.find((one) => one.couponId === couponId);
    if (coupon) return couponName(coupon, s, language);
    return sharer ? c.friendDiscount(sharer.person.name) : c.friendDiscountPlain;
  };
  const usual = quote.priceKind === 'flash' ? usualFen : null;
  const singleFen = (usual ?? singlePriceFen) * quantity;
  const isCheaper = quote.unitPriceFen * quantity < singleFen;
  const saved = isCheaper ? (usual ? t.lessUsual : t.less)(price(singleFen), money(singleFen - priced.payableFen)) : priced.savedFen > 0 ? t.saved(money(priced.savedFen)) : '';
  return (
    <PayBill note={saved} label={c.total} fen={priced.payableFen}>
      {priced.lines[0]!.parts.map((part, i) => <Line key={i} label={nameOf(part)} tone={part.amountFen < 0 ? 'price' : undefined}>{money(part.amountFen)}</Line>)}
    </PayBill>
  );
}

function Promises({ model, quote }: { model: Model; quote: Quote }) {
  const t = useT(texts);
  const c = useT(trade);
  const language = useLanguage();
  const { group, priceKind } = quote;
  const { sharer } = model;
  const flash = model.deal.data?.flash;
  const ends = !group ? '' : group.deadlineMs === null ? t.groupWithin(group.hours, group.minSize) : t.groupBy(dayTime(group.deadlineMs, language, quote.nowMs), group.minSize);
  return (
    <>
      <PaidBy hint={t.wechatPayHint} />
      {group?.isLastSeat ? <Note icon="clock">{t.lastSeat}</Note> : null}
      {group && isLadder(group) ? <Note icon="users">{t.ladderNote(group.size)}</Note> : null}
      {priceKind === 'off_peak' ? <Note icon="clock">{t.offPeakNote}</Note> : null}
      {priceKind === 'flash' && flash && flash.endsAtMs > quote.nowMs ? <Note icon="clock">{t.flashNote(soonTime(flash.endsAtMs, language, quote.nowMs))}</Note> : null}
      <Note icon="shield">{sentences(language, c.promiseLong, ends, group ? '' : t.validUntil(day(lastMoment(quote.validUntilMs), language)))}</Note>
      {sharer && sharer.rebateFen > 0 ? <Note icon="rebate">{t.rebateNote(sharer.person.name, money(sharer.rebateFen))}</Note> : null}
    </>
  );
}

function Bar({ model, priced }: { model: Model; priced: PricedStack }) {
  const t = useT(texts);
  const language = useLanguage();
  const { data: deal } = model.deal;
  const startsAtMs = deal?.flash?.startsAtMs ?? 0;
  // The button wakes up by itself when the sale begins.
  useLeft(startsAtMs, () => void model.deal.refresh());
  const closed = deal ? closedBy(deal, serverNow()) : '';
  const blocked = { '': '', soon: soonTime(startsAtMs, language, serverNow()), soldOut: t.soldOut, ended: t.ended }[closed];
  return (
    <PayBar
      fen={priced.payableFen}
      note={priced.savedFen > 0 ? t.saved(money(priced.savedFen)) : ''}
      sub={closed === 'soon' ? t.starts : undefined}
      loading={model.busy || model.quote.refreshing}
      disabled={blocked !== '' || (!model.fits && !model.quote.refreshing)}
      onSubmit={() => void model.submit()}
    >
      {blocked || t.submit}
    </PayBar>
  );
}
