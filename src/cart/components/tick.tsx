// A box to choose with: small to see, 44 to touch.
import { View } from '@tarojs/components';
import { Icon } from '@/components/icon';
import { Touchable } from '@/components/touchable';
import './tick.scss';

interface Props {
  label: string;
  on: boolean;
  disabled?: boolean;
  onClick: () => void;
}

export function Tick({ label, on, disabled, onClick }: Props) {
  return (
    <Touchable className="cart-tick" role="checkbox" label={label} checked={on} disabled={disabled} onClick={onClick}>
      <View className={`cart-tick__box ${on ? 'cart-tick__box--on' : ''} ${disabled ? 'cart-tick__box--off' : ''}`}>{on ? <Icon name="check" size={14} /> : null}</View>
    </Touchable>
  );
}
