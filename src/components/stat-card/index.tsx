// One number, what it means, and how it compares in words. “—” with a reason while there is no number.
import { View } from '@tarojs/components';
import './index.scss';

interface Props {
  label: string;
  /** already written: ¥3,914 · 2 单; null: no number yet */
  value: string | null;
  note?: string;
  tone?: 'good' | 'bad' | 'plain';
  className?: string;
}

export function StatCard({ label, value, note, tone = 'plain', className = '' }: Props) {
  return (
    <View className={`jk-stat ${className}`}>
      <View className="jk-stat__label">{label}</View>
      <View className="jk-stat__value">{value ?? '—'}</View>
      {note ? <View className={`jk-stat__note jk-stat__note--${value === null ? 'plain' : tone}`}>{note}</View> : null}
    </View>
  );
}
