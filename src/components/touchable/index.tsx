// Anything that can be tapped: pressed state, a role and a name, the keyboard in a browser. Touch area ≥ 44 is the caller's CSS.
import { View } from '@tarojs/components';
import type { CSSProperties, ReactNode } from 'react';
import { a11y, keyboard, type Accessible } from '../a11y';

interface Props {
  onClick?: () => void;
  /** what a screen reader says; text inside is read when absent */
  label?: string;
  role?: string;
  className?: string;
  style?: CSSProperties;
  disabled?: boolean;
  selected?: boolean;
  checked?: boolean;
  /** keep the tap from reaching a tappable parent */
  stop?: boolean;
  children?: ReactNode;
}

export function Touchable({ onClick, label, role = 'button', className = '', style, disabled, selected, checked, stop, children }: Props) {
  const live = disabled ? undefined : onClick;
  const about: Accessible = { role: onClick ? role : undefined, label, disabled, selected, checked };
  return (
    <View
      className={className}
      style={style}
      hoverClass={live ? 'jk-pressed' : 'none'}
      hoverStayTime={80}
      hoverStopPropagation={stop}
      onClick={(event) => {
        if (stop) event.stopPropagation();
        live?.();
      }}
      {...a11y(about)}
      {...keyboard(live)}
    >
      {children}
    </View>
  );
}
