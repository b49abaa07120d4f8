// An order that waits for its group: how many are missing, until when, and calling friends.
import { View } from '@tarojs/components';
import type { OrderRow } from '@/state/trade';
import { texts } from '@/i18n/group-words';
import { useT } from '@/i18n';
import { openPage } from '@/state/pages';
import { Button } from '../button';
import { Countdown } from '../countdown';
import { GroupProgress } from '../group-progress';
import { paidPlaces } from '../group-progress/logic';
import './index.scss';

interface Props {
  group: NonNullable<OrderRow['group']>;
  onEnd: () => void;
}

export function FormingStrip({ group, onEnd }: Props) {
  const t = useT(texts);
  const missing = group.minSize - group.confirmed;
  const words = group.state === 'closing' ? t.closing : missing > 0 ? t.missingMore(missing) : t.placesLeft(group.size - group.confirmed);
  return (
    <View className="jk-forming">
      <GroupProgress kind="inline" places={paidPlaces(group)} />
      <View className="jk-grow jk-forming__words">
        <View className="jk-forming__missing jk-ell">{words}</View>
        {group.deadlineMs !== null && group.state === 'open' ? <View className="jk-caption jk-text-2 jk-ell"><Countdown untilMs={group.deadlineMs} ended={t.deadlineOver} onEnd={onEnd} /></View> : null}
      </View>
      {group.state === 'open' ? <Button size="s" onClick={() => openPage('group', { id: group.groupId, share: 1 })}>{t.callFriends}</Button> : null}
    </View>
  );
}
