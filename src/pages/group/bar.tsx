// The one primary way on, for each way a group can stand, and beside it a way out of equal weight.
import { View } from '@tarojs/components';
import { Button } from '@/components/button';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/groups';
import { money } from '@/i18n/format';
import { openPage } from '@/state/pages';
import type { Group, Phase } from './model';

interface Props {
  group: Group;
  phase: Phase;
  /** leads into the mini-program instead of joining here */
  weapp: boolean;
  busy: boolean;
  refundId: string | null;
  onShare: () => void;
  onCheckout: (how: { group: string } | { open: 1 }) => void;
  onWeapp: () => void;
  onLeave: () => void;
}

export function GroupBar(props: Props) {
  const { group, phase, weapp, busy, refundId, onShare, onCheckout, onWeapp, onLeave } = props;
  const t = useT(texts);
  const c = useT(common);
  const { mine } = group;
  const shop = <Button kind="outline" className="group-bar__first" onClick={() => openPage('shop', { id: group.storeId })}>{t.seeShop}</Button>;
  const order = () => openPage('order', { id: mine?.orderId ?? '' });
  const canSell = group.isOnSale && group.available > 0;
  const own = (text: string) => (canSell ? <Button grow kind={group.otherGroupId ? 'outline' : 'primary'} className={group.otherGroupId ? 'group-bar__first' : ''} onClick={() => onCheckout({ open: 1 })}>{text}</Button> : null);

  if (weapp && (phase === 'join' || phase === 'full' || phase === 'late' || phase === 'done' || phase === 'over')) {
    return <>{shop}<Button grow loading={busy} onClick={onWeapp}>{t.toWeapp}</Button></>;
  }
  switch (phase) {
    case 'join':
      return <>{shop}<Button grow className="group-bar__main" onClick={() => onCheckout({ group: group.groupId })}>{t.joinPay(money(group.payFen))}</Button></>;
    case 'held':
      return <>{shop}<Button grow onClick={order}>{t.payNow}</Button></>;
    case 'in':
      return (
        <View className="jk-grow">
          {mine?.canLeave ? <View className="group-bar__line">{t.leaveLine(money(mine.paidFen))}</View> : null}
          <View className="jk-row">
            {mine?.canLeave ? <Button kind="outline" grow className="group-bar__first" onClick={onLeave}>{t.leave}</Button> : null}
            <Button grow icon="share" onClick={onShare}>{t.invite}</Button>
          </View>
        </View>
      );
    case 'succeeded':
      return (
        <>
          {shop}
          {mine?.voucherId ? <Button grow icon="qr" onClick={() => openPage('voucher', { id: mine.voucherId! })}>{group.fulfilment === 'pickup' ? t.seePickup : t.seeVoucher}</Button> : <Button grow onClick={order}>{t.seeOrder}</Button>}
        </>
      );
    case 'failed':
      return (
        <>
          {refundId ? <Button kind="outline" grow className="group-bar__first" onClick={() => openPage('refund', { id: refundId })}>{t.seeRefund}</Button> : <Button kind="outline" grow className="group-bar__first" onClick={order}>{t.seeOrder}</Button>}
          {canSell ? <Button grow onClick={() => onCheckout({ open: 1 })}>{t.openAgain(group.minSize)}</Button> : null}
        </>
      );
    case 'closing':
    case 'opening':
      return mine ? <>{shop}<Button grow onClick={order}>{t.seeOrder}</Button></> : <>{shop}<Button grow onClick={() => openPage('deal', { id: group.dealId })}>{t.seeDeal}</Button></>;
    case 'off':
      return <>{shop}<Button grow disabled>{c.ended}</Button></>;
    case 'full':
    case 'late':
    case 'done':
    case 'over':
      if (!group.otherGroupId && !canSell) return <>{shop}<Button grow onClick={() => openPage('deal', { id: group.dealId })}>{t.seeDeal}</Button></>;
      return (
        <>
          {group.otherGroupId ? null : shop}
          {own(t.openOwn(group.minSize))}
          {group.otherGroupId ? <Button grow onClick={() => openPage('group', { id: group.otherGroupId! })}>{t.joinOther}</Button> : null}
        </>
      );
  }
}
