// The deal's ways on: alone, or opening a group; before a flash sale when it starts; afterwards why not.
import { View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/deal';
import { money, price, soonTime } from '@/i18n/format';
import { openPage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { AddToCart, CartTile, goesInCart } from './cart';
import type { Deal } from './model';
import { closedBy, offerOf } from './price';
import './bar.scss';

interface Props {
  deal: Deal;
  friend: boolean;
  /** the share that brought the person, for the cart */
  token: string | undefined;
  landing: boolean;
  /** leads into the mini-program instead of buying here */
  weapp: boolean;
  busy: boolean;
  onShare: () => void;
  onBuy: (how?: { open?: 1 }) => void;
  onWeapp: () => void;
}

export function Bar({ deal, friend, token, landing, weapp, busy, onShare, onBuy, onWeapp }: Props) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  const { aloneFen, aloneKind, openFen, groupSize } = offerOf(deal, friend);
  const closed = closedBy(deal, serverNow());
  const [store] = deal.stores;
  const cart = !weapp && goesInCart(deal);
  const two = closed === '' && !weapp && openFen !== null;
  if (closed !== '') {
    const why = closed === 'soon' && deal.flash ? t.flashStartsButton(soonTime(deal.flash.startsAtMs, language, serverNow())) : closed === 'soldOut' ? c.soldOut : c.ended;
    const regular = closed === 'soon' ? null : deal.flash?.regular;
    return (
      <>
        <Tile icon="share" text={t.share} onClick={onShare} />
        <Button grow disabled className={regular ? 'deal-bar__alone' : ''}>{why}</Button>
        {regular ? <Button grow sub={t.seeRegular} onClick={() => openPage('deal', { id: regular.dealId })}>{price(regular.priceFen)}</Button> : null}
      </>
    );
  }
  return (
    <>
      {landing && store && !two && !cart ? <Button kind="outline" className="deal-bar__shop" onClick={() => openPage('shop', { id: store.storeId })}>{t.seeShop}</Button> : null}
      {landing && store && (two || cart) ? <Tile icon="shop" text={t.store} onClick={() => openPage('shop', { id: store.storeId })} /> : null}
      {landing && store ? null : <Tile icon="share" text={t.share} onClick={onShare} />}
      {cart ? <CartTile /> : null}
      {cart ? <AddToCart deal={deal} token={token} /> : null}
      {weapp ? <Button grow loading={busy} onClick={onWeapp}>{t.buyInWeapp}</Button> : null}
      {two ? (
        <>
          <Button kind="tint" grow sub={t.buyAlone} className="deal-bar__alone" onClick={() => onBuy()}>{price(aloneFen)}</Button>
          <Button grow sub={t.openGroup(groupSize)} onClick={() => onBuy({ open: 1 })}>{price(openFen)}</Button>
        </>
      ) : null}
      {!weapp && !two && landing && !cart ? <Button grow onClick={() => onBuy()}>{t.buyAt(money(aloneFen))}</Button> : null}
      {!weapp && !two && (cart || !landing) ? <Button grow className={cart ? 'deal-bar__buy' : ''} sub={aloneKind === 'flash' ? t.flashBuy : t.buyNow} onClick={() => onBuy()}>{price(aloneFen)}</Button> : null}
    </>
  );
}

function Tile({ icon, text, onClick }: { icon: 'share' | 'shop'; text: string; onClick: () => void }) {
  return (
    <Touchable className="deal-bar__share" onClick={onClick}>
      <Icon name={icon} size={24} />
      <View className="deal-bar__word">{text}</View>
    </Touchable>
  );
}
