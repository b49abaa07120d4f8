// Tabs above a list, with counts where there is something to do.
import { ScrollView, Text, View } from '@tarojs/components';
import { a11y } from '../a11y';
import { Touchable } from '../touchable';
import './index.scss';

interface Props<K extends string> {
  items: { key: K; text: string; count?: number }[];
  current: K;
  onChange: (key: K) => void;
  /** in a card: with the line below */
  inCard?: boolean;
  label?: string;
}

export function Tabs<K extends string>({ items, current, onChange, inCard, label }: Props<K>) {
  return (
    <ScrollView className={`jk-tabs ${inCard ? 'jk-tabs--card' : ''}`} scrollX enhanced showScrollbar={false}>
      <View className="jk-tabs__row" {...a11y({ role: 'tablist', label })}>
        {items.map(({ key, text, count }) => (
          <Touchable key={key} role="tab" selected={key === current} className={`jk-tabs__tab ${key === current ? 'jk-tabs__tab--on' : ''}`} onClick={() => onChange(key)}>
            <Text>{text}</Text>
            {count ? <Text className="jk-tabs__count">{count}</Text> : null}
            {key === current ? <View className="jk-tabs__mark" /> : null}
          </Touchable>
        ))}
      </View>
    </ScrollView>
  );
}
