// Small bars with their numbers above and their names below; one of them may be now.
import { Text, View } from '@tarojs/components';
import { texts } from '@/i18n/components';
import { useT } from '@/i18n';
import { a11y } from '../a11y';
import { barHeights } from './logic';
import './index.scss';

const ROOM_PX = 56;

interface Props {
  bars: { name: string; value: number; now?: boolean }[];
}

export function BarChart({ bars }: Props) {
  const t = useT(texts);
  const heights = barHeights(bars.map((bar) => bar.value), ROOM_PX);
  return (
    <View className="jk-bars" {...a11y({ role: 'img', label: t.barChart(bars.map((bar) => `${bar.name} ${bar.value}`).join(', ')) })}>
      {bars.map((bar, i) => (
        <View key={bar.name} className={`jk-bars__one ${bar.now ? 'jk-bars__one--now' : ''}`} aria-hidden="true">
          <Text className="jk-bars__value">{bar.value}</Text>
          <View className="jk-bars__bar" style={{ height: `${heights[i] ?? 0}px` }} />
          <Text className="jk-bars__name">{bar.name}</Text>
        </View>
      ))}
    </View>
  );
}
