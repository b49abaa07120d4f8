// A line that says something where it matters. strip: on a tinted ground, may be followed; note: plain small print with an icon.
import { Text, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

interface StripProps {
  children: ReactNode;
  tone?: 'danger' | 'warn' | 'info' | 'ok' | 'rebate' | 'price';
  icon?: IconName;
  action?: string;
  onClick?: () => void;
  className?: string;
}

export function NoticeStrip({ children, tone = 'info', icon = 'alert', action, onClick, className = '' }: StripProps) {
  return (
    <Touchable className={`jk-strip jk-strip--${tone} ${className}`} onClick={onClick}>
      <Icon name={icon} size={18} />
      <Text className="jk-strip__text">{children}</Text>
      {action ? <Text className="jk-strip__action">{action}</Text> : null}
    </Touchable>
  );
}

interface NoteProps {
  children: ReactNode;
  icon?: IconName;
  className?: string;
}

export function Note({ children, icon = 'info', className = '' }: NoteProps) {
  return (
    <View className={`jk-note ${className}`}>
      <Icon name={icon} size={14} className="jk-note__icon" />
      <Text className="jk-grow">{children}</Text>
    </View>
  );
}
