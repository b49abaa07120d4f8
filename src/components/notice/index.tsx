// A line that says something where it matters. strip: on a tinted ground, may be followed; note: plain small print with an icon.
import { Text, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import type { Failure } from '@/api/errors';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
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

export interface Stale {
  data: unknown;
  error: Failure | null;
  refresh: () => Promise<void>;
}

/** Shown while what is on screen could not be asked again. */
export function StaleStrip({ loads, className }: { loads: readonly Stale[]; className?: string }) {
  const t = useT(texts);
  const stale = loads.filter(({ data, error }) => data && error);
  const error = stale[0]?.error;
  if (!error) return null;
  return (
    <NoticeStrip tone="warn" action={t.retry} className={className} onClick={() => stale.forEach((load) => void load.refresh())}>
      {error.unknown ? t.notFresh : error.message}
    </NoticeStrip>
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
