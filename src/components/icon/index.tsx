// A line icon in the colour of the text around it, or in `color`. Decorative: name the control that carries it.
import { View } from '@tarojs/components';
import type { CSSProperties } from 'react';
import type { IconName } from './icons';
import { iconMask } from './logic';
import './index.scss';

export type { IconName } from './icons';

interface Props {
  name: IconName;
  /** px; the design uses 12 14 16 18 20 24 */
  size?: number;
  /** any CSS colour, for example var(--ok) */
  color?: string;
  className?: string;
}

export function Icon({ name, size = 20, color, className = '' }: Props) {
  const style = { width: `${size}px`, height: `${size}px`, '--jk-icon': iconMask(name), ...(color ? { color } : {}) };
  return <View className={`jk-icon ${className}`} style={style as CSSProperties} aria-hidden="true" />;
}
