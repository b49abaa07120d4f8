// 随时退: which vouchers, why, how much comes back and where; keeping and refunding weigh the same.
import { Text, View } from '@tarojs/components';
import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Icon } from '@/components/icon';
import { NoticeStrip } from '@/components/notice';
import { Sheet } from '@/components/sheet';
import { Touchable } from '@/components/touchable';
import { day, money } from '@/i18n/format';
import { texts } from '@/i18n/orders';
import { useT } from '@/i18n';
import { useLanguage } from '@/state/settings';
import { lastMoment, type Order } from '@/state/trade';
import type { useOrder } from './model';

type Refund = ReturnType<typeof useOrder>['refund'];

export function RefundSheet({ order, refund }: { order: Order; refund: Refund }) {
  const t = useT(texts);
  const language = useLanguage();
  const whys = [t.why1, t.why2, t.why3, t.why4];
  const ready = refund.picked.length > 0 && refund.why !== '';
  return (
    <Sheet
      open={refund.open}
      title={t.refundTitle}
      onClose={refund.close}
      footer={
        <>
          <Button kind="outline" grow disabled={refund.busy} onClick={refund.close}>{t.keep}</Button>
          <Button kind="danger" grow className="order__second" loading={refund.busy} disabled={!ready} onClick={() => void refund.submit()}>
            {refund.amountFen > 0 ? t.doRefund(money(refund.amountFen)) : t.doRefundNone}
          </Button>
        </>
      }
    >
      <View className="order__sheet">
        <View className="jk-label jk-text-2">{t.refundPick}</View>
        {order.vouchers.map((voucher, i) => {
          if (voucher.state !== 'issued') return null;
          const on = refund.picked.includes(voucher.voucherId);
          return (
            <Touchable key={voucher.voucherId} role="checkbox" checked={on} className="order__pick" onClick={() => refund.toggle(voucher.voucherId)}>
              <View className={`order__box ${on ? 'order__box--on' : ''}`}>{on ? <Icon name="check" size={14} /> : null}</View>
              <View className="jk-grow">
                <View className="jk-strong jk-ell">{`${t.voucherNo(i + 1)} · ${order.row.title}`}</View>
                <View className="jk-caption jk-text-3">{t.before(day(lastMoment(voucher.validUntilMs), language))}</View>
              </View>
              <Text className="jk-strong jk-num order__pick-amount">{money(voucher.paidFen)}</Text>
            </Touchable>
          );
        })}
        <View className="jk-label jk-text-2 order__why">{t.refundWhy}</View>
        <View className="order__chips">
          {whys.map((why) => <View key={why} className="order__chip"><Chip kind="choice" on={refund.why === why} onClick={() => refund.setWhy(why)}>{why}</Chip></View>)}
        </View>
        <View className="jk-caption jk-text-2 order__sum">{refund.amountFen > 0 ? t.refundSum(money(refund.amountFen)) : t.refundNone}</View>
        {refund.amountFen > 0 && refund.why === '' ? <View className="jk-caption jk-text-2 order__gap">{t.refundNoWhy}</View> : null}
        {order.sharer && order.sharer.rebateFen > 0 ? <View className="jk-caption jk-text-3 order__gap">{t.refundRebate(order.sharer.person.name)}</View> : null}
      </View>
      {refund.failure ? <NoticeStrip tone="danger">{refund.failure.message}</NoticeStrip> : null}
    </Sheet>
  );
}
