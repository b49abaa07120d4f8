// Checkout of several things: what by merchant, the discounts, what it costs, the promise, and one button for one payment.
import { Text, View } from '@tarojs/components';
import type { PricedStack } from '@contract/best-combination';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { Note, NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { PaidBy, PayBar, PayBill } from '@/components/pay-bill';
import { Picture } from '@/components/picture';
import { CardSkeleton } from '@/components/skeleton';
import { StackCard } from '@/components/stack-card';
import { Tag } from '@/components/tag';
import { useT } from '@/i18n';
import { texts } from '@/i18n/cart';
import { money, sentences, shopName } from '@/i18n/format';
import { replacePage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { byMerchant, wayToPay } from '../../logic';
import { billOf, rebatesOf, type BillRow } from './bill';
import { usePurchaseCheckout, type Quote } from './model';
import './index.scss';

type Model = ReturnType<typeof usePurchaseCheckout>;

export default function PurchaseCheckout() {
  const t = useT(texts);
  const model = usePurchaseCheckout();
  const { ready, cart, quote, priced, lines, refusal } = model;
  const isShort = cart.data !== null && lines.length < 2;
  const whole = !isShort && quote.data && priced ? { quote: quote.data, priced } : null;
  return (
    <Page title={t.checkoutTitle} className="together" bottom={bottomOf()}>
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {ready && cart.error && !cart.data ? <ErrorState place="page" error={cart.error} onRetry={cart.refresh} exit={{ text: t.toCart, onClick: toCart }} /> : null}
      {refusal ? (
        <NoticeStrip tone="warn" action={refusal.dealId ? t.without : undefined} onClick={refusal.dealId ? () => model.without(refusal.dealId as string) : undefined}>{refusal.text}</NoticeStrip>
      ) : null}
      {model.staying.map((line) => <NoticeStrip key={line.dealId} tone="warn">{t.stays(line.title)}</NoticeStrip>)}
      {isShort && lines.length === 1 ? <NoticeStrip tone="info" icon="info">{t.onlyOne}</NoticeStrip> : null}
      {isShort && lines.length === 0 ? <EmptyState place="page" title={t.noneTitle} text={t.noneText} action={t.toCart} onAction={toCart} /> : null}
      {!isShort && quote.error && !refusal ? <ErrorState error={quote.error} onRetry={quote.refresh} exit={{ text: t.toCart, onClick: toCart }} /> : null}
      {ready && !whole && !isShort && !quote.error && !cart.error ? <><CardSkeleton lines={3} /><CardSkeleton lines={3} /></> : null}
      {whole ? <Items quote={whole.quote} /> : null}
      {whole && model.stack ? <StackCard lines={model.stackLines} coupons={whole.quote.coupons} nowMs={whole.quote.nowMs} stack={model.stack} onChoose={model.choose} disabled={model.busy} /> : null}
      {whole ? <Bill {...whole} /> : null}
    </Page>
  );

  function bottomOf() {
    if (whole) return <Bar model={model} {...whole} />;
    const way = isShort ? wayToPay(lines) : null;
    return way ? <Button grow onClick={() => replacePage(...way)}>{t.payOne}</Button> : undefined;
  }
}

/** Back to where it was opened from, or to the cart by its address. */
const toCart = () => replacePage('cart');

function Items({ quote }: { quote: Quote }) {
  const t = useT(texts);
  const language = useLanguage();
  return (
    <>
      {byMerchant(quote.items).map((group) => (
        <View key={group.merchantId} className="jk-card together__shop">
          <View className="jk-strong jk-ell">{group.merchantName}</View>
          {group.lines.map((item) => (
            <View key={item.dealId} className="together__item">
              <Picture src={item.pictureUrl} width={60} height={60} radius={10} />
              <View className="together__what">
                <View className="jk-strong jk-2lines">{item.title}</View>
                <View className="jk-caption jk-text-2 jk-ell together__gap">{shopName(item.merchantName, item.storeName, language)}</View>
                <View className="together__price">
                  <Tag tone={item.fulfilment === 'pickup' ? 'brand' : 'grey'} className="together__tag">{item.fulfilment === 'pickup' ? t.pickup : t.voucher}</Tag>
                  {item.priceKind === 'off_peak' ? <Tag tone="ok" className="together__tag">{t.offPeak}</Tag> : null}
                  <Text className="jk-label jk-num together__each">{t.each(money(item.unitPriceFen), item.quantity)}</Text>
                </View>
              </View>
            </View>
          ))}
        </View>
      ))}
    </>
  );
}

function Bill({ quote, priced }: { quote: Quote; priced: PricedStack }) {
  const t = useT(texts);
  const language = useLanguage();
  const nameOf = ({ kind, names }: BillRow) => {
    if (kind === 'price') return t.count(quote.items.length);
    return kind === 'friend' ? t.friendDiscount(names.join(t.and)) : names.join(t.and);
  };
  const hasPickup = quote.items.some((item) => item.fulfilment === 'pickup');
  return (
    <>
      <PayBill note={priced.savedFen > 0 ? t.saved(money(priced.savedFen)) : ''} label={t.sum} fen={priced.payableFen}>
        {billOf(quote, priced).map((row, i) => <Line key={i} label={nameOf(row)} tone={row.amountFen < 0 ? 'price' : undefined}>{money(row.amountFen)}</Line>)}
      </PayBill>
      <PaidBy hint={t.wechatPayHint} />
      <Note icon="shield">{sentences(language, t.promise, hasPickup ? t.pickupPromise : '')}</Note>
      {rebatesOf(quote.items).map((row) => <Note key={row.name} icon="rebate">{t.rebateNote(row.name, money(row.amountFen))}</Note>)}
    </>
  );
}

function Bar({ model, quote, priced }: { model: Model; quote: Quote; priced: PricedStack }) {
  const t = useT(texts);
  return (
    <PayBar
      fen={priced.payableFen}
      note={priced.savedFen > 0 ? t.saved(money(priced.savedFen)) : t.shops(byMerchant(quote.items).length)}
      loading={model.busy || model.quote.refreshing || model.cart.refreshing}
      disabled={!model.fits && !model.quote.refreshing}
      onSubmit={() => void model.submit()}
    >
      {t.submit}
    </PayBar>
  );
}
