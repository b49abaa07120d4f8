// One order: how it stands in a sentence about the money, its vouchers, its bill, and the ways on.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Countdown } from '@/components/countdown';
import { ErrorState } from '@/components/error-state';
import { GroupProgress } from '@/components/group-progress';
import { paidPlaces, overOf } from '@/components/group-progress/logic';
import { Icon } from '@/components/icon';
import { Line, List, ListRow } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { CardSkeleton } from '@/components/skeleton';
import { Tag } from '@/components/tag';
import { Touchable } from '@/components/touchable';
import { texts as common } from '@/i18n/common';
import { day, dayTime, money } from '@/i18n/format';
import { texts as groupWords } from '@/i18n/group-words';
import { texts as groupTexts } from '@/i18n/groups';
import { texts } from '@/i18n/orders';
import { texts as trade } from '@/i18n/trade';
import { useT } from '@/i18n';
import { copyText } from '@/platform';
import { toast } from '@/state/overlays';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { lastMoment, orderStatus, voucherTone, voucherWord, type Order, type StatusKey } from '@/state/trade';
import { useOrder } from './model';
import { RefundSheet } from './refund-sheet';
import './index.scss';

export default function OrderPage() {
  const t = useT(texts);
  const s = useT(trade);
  const model = useOrder();
  const { order, ready } = model;
  const data = order.data;
  const status = data ? orderStatus(data.row, serverNow()).key : null;
  return (
    <Page
      title={t.title}
      className="order"
      bottom={data && status ? <Bar order={data} model={model} status={status} /> : undefined}
      overlays={data ? <RefundSheet order={data} refund={model.refund} /> : null}
    >
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {ready && order.error && !data ? <ErrorState error={order.error} place="page" onRetry={order.refresh} exit={{ text: t.listTitle, onClick: () => openTab('orders') }} /> : null}
      {order.loading ? <><CardSkeleton lines={2} /><CardSkeleton lines={3} /></> : null}
      {data && status ? (
        <>
          <Head order={data} status={status} onEnd={order.refresh} />
          {model.payCancelled && data.canPay ? <NoticeStrip tone="warn">{s.payCancelled}</NoticeStrip> : null}
          {order.error ? <ErrorState error={order.error} onRetry={order.refresh} /> : null}
          <Together order={data} status={status} />
          <Deal order={data} />
          <Group order={data} />
          <Vouchers order={data} />
          <Refunds order={data} />
          <Bill order={data} />
          <Stores order={data} />
          <Sharer order={data} />
        </>
      ) : null}
    </Page>
  );
}

function Head({ order, status, onEnd }: { order: Order; status: StatusKey; onEnd: () => Promise<void> }) {
  const t = useT(texts);
  const s = useT(trade);
  const words: Record<StatusKey, [string, string]> = {
    unpaid: [t.statusUnpaid, ''],
    forming: formingWords(order, t),
    usable: [order.row.fulfilment === 'pickup' ? t.statusPickup : t.statusUsable, s.promise],
    used: [t.statusCompleted, ''],
    completed: [t.statusCompleted, ''],
    cancelled: [t.statusCancelled, t.statusCancelledBody],
    expiredUnpaid: [t.statusExpired, t.statusExpiredBody],
    refunding: [t.statusRefunding, t.statusRefundingBody],
    refunded: [t.statusRefunded, t.statusRefundedBody],
    partRefunded: [s.partRefunded, t.refundedSoFar(money(order.row.refundedFen))],
    afterSale: [t.statusAfterSale, t.statusAfterSaleBody],
    voucherExpired: [t.statusExpiredVoucher, t.statusExpiredVoucherBody],
  };
  const [title, body] = words[status];
  const group = status === 'forming' ? order.row.group : null;
  return (
    <View className="order__head">
      <View className="jk-title-2">{title}</View>
      {status === 'unpaid' ? (
        <View className="jk-label jk-text-2 order__head-body">
          <Countdown untilMs={order.row.expiresAtMs} ended={s.expiredUnpaid} onEnd={() => void onEnd()} />
          <Text>{` ${t.untilPay}`}</Text>
        </View>
      ) : null}
      {group?.deadlineMs && group.state === 'open' ? (
        <View className="jk-label jk-text-2 order__head-body">
          <Countdown untilMs={group.deadlineMs} ended={t.statusClosing} onEnd={() => void onEnd()} />
        </View>
      ) : null}
      {body ? <View className="jk-label jk-text-2 order__head-body">{body}</View> : null}
    </View>
  );
}

function formingWords({ row: { group } }: Order, t: { statusClosing: string; statusFormingBody: string; statusFormingEnough: string; statusForming: (count: number) => string }): [string, string] {
  if (!group || group.state === 'closing') return [t.statusClosing, t.statusFormingBody];
  const missing = group.minSize - group.confirmed;
  return [missing > 0 ? t.statusForming(missing) : t.statusFormingEnough, t.statusFormingBody];
}

/** The group that this order is a seat of. */
function Group({ order }: { order: Order }) {
  const t = useT(texts);
  const g = useT(groupWords);
  const { group } = order.row;
  if (!group) return null;
  return (
    <Touchable className="jk-card jk-block jk-row order__group" role="link" onClick={() => openPage('group', { id: group.groupId })}>
      <GroupProgress kind="inline" places={paidPlaces(group)} over={overOf(group.state)} />
      <View className="jk-grow jk-label jk-ell order__group-words">{t.groupOf(Math.max(group.minSize, group.confirmed), order.row.quantity)}</View>
      <Text className="jk-label jk-text-2">{group.state === 'succeeded' ? g.succeeded : t.groupRow}</Text>
      <Icon name="chevron-right" size={14} color="var(--text-3)" />
    </Touchable>
  );
}

/** One of several orders of one payment: unpaid it goes with them, paid it goes its own way. */
function Together({ order: { row }, status }: { order: Order; status: StatusKey }) {
  const s = useT(trade);
  const { purchaseId } = row;
  if (!purchaseId || status !== 'unpaid') return null;
  return <NoticeStrip tone="info" icon="info" onClick={() => openPage('purchase', { id: purchaseId })}>{s.together}</NoticeStrip>;
}

function Deal({ order }: { order: Order }) {
  const s = useT(trade);
  const { row } = order;
  return (
    <Touchable className="jk-card order__deal" role="link" onClick={() => openPage('deal', { id: row.dealId })}>
      <Picture src={row.pictureUrl} width={72} height={72} radius={10} />
      <View className="order__what">
        <View className="jk-strong jk-semibold">{row.title}</View>
        <View className="jk-caption jk-text-2 jk-ell order__gap">{`${row.merchantName} · ${row.storeName}`}</View>
        <View className="jk-between order__gap-8">
          <PriceTag fen={row.unitPriceFen} size="s" tone="ink" exact />
          {row.fulfilment === 'pickup' ? <Tag tone="brand" className="order__tag">{s.pickup}</Tag> : null}
          <Text className="jk-label jk-text-2 jk-num order__times">{`× ${row.quantity}`}</Text>
        </View>
      </View>
    </Touchable>
  );
}

function Vouchers({ order }: { order: Order }) {
  const t = useT(texts);
  const s = useT(trade);
  const language = useLanguage();
  if (order.vouchers.length === 0) return null;
  const isPickup = order.row.fulfilment === 'pickup';
  const noteOf = (voucher: Order['vouchers'][number]) => {
    if (voucher.state === 'redeemed') return voucher.redeemedAtMs === null ? s.used : t.usedAt(dayTime(voucher.redeemedAtMs, language, serverNow()), voucher.redeemedAt ?? '');
    if (voucher.state === 'refunding') return t.backOnWay;
    if (voucher.state === 'refunded') return t.backDone;
    if (voucher.state === 'expired') return t.statusExpiredVoucherBody;
    return t.before(day(lastMoment(voucher.validUntilMs), language, serverNow()));
  };
  return (
    <List title={isPickup ? t.pickupCodes : t.vouchers}>
      {order.vouchers.map((voucher, i) => (
        <ListRow
          key={voucher.voucherId}
          title={<View className="jk-row"><Text className="jk-num">{t.voucherNo(i + 1)}</Text><Tag tone={voucherTone(voucher.state)} className="order__tag">{s[voucherWord[voucher.state]]}</Tag></View>}
          note={noteOf(voucher)}
          value={money(voucher.paidFen)}
          onClick={() => openPage('voucher', { id: voucher.voucherId })}
        />
      ))}
    </List>
  );
}

function Refunds({ order }: { order: Order }) {
  const t = useT(texts);
  const s = useT(trade);
  const language = useLanguage();
  if (order.refunds.length === 0) return null;
  const words = { requested: s.afterSale, accepted: s.refunding, sent: s.refunding, stuck: s.stuck, declined: s.declined, succeeded: s.refunded } as const;
  return (
    <List title={t.refunds}>
      {order.refunds.map((refund) => (
        <ListRow
          key={refund.refundId}
          title={t.refundRow(money(refund.amountFen))}
          note={t.requestedAt(dayTime(refund.requestedAtMs, language, serverNow()))}
          value={words[refund.state]}
          onClick={() => openPage('refund', { id: refund.refundId })}
        />
      ))}
    </List>
  );
}

function Bill({ order }: { order: Order }) {
  const t = useT(texts);
  const s = useT(trade);
  const c = useT(common);
  const language = useLanguage();
  const { row, sharer } = order;
  const priceLines = { single: s.priceLine, group: s.groupLine, flash: s.flashLine, off_peak: s.offPeakLine };
  const nameOf = ({ kind, title }: Order['quote'][number]) => {
    if (kind === 'price') return priceLines[row.priceKind](row.quantity);
    if (kind === 'host_benefit') return s.hostBenefit;
    if (kind === 'friend_discount') return sharer ? s.friendDiscount(sharer.person.name) : s.friendDiscountPlain;
    return title ?? '';
  };
  const copy = async () => {
    if (await copyText(row.orderId)) toast(c.copied, 'ok');
  };
  return (
    <View className="jk-card jk-block">
      <View className="jk-title-3">{t.bill}</View>
      {order.quote.map((line, i) => (
        <Line key={i} label={nameOf(line)} tone={line.amountFen < 0 ? 'price' : undefined}>{money(line.amountFen)}</Line>
      ))}
      <Line label={order.paidAtMs === null ? s.total : s.paid} tone="strong">{money(row.payableFen)}</Line>
      {row.refundedFen > 0 ? <Line label={s.refunded}>{money(-row.refundedFen)}</Line> : null}
      <View className="jk-hr order__hr" />
      <Line label={t.placedAt}>{dayTime(row.placedAtMs, language, serverNow())}</Line>
      {order.paidAtMs !== null ? <Line label={t.paidAt}>{dayTime(order.paidAtMs, language, serverNow())}</Line> : null}
      {row.purchaseId && order.paidAtMs !== null ? (
        <Touchable className="order__with" role="link" onClick={() => openPage('purchase', { id: row.purchaseId as string })}><Text>{s.seeTogether}</Text><Icon name="chevron-right" size={14} /></Touchable>
      ) : null}
      <Line label={t.orderNo}>
        <Touchable className="order__no" label={`${t.copyNo} ${row.orderId}`} onClick={copy}>
          <Text className="order__no-text">{row.orderId}</Text>
          <Icon name="copy" size={14} className="order__copy" />
        </Touchable>
      </Line>
    </View>
  );
}

function Stores({ order }: { order: Order }) {
  const t = useT(texts);
  if (order.stores.length === 0) return null;
  return (
    <List title={order.row.fulfilment === 'pickup' ? t.pickupStores : t.stores}>
      {order.stores.map((store) => <ListRow key={store.storeId} title={store.name} note={store.address} onClick={() => openPage('shop', { id: store.storeId })} />)}
    </List>
  );
}

function Sharer({ order }: { order: Order }) {
  const t = useT(texts);
  const { sharer } = order;
  if (!sharer || sharer.rebateFen <= 0) return null;
  const { name, avatarUrl } = sharer.person;
  const amount = money(sharer.rebateFen);
  const words = {
    expected: t.rewardExpected(name, amount), pending: t.rewardPending(name, amount), available: t.rewardAvailable(name, amount),
    cancelled: t.rewardLost(name), clawed_back: t.rewardLost(name),
  }[sharer.state];
  return (
    <View className="jk-card jk-block jk-row">
      <Avatar src={avatarUrl} name={name} size={32} />
      <Text className="jk-label jk-grow order__sharer">{words}</Text>
    </View>
  );
}

function Bar({ order, model, status }: { order: Order; model: ReturnType<typeof useOrder>; status: StatusKey }) {
  const t = useT(texts);
  const gl = useT(groupTexts);
  const s = useT(trade);
  const { purchaseId } = order.row;
  if (purchaseId && status === 'unpaid') return <Button grow onClick={() => openPage('purchase', { id: purchaseId })}>{s.toTogether}</Button>;
  if (order.canPay && status === 'unpaid') {
    return (
      <>
        <Button kind="outline" grow disabled={model.busy !== ''} onClick={() => void model.cancel()}>{s.cancelOrder}</Button>
        <Button grow className="order__second" loading={model.busy === 'pay'} disabled={model.busy === 'cancel'} onClick={() => void model.pay()}>{s.pay}</Button>
      </>
    );
  }
  const { group } = order.row;
  if (status === 'forming' && group?.state === 'open') {
    return (
      <>
        {group.canLeave ? <Button kind="outline" grow onClick={() => void model.leave({ groupId: group.groupId, isHost: group.isHost, paidFen: order.row.payableFen })}>{gl.leave}</Button> : null}
        <Button grow icon="share" className="order__second" onClick={() => openPage('group', { id: group.groupId, share: 1 })}>{gl.invite}</Button>
      </>
    );
  }
  if (status === 'forming' && group) return <Button kind="tint" grow onClick={() => openPage('group', { id: group.groupId })}>{t.groupRow}</Button>;
  if (order.refundableFen > 0) {
    return (
      <>
        <Button kind="outline" grow onClick={model.refund.show}>{s.askRefund}</Button>
        <Button grow icon="qr" className="order__second" onClick={() => openPage('voucher', { id: order.row.firstVoucherId ?? order.vouchers[0]?.voucherId ?? '' })}>{order.row.fulfilment === 'pickup' ? s.showPickup : s.showCode}</Button>
      </>
    );
  }
  return <Button kind="tint" grow onClick={() => openPage('deal', { id: order.row.dealId })}>{t.again}</Button>;
}
