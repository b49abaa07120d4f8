// How many: minus, number, plus, within bounds.
import { Text, View } from '@tarojs/components';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { Icon } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

interface Props {
  value: number;
  min?: number;
  max: number;
  disabled?: boolean;
  onChange: (value: number) => void;
}

export function Stepper({ value, min = 1, max, disabled, onChange }: Props) {
  const t = useT(texts);
  const less = value > min && !disabled;
  const more = value < max && !disabled;
  return (
    <View className="jk-stepper">
      <Touchable className={`jk-stepper__button ${less ? '' : 'jk-stepper__button--off'}`} label={t.decrease} disabled={!less} onClick={() => onChange(value - 1)}>
        <Icon name="minus" size={16} />
      </Touchable>
      <Text className="jk-stepper__value">{value}</Text>
      <Touchable className={`jk-stepper__button ${more ? '' : 'jk-stepper__button--off'}`} label={t.increase} disabled={!more} onClick={() => onChange(value + 1)}>
        <Icon name="plus" size={16} />
      </Touchable>
    </View>
  );
}
