// Chips that narrow or order a list, and the row they scroll in.
import { ScrollView, Text, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { a11y } from '../a11y';
import { Icon, type IconName } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

interface ChipProps {
  children: ReactNode;
  /** sort: the one order in use (ink), a door to the others; filter: on or off (tint); choice: one of several (tint) */
  kind?: 'sort' | 'filter' | 'choice';
  on?: boolean;
  disabled?: boolean;
  icon?: IconName;
  onClick?: () => void;
}

export function Chip({ children, kind = 'filter', on = false, disabled, icon, onClick }: ChipProps) {
  const look = on ? (kind === 'sort' ? 'jk-chip--ink' : 'jk-chip--on') : '';
  return (
    <Touchable
      className={`jk-chip ${look} ${disabled ? 'jk-chip--off' : ''}`}
      role={kind === 'sort' ? 'button' : kind === 'filter' ? 'checkbox' : 'radio'}
      checked={kind === 'sort' ? undefined : on}
      disabled={disabled}
      onClick={onClick ?? noop}
    >
      <Text>{children}</Text>
      {icon ? <Icon name={icon} size={14} className="jk-chip__icon" /> : null}
    </Touchable>
  );
}

const noop = () => undefined;

export function FilterBar({ children, label }: { children: ReactNode; label?: string }) {
  const t = useT(texts);
  return (
    <ScrollView className="jk-filter-bar" scrollX enhanced showScrollbar={false} {...a11y({ role: 'group', label: label ?? t.filters })}>
      <View className="jk-filter-bar__row">{children}</View>
    </ScrollView>
  );
}
