// An order in a list: the shop and how it stands, what it is, what was paid; below it what can be done.
import { Text, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { serverNow } from '@/api';
import { useT } from '@/i18n';
import { money } from '@/i18n/format';
import { texts } from '@/i18n/trade';
import { openPage } from '@/state/pages';
import { orderStatus, type OrderRow } from '@/state/trade';
import { Icon } from '../icon';
import { Picture } from '../picture';
import { ShopLogo } from '../shop-logo';
import { Touchable } from '../touchable';
import './index.scss';

interface Props {
  row: OrderRow;
  /** the small line below the title */
  note: string;
  className?: string;
  children?: ReactNode;
}

export function OrderCard({ row, note, className = '', children }: Props) {
  const t = useT(texts);
  const status = orderStatus(row, serverNow());
  return (
    <View className={`jk-card jk-order ${className}`}>
      <Touchable role="link" onClick={() => openPage('order', { id: row.orderId })}>
        <View className="jk-row">
          <ShopLogo name={row.merchantName} ink={row.logoInk} size="s" />
          <View className="jk-strong jk-ell jk-order__shop">{row.merchantName}</View>
          <Icon name="chevron-right" size={14} className="jk-order__chevron" />
          <Text className={`jk-label jk-order__state jk-text-${status.ink}`}>{t[status.key]}</Text>
        </View>
        <View className="jk-order__body">
          <Picture src={row.pictureUrl} width={60} height={60} radius={10} />
          <View className="jk-grow jk-order__what">
            <View className="jk-strong jk-2lines">{row.title}</View>
            <View className="jk-caption jk-text-3 jk-num jk-2lines jk-order__note">{note}</View>
          </View>
          <View className="jk-strong jk-semibold jk-num jk-order__amount">{money(row.payableFen)}</View>
        </View>
      </Touchable>
      {children}
    </View>
  );
}

/** The ways on, at the right below. */
export function OrderFoot({ children }: { children: ReactNode }) {
  return <View className="jk-order__foot">{children}</View>;
}
