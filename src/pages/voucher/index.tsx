// A voucher at the counter: the rotating code on a ticket, where and when it is valid, who shared it, and the way back.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Field } from '@/components/field';
import { Icon, type IconName } from '@/components/icon';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Sheet } from '@/components/sheet';
import { Touchable } from '@/components/touchable';
import { VoucherCard, VoucherSkeleton } from '@/components/voucher-card';
import { day, dayTime, money, shopName } from '@/i18n/format';
import { texts as trade } from '@/i18n/trade';
import { texts } from '@/i18n/voucher';
import { useT } from '@/i18n';
import { callPhone, openMap } from '@/platform';
import { openPage } from '@/state/pages';
import type { Voucher } from '@/state/kept-vouchers';
import { useLanguage } from '@/state/settings';
import { lastMoment, voucherTone, voucherWord } from '@/state/trade';
import { useVoucher } from './model';
import './index.scss';

type Model = ReturnType<typeof useVoucher>;

export default function VoucherPage() {
  const t = useT(texts);
  const model = useVoucher();
  const { voucher, ready } = model;
  const showsArt = voucher !== null || model.loading;
  return (
    <Page title={voucher && voucher.state !== 'issued' ? t.pastTitle : voucher?.fulfilment === 'pickup' ? t.pickupTitle : t.title} nav={showsArt ? 'pine' : 'ground'} className="voucher" overlays={voucher ? <AfterSaleSheet model={model} voucher={voucher} /> : null}>
      {showsArt ? <View className="voucher__pine" aria-hidden="true" /> : null}
      <View className="voucher__front">
        {!ready && !voucher ? <NeedLogin why={t.needLogin} /> : null}
        {!voucher && model.error ? <ErrorState error={model.error} place="page" onRetry={model.refresh} /> : null}
        {!voucher && model.loading ? <VoucherSkeleton /> : null}
        {voucher ? <Body voucher={voucher} model={model} /> : null}
      </View>
    </Page>
  );
}

function Body({ voucher, model }: { voucher: Voucher; model: Model }) {
  const t = useT(texts);
  return (
    <>
      <Pager voucher={voucher} onGo={model.go} />
      <Ticket voucher={voucher} isUnasked={model.error?.unknown === true} />
      {model.error?.unknown && voucher.secret && voucher.state === 'issued' ? <NoticeStrip tone="info" icon="wifi-off">{t.offline}</NoticeStrip> : null}
      {voucher.afterSale === 'wait' ? <NoticeStrip tone="info">{t.afterWait}</NoticeStrip> : null}
      <Stores voucher={voucher} />
      <Sharer voucher={voucher} />
      <Ways voucher={voucher} model={model} />
    </>
  );
}

function Pager({ voucher, onGo }: { voucher: Voucher; onGo: (step: number) => void }) {
  const t = useT(texts);
  const { index, of } = voucher.position;
  if (of < 2) return null;
  return (
    <View className="voucher__pager">
      <Touchable className={`voucher__turn ${index <= 1 ? 'voucher__turn--off' : ''}`} label={t.prev} disabled={index <= 1} onClick={() => onGo(-1)}><Icon name="chevron-left" size={20} /></Touchable>
      <Text className="jk-label jk-num voucher__page">{t.pager(index, of)}</Text>
      <Touchable className={`voucher__turn ${index >= of ? 'voucher__turn--off' : ''}`} label={t.next} disabled={index >= of} onClick={() => onGo(1)}><Icon name="chevron-right" size={20} /></Touchable>
    </View>
  );
}

function Ticket({ voucher, isUnasked }: { voucher: Voucher; isUnasked: boolean }) {
  const t = useT(texts);
  const s = useT(trade);
  const language = useLanguage();
  const now = serverNow();
  const date = (ms: number) => day(ms, language, now);
  const { secret, locator } = voucher;
  const code = voucher.state === 'issued' && secret && locator ? { secret, locator } : null;
  const only = voucher.stores.length === 1 ? voucher.stores[0] : undefined;
  return (
    <VoucherCard
      key={voucher.voucherId}
      voucherId={voucher.voucherId}
      merchantName={voucher.merchantName}
      logoInk={voucher.logoInk}
      shop={only ? shopName(voucher.merchantName, only.name, language) : voucher.merchantName}
      what={t.what(voucher.title)}
      state={{ text: s[voucherWord[voucher.state]], tone: voucherTone(voucher.state) }}
      code={code}
      instead={insteadOf(voucher, t, language, isUnasked)}
    >
      {voucher.fulfilment === 'pickup' ? <Line label={t.how}>{s.pickup}</Line> : null}
      <Line label={t.validity}>{t.range(date(voucher.validFromMs), date(lastMoment(voucher.validUntilMs)))}</Line>
      <Line label={t.hours}>{voucher.hoursText}</Line>
      <Line label={t.includes}><Text className="voucher__items">{voucher.items.map((item) => `${item.name}\u00a0×\u00a0${item.quantity}`).join(language === 'en' ? ', ' : '、')}</Text></Line>
      <Line label={s.paid}>{money(voucher.paidFen)}</Line>
    </VoucherCard>
  );
}

function insteadOf(voucher: Voucher, t: ReturnType<typeof useT<typeof texts.zh>>, language: ReturnType<typeof useLanguage>, isUnasked: boolean): { icon: IconName; title: string; text: string } | undefined {
  const now = serverNow();
  if (voucher.state === 'redeemed') {
    return { icon: 'check-circle', title: t.usedTitle(voucher.redeemedAtMs === null ? '' : dayTime(voucher.redeemedAtMs, language, now)), text: voucher.redeemedAt ? t.usedText(voucher.redeemedAt) : '' };
  }
  if (voucher.state === 'refunding') return { icon: 'refund', title: t.refundingTitle, text: t.refundingText };
  if (voucher.state === 'refunded') return { icon: 'refund', title: t.refundedTitle, text: t.refundedText };
  if (voucher.state === 'expired') return { icon: 'clock', title: t.expiredTitle(day(lastMoment(voucher.validUntilMs), language, now)), text: isUnasked ? t.overOffline : t.expiredText };
  return undefined;
}

function Stores({ voucher }: { voucher: Voucher }) {
  const t = useT(texts);
  return (
    <View className="jk-card jk-card--flush jk-block">
      {voucher.fulfilment === 'pickup' ? <View className="jk-title-3 voucher__where">{t.pickupWhere}</View> : null}
      {voucher.stores.map((store, i) => (
        <View key={store.storeId}>
          {i > 0 ? <View className="jk-hr voucher__hr" /> : null}
          <View className="voucher__store">
            <Touchable className="jk-grow voucher__at" role="link" onClick={() => openPage('shop', { id: store.storeId })}>
              <View className="jk-strong">{store.address}</View>
              <View className="jk-caption jk-text-3 jk-num jk-2lines voucher__gap">{voucher.stores.length > 1 ? `${store.name} · ${store.hoursText}` : store.name}</View>
            </Touchable>
            <Touchable className="voucher__round" label={t.mapOf(store.name)} onClick={() => openMap(store)}><Icon name="nav" size={20} /></Touchable>
            <Touchable className="voucher__round" label={t.callOf(store.name)} onClick={() => callPhone(store.phone)}><Icon name="phone" size={20} /></Touchable>
          </View>
        </View>
      ))}
    </View>
  );
}

function Sharer({ voucher }: { voucher: Voucher }) {
  const t = useT(texts);
  const { sharer } = voucher;
  if (!sharer || sharer.rebateFen <= 0 || voucher.state === 'refunding' || voucher.state === 'refunded' || voucher.state === 'expired') return null;
  const { name, avatarUrl } = sharer.person;
  const say = sharer.state === 'available' ? t.rebatePaid : sharer.state === 'pending' ? t.rebateUsed : voucher.position.of > 1 ? t.rebateAll : t.rebate;
  return (
    <View className="jk-card jk-block voucher__sharer">
      <Avatar src={avatarUrl} name={name} size={32} />
      <View className="jk-grow voucher__words">
        <View className="jk-label">{say(name, money(sharer.rebateFen))}</View>
        <View className="jk-caption jk-text-3 voucher__gap">{t.rebateWhy}</View>
      </View>
    </View>
  );
}

function Ways({ voucher, model }: { voucher: Voucher; model: Model }) {
  const t = useT(texts);
  const ways: { text: string; onClick: () => void }[] = [];
  if (voucher.state === 'issued') ways.push({ text: t.askRefund, onClick: () => openPage('order', { id: voucher.orderId, refund: 1, voucher: voucher.voucherId }) });
  if (voucher.afterSale === 'ask') ways.push({ text: t.afterSale, onClick: model.afterSale.show });
  const { refundId } = voucher;
  if (refundId) ways.push({ text: t.progress, onClick: () => openPage('refund', { id: refundId }) });
  ways.push({ text: t.seeOrder, onClick: () => openPage('order', { id: voucher.orderId }) });
  return (
    <View className="voucher__ways">
      {ways.map((way, i) => (
        <View key={way.text} className="jk-row">
          {i > 0 ? <View className="voucher__bar" aria-hidden="true" /> : null}
          <Touchable className="voucher__way" onClick={way.onClick}>{way.text}</Touchable>
        </View>
      ))}
    </View>
  );
}

function AfterSaleSheet({ model, voucher }: { model: Model; voucher: Voucher }) {
  const t = useT(texts);
  const { afterSale } = model;
  return (
    <Sheet
      open={afterSale.open}
      title={t.afterTitle}
      onClose={afterSale.close}
      footer={
        <>
          <Button kind="outline" grow disabled={afterSale.busy} onClick={afterSale.close}>{t.afterKeep}</Button>
          <Button kind="outline" grow className="voucher__second" loading={afterSale.busy} disabled={afterSale.reason.trim() === ''} onClick={() => void afterSale.submit()}>{t.afterSend}</Button>
        </>
      }
    >
      <View className="voucher__sheet">
        <View className="jk-label jk-text-2">{t.afterWhat(money(voucher.paidFen))}</View>
        <Field label={t.afterWhy} value={afterSale.reason} onInput={afterSale.setReason} lines={4} inSheet maxlength={500} placeholder={t.afterPlaceholder} error={afterSale.failure?.message} />
      </View>
    </Sheet>
  );
}
