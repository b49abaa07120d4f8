// The cart: lines by merchant, what each costs now and why some cannot be paid, and one button for what is chosen.
import { Text, View } from '@tarojs/components';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Icon } from '@/components/icon';
import { NeedLogin } from '@/components/need-login';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { ShopLogo } from '@/components/shop-logo';
import { CardSkeleton } from '@/components/skeleton';
import { Stepper } from '@/components/stepper';
import { Tag } from '@/components/tag';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts } from '@/i18n/cart';
import { money, shopName } from '@/i18n/format';
import type { CartLine } from '@/state/cart';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { Tick } from '../../components/tick';
import { byMerchant, isBuyable, mostOf, sumFen, type MerchantLines } from '../../logic';
import { useCart } from './model';
import './index.scss';

type Model = ReturnType<typeof useCart>;

export default function CartPage() {
  const t = useT(texts);
  const model = useCart();
  const { ready, cart, lines, takenOut } = model;
  const isEmpty = cart.data !== null && lines.length === 0;
  return (
    <Page title={t.title} className="cart" bottom={ready && lines.length > 0 ? <Bar model={model} /> : undefined}>
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {ready && cart.error && !cart.data ? <ErrorState place="page" error={cart.error} onRetry={cart.refresh} exit={{ text: t.discover, onClick: () => openTab('discover') }} /> : null}
      {ready && cart.loading ? <><CardSkeleton lines={3} /><CardSkeleton lines={3} /></> : null}
      {cart.error && cart.data ? <ErrorState error={cart.error} onRetry={cart.refresh} /> : null}
      {takenOut ? <NoticeStrip tone="info" icon="trash" action={t.putBack} onClick={() => void model.putBack()}>{t.takenOut(takenOut.title)}</NoticeStrip> : null}
      {isEmpty ? <EmptyState place="page" title={t.emptyTitle} text={t.emptyText} action={t.discover} onAction={() => openTab('discover')} /> : null}
      {lines.length > 0 ? <Head model={model} /> : null}
      {byMerchant(lines).map((group) => <Merchant key={group.merchantId} group={group} model={model} />)}
    </Page>
  );
}

function Head({ model }: { model: Model }) {
  const t = useT(texts);
  const { lines, chosen, choose } = model;
  const buyable = lines.filter(isBuyable);
  const isAll = buyable.length > 0 && chosen.length === buyable.length;
  return (
    <View className="cart__head">
      <Tick label={t.all} on={isAll} disabled={buyable.length === 0} onClick={() => choose(buyable, !isAll)} />
      <Text className="jk-label" aria-hidden="true">{t.all}</Text>
      <Text className="jk-label jk-text-3 jk-num cart__count">{t.count(lines.length)}</Text>
    </View>
  );
}

function Merchant({ group, model }: { group: MerchantLines<CartLine>; model: Model }) {
  const t = useT(texts);
  const { chosen, choose } = model;
  const buyable = group.lines.filter(isBuyable);
  const isAll = buyable.length > 0 && buyable.every((line) => chosen.includes(line));
  return (
    <View className="jk-card cart__shop">
      <View className="jk-row">
        <Tick label={t.allOf(group.merchantName)} on={isAll} disabled={buyable.length === 0} onClick={() => choose(buyable, !isAll)} />
        <ShopLogo name={group.merchantName} ink={group.lines[0]?.logoInk ?? ''} size="s" />
        <View className="jk-strong jk-ell cart__name">{group.merchantName}</View>
      </View>
      {group.lines.map((line) => <LineRow key={line.dealId} line={line} on={chosen.includes(line)} model={model} />)}
    </View>
  );
}

function LineRow({ line, on, model }: { line: CartLine; on: boolean; model: Model }) {
  const t = useT(texts);
  const language = useLanguage();
  const isGone = line.problem === 'sold_out' || line.problem === 'not_on_sale';
  return (
    <View className="cart__line">
      <Tick label={t.pick(line.title)} on={on} disabled={!isBuyable(line)} onClick={() => model.choose([line], !on)} />
      <View className={isGone ? 'cart__faded' : ''}><Picture src={line.pictureUrl} width={72} height={72} radius={10} /></View>
      <View className="cart__what">
        <View className="cart__top">
          <Touchable className="jk-grow cart__title" role="link" onClick={() => openPage('deal', { id: line.dealId, s: line.shareToken ?? undefined })}>
            <View className="jk-strong jk-semibold jk-2lines">{line.title}</View>
            <View className="jk-caption jk-text-2 jk-ell cart__gap">{shopName(line.merchantName, line.storeName, language)}</View>
          </Touchable>
          <Touchable className="cart__out" label={t.takeOut(line.title)} onClick={() => void model.takeOut(line)}><Icon name="trash" size={18} /></Touchable>
        </View>
        <View className="cart__tags">
          <Tag tone={line.fulfilment === 'pickup' ? 'brand' : 'grey'}>{line.fulfilment === 'pickup' ? t.pickup : t.voucher}</Tag>
          {line.priceKind === 'off_peak' ? <Tag tone="ok" className="cart__tag">{t.offPeak}</Tag> : null}
        </View>
        <View className="cart__buy">
          <PriceTag fen={line.unitPriceFen} size="s" tone={isGone ? 'muted' : 'price'} exact />
          {isGone ? null : <View className="cart__stepper"><Stepper value={line.quantity} max={mostOf(line)} onChange={(quantity) => void model.change(line.dealId, quantity)} /></View>}
        </View>
        <Remarks line={line} said={model.said[line.dealId]} onTake={(quantity) => void model.change(line.dealId, quantity)} />
      </View>
    </View>
  );
}

/** What must be known about a line before it is paid. */
function Remarks({ line, said, onTake }: { line: CartLine; said: string | undefined; onTake: (quantity: number) => void }) {
  const t = useT(texts);
  const { wasFen, unitPriceFen, problem, available } = line;
  const problems = { sold_out: t.soldOut, few_left: t.fewLeft(available), not_on_sale: t.notOnSale, limit: t.limit(line.maxQuantity) };
  return (
    <>
      {wasFen !== null && wasFen < unitPriceFen ? <View className="cart__remark jk-text-price">{t.dearer(money(wasFen), money(unitPriceFen - wasFen))}</View> : null}
      {wasFen !== null && wasFen > unitPriceFen ? <View className="cart__remark jk-text-ok">{t.cheaper(money(wasFen), money(wasFen - unitPriceFen))}</View> : null}
      {line.priceKind === 'off_peak' ? <View className="cart__remark jk-text-2">{t.offPeakNote}</View> : null}
      {line.sharerName ? <View className="cart__remark jk-text-2">{t.sharedBy(line.sharerName)}</View> : null}
      {problem ? (
        <View className="cart__problem">
          <Text className="cart__problem-text">{problems[problem]}</Text>
          {problem === 'few_left' ? <Touchable className="cart__take" onClick={() => onTake(available)}>{t.takeFew(available)}</Touchable> : null}
        </View>
      ) : null}
      {said ? <View className="cart__remark cart__said" role="alert">{said}</View> : null}
    </>
  );
}

function Bar({ model }: { model: Model }) {
  const t = useT(texts);
  const { chosen, isBusy } = model;
  return (
    <>
      <View className="cart__amount">
        <PriceTag fen={sumFen(chosen)} size="l" exact />
        <View className="jk-caption jk-text-3 cart__note">{chosen.length > 0 ? t.sumNote : t.noneNote}</View>
      </View>
      <Button className="cart__pay" disabled={chosen.length === 0} loading={isBusy} onClick={model.checkout}>{t.toCheckout(chosen.length)}</Button>
    </>
  );
}
