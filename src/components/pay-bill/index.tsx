// What each checkout ends in: the lines and their sum, how it is paid, and the bar with the amount beside the one button.
import { Text, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { useT } from '@/i18n';
import { texts } from '@/i18n/trade';
import { Button } from '../button';
import { Icon } from '../icon';
import { PriceTag } from '../price-tag';
import './index.scss';

interface BillProps {
  /** what is saved, in words */
  note: string;
  label: string;
  fen: number;
  /** the lines above the sum */
  children: ReactNode;
}

export function PayBill({ note, label, fen, children }: BillProps) {
  return (
    <View className="jk-card jk-block jk-bill">
      {children}
      <View className="jk-hr jk-bill__line" />
      <View className="jk-bill__total">
        <View className="jk-caption jk-text-3 jk-num">{note}</View>
        <View className="jk-bill__sum">
          <Text className="jk-strong jk-bill__word">{label}</Text>
          <PriceTag fen={fen} size="m" exact />
        </View>
      </View>
    </View>
  );
}

export function PaidBy({ hint }: { hint: string }) {
  const t = useT(texts);
  return (
    <View className="jk-card jk-block jk-paid-by">
      <Icon name="check-circle" size={20} color="var(--wechat)" />
      <Text className="jk-body jk-paid-by__name">{t.wechatPay}</Text>
      <Text className="jk-caption jk-text-3 jk-paid-by__hint">{hint}</Text>
    </View>
  );
}

interface BarProps {
  fen: number;
  note: string;
  /** a second line of the button */
  sub?: string;
  loading: boolean;
  disabled: boolean;
  onSubmit: () => void;
  /** what the button says */
  children: ReactNode;
}

export function PayBar({ fen, note, sub, loading, disabled, onSubmit, children }: BarProps) {
  return (
    <>
      <View className="jk-pay-bar__amount">
        <PriceTag fen={fen} size="l" exact />
        {note ? <View className="jk-caption jk-text-3 jk-num jk-pay-bar__note">{note}</View> : null}
      </View>
      <Button className="jk-pay-bar__submit" sub={sub} loading={loading} disabled={disabled} onClick={onSubmit}>{children}</Button>
    </>
  );
}
