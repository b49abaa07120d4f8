// What a sharer owns: available with the way out, and beside it (never added) pending, total, friends.
import { View } from '@tarojs/components';
import { useState } from 'react';
import { texts } from '@/i18n/components';
import { money, people } from '@/i18n/format';
import { useT } from '@/i18n';
import { storage } from '@/platform';
import { useLanguage } from '@/state/settings';
import { Button } from '../button';
import { Icon } from '../icon';
import { PriceTag } from '../price-tag';
import { Bone, Skeleton } from '../skeleton';
import { Touchable } from '../touchable';
import './index.scss';

const HIDDEN_KEY = 'juke.wallet.hidden';

interface Props {
  availableFen: number;
  pendingFen: number;
  totalFen: number;
  friends: number;
  /** the condition of withdrawing, or why it is not possible now */
  note: string;
  canWithdraw: boolean;
  onWithdraw: () => void;
}

export function WalletSummary({ availableFen, pendingFen, totalFen, friends, note, canWithdraw, onWithdraw }: Props) {
  const t = useT(texts);
  const language = useLanguage();
  const [hidden, setHidden] = useState(() => storage.get<boolean>(HIDDEN_KEY) ?? false);
  const flip = () => {
    storage.set(HIDDEN_KEY, !hidden);
    setHidden(!hidden);
  };
  const facts = [
    { label: t.pending, value: hidden ? '****' : money(pendingFen) },
    { label: t.total, value: hidden ? '****' : money(totalFen) },
    { label: t.friends, value: t.friendCount(people(friends, language)) },
  ];
  return (
    <View className="jk-wallet">
      <View className="jk-wallet__moon" aria-hidden="true" />
      <View className="jk-wallet__front">
        <Touchable className="jk-wallet__label" label={`${t.available} ${hidden ? t.show : t.hide}`} onClick={flip}>
          <View>{t.available}</View>
          <Icon name="eye" size={16} className="jk-wallet__eye" />
        </Touchable>
        <View className="jk-wallet__main">
          {hidden ? <View className="jk-wallet__stars">****</View> : <PriceTag fen={availableFen} size="xl" tone="white" exact />}
          <Button kind={canWithdraw ? 'white' : 'tint'} size="m" disabled={!canWithdraw} className="jk-wallet__button" onClick={onWithdraw}>{t.withdraw}</Button>
        </View>
        <View className="jk-wallet__note">{note}</View>
        <View className="jk-wallet__line" />
        <View className="jk-wallet__facts">
          {facts.map((fact) => (
            <View key={fact.label} className="jk-wallet__fact">
              <View className="jk-wallet__fact-label">{fact.label}</View>
              <View className="jk-wallet__fact-value">{fact.value}</View>
            </View>
          ))}
        </View>
      </View>
    </View>
  );
}

export function WalletSkeleton() {
  return (
    <Skeleton>
      <View className="jk-block">
        <Bone height={197} radius={20} />
      </View>
    </Skeleton>
  );
}
