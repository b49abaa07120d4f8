// An amount in its parts, each with its reason: a bar, and the same in words.
import { View } from '@tarojs/components';
import './index.scss';

interface Part {
  label: string;
  /** already written: ¥27.00 */
  value: string;
  weight: number;
  tone: 'honey' | 'pine' | 'ink';
}

export function SplitBar({ parts }: { parts: Part[] }) {
  const total = parts.reduce((sum, part) => sum + Math.max(0, part.weight), 0);
  const shown = parts.filter((part) => part.weight > 0);
  return (
    <View className="jk-split">
      <View className="jk-split__bar" aria-hidden="true">
        {shown.map((part) => (
          <View key={part.label} className={`jk-split__part jk-split__${part.tone}`} style={{ flexGrow: total ? part.weight / total : 0 }} />
        ))}
      </View>
      <View className="jk-split__words">
        {parts.map((part) => (
          <View key={part.label} className="jk-split__word">
            <View className="jk-split__label">
              <View className={`jk-split__dot jk-split__${part.tone}`} />
              <View>{part.label}</View>
            </View>
            <View className="jk-split__value">{part.value}</View>
          </View>
        ))}
      </View>
    </View>
  );
}
