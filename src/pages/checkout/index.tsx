// Checkout: what is bought, what it costs line by line, the promise, and one button.
import { Text, View } from '@tarojs/components';
import type { Answer } from '@/api';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Icon } from '@/components/icon';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { Note, NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { CardSkeleton } from '@/components/skeleton';
import { Stepper } from '@/components/stepper';
import { texts } from '@/i18n/checkout';
import { day, money, sentences, shopName } from '@/i18n/format';
import { texts as trade } from '@/i18n/trade';
import { useT } from '@/i18n';
import { openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { lastMoment } from '@/state/trade';
import { useCheckout } from './model';
import { seatExit, SeatNote } from './seat';
import './index.scss';

type Quote = Answer<'quoteOrder'>;
type Deal = Answer<'getDeal'>;

export default function Checkout() {
  const t = useT(texts);
  const model = useCheckout();
  const { deal, quote, ready } = model;
  const blocked = deal.data ? (!deal.data.isOnSale ? t.ended : deal.data.available <= 0 ? t.soldOut : '') : '';
  return (
    <Page title={t.title} className="checkout" bottom={ready && quote.data ? <Bar model={model} quote={quote.data} blocked={blocked} /> : undefined}>
      {!model.dealId ? <ErrorState place="page" error={{ code: 'NOT_FOUND', message: t.noDeal, retry: 'never' }} /> : null}
      {deal.error && !deal.data ? <ErrorState error={deal.error} place="page" onRetry={deal.refresh} /> : null}
      {deal.loading ? <CardSkeleton lines={2} /> : null}
      {deal.data ? <DealRow deal={deal.data} model={model} /> : null}
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {model.notice ? <NoticeStrip tone="warn">{model.notice}</NoticeStrip> : null}
      {ready && quote.error ? <ErrorState error={quote.error} onRetry={quote.refresh} exit={seatExit(quote.error, model.dealId, t) ?? { text: t.toOrder, onClick: () => openTab('orders') }} /> : null}
      {ready && quote.loading && !quote.error ? <CardSkeleton lines={3} /> : null}
      {ready && quote.data ? <Bill quote={quote.data} /> : null}
      {ready && quote.data ? <SeatNote quote={quote.data} /> : null}
    </Page>
  );
}

function DealRow({ deal, model }: { deal: Deal; model: ReturnType<typeof useCheckout> }) {
  const t = useT(trade);
  const language = useLanguage();
  const first = deal.stores[0];
  const max = Math.max(1, Math.min(model.quote.data?.maxQuantity ?? 1, deal.available || 1));
  return (
    <View className="jk-card checkout__deal">
      <Picture src={deal.pictureUrls[0] ?? ''} width={72} height={72} radius={10} />
      <View className="checkout__what">
        <View className="jk-strong jk-semibold jk-2lines">{deal.title}</View>
        <View className="jk-caption jk-text-2 jk-ell checkout__shop">{(deal.fulfilment === 'pickup' ? t.pickupAt : String)(t.moreStores(first ? shopName(deal.merchantName, first.name, language) : deal.merchantName, deal.stores.length))}</View>
        <View className="checkout__buy">
          <PriceTag fen={model.quote.data?.unitPriceFen ?? deal.priceFen} size="s" exact />
          {model.ready ? <Stepper value={model.quantity} max={max} disabled={model.busy} onChange={model.setQuantity} /> : null}
        </View>
      </View>
    </View>
  );
}

function Bill({ quote }: { quote: Quote }) {
  const t = useT(texts);
  const c = useT(trade);
  const language = useLanguage();
  const { sharer } = quote;
  const priceLines = { single: c.priceLine, group: c.groupLine, flash: c.flashLine, off_peak: c.offPeakLine };
  const nameOf = ({ kind, title }: Quote['lines'][number]) => {
    if (kind === 'price') return priceLines[quote.priceKind](quote.quantity);
    if (kind === 'host_benefit') return c.hostBenefit;
    if (kind !== 'friend_discount') return title ?? '';
    return sharer ? c.friendDiscount(sharer.person.name) : c.friendDiscountPlain;
  };
  return (
    <>
      <View className="jk-card jk-block checkout__bill">
        {quote.lines.map((line, i) => (
          <Line key={i} label={nameOf(line)} tone={line.amountFen < 0 ? 'price' : undefined}>{money(line.amountFen)}</Line>
        ))}
        <View className="jk-hr checkout__hr" />
        <View className="checkout__total">
          <View className="jk-caption jk-text-3 jk-num">{quote.savedFen > 0 ? t.saved(money(quote.savedFen)) : ''}</View>
          <View className="checkout__sum">
            <Text className="jk-strong checkout__word">{c.total}</Text>
            <PriceTag fen={quote.payableFen} size="m" exact />
          </View>
        </View>
      </View>
      <View className="jk-card jk-block checkout__method">
        <Icon name="check-circle" size={20} color="var(--wechat)" />
        <Text className="jk-body checkout__wechat">{t.wechatPay}</Text>
        <Text className="jk-caption jk-text-3 checkout__hint">{t.wechatPayHint}</Text>
      </View>
      <Note icon="shield">{sentences(language, c.promiseLong, t.validUntil(day(lastMoment(quote.validUntilMs), language)))}</Note>
      {sharer && sharer.rebateFen > 0 ? <Note icon="rebate">{t.rebateNote(sharer.person.name, money(sharer.rebateFen))}</Note> : null}
    </>
  );
}

function Bar({ model, quote, blocked }: { model: ReturnType<typeof useCheckout>; quote: Quote; blocked: string }) {
  const t = useT(texts);
  return (
    <>
      <View className="checkout__amount">
        <PriceTag fen={quote.payableFen} size="l" exact />
        {quote.savedFen > 0 ? <View className="jk-caption jk-text-3 jk-num checkout__saved">{t.saved(money(quote.savedFen))}</View> : null}
      </View>
      <Button className="checkout__submit" loading={model.busy || model.quote.refreshing} disabled={blocked !== '' || (!model.fits && !model.quote.refreshing)} onClick={model.submit}>
        {blocked || t.submit}
      </Button>
    </>
  );
}
