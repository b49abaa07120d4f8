// A small label, 20 high. Tone says the meaning: price, brand (promise), rebate, ok, warn, danger, info, grey.
import { Text, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../icon';
import './index.scss';

export type TagTone = 'price' | 'brand' | 'rebate' | 'ok' | 'warn' | 'danger' | 'info' | 'grey';

interface Props {
  children: ReactNode;
  tone?: TagTone;
  icon?: IconName;
  className?: string;
}

export function Tag({ children, tone = 'grey', icon, className = '' }: Props) {
  return (
    <View className={`jk-tag jk-tag--${tone} ${className}`}>
      {icon ? <Icon name={icon} size={12} className="jk-tag__icon" /> : null}
      <Text>{children}</Text>
    </View>
  );
}
