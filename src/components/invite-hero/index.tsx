// The upper half of a landing: the night-green ground, who asks one along, and below it the table that the page lays.
import { View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { a11y } from '../a11y';
import { Avatar } from '../avatar';
import './index.scss';

interface Props {
  who: { name: string; avatarUrl: string };
  title: string;
  note: string;
  /** the note is what the person says: all of it is shown */
  isQuote?: boolean;
  className?: string;
  children: ReactNode;
}

export function InviteHero({ who, title, note, isQuote, className = '', children }: Props) {
  return (
    <View className={`jk-hero ${className}`}>
      <View className="jk-hero__moon" aria-hidden="true" />
      <View className="jk-hero__who">
        <Avatar src={who.avatarUrl} name={who.name} size={44} />
        <View className="jk-grow jk-hero__words">
          <View className="jk-title-3 jk-ell" {...a11y({ role: 'heading', level: 1 })}>{title}</View>
          <View className={`jk-label jk-hero__note ${isQuote ? '' : 'jk-ell'}`}>{note}</View>
        </View>
      </View>
      {children}
    </View>
  );
}
