// Groups nearby that one could join, as round tables side by side. Comes after the page's own first load: it has files of its own.
import { ScrollView, Text, View } from '@tarojs/components';
import { useDidShow } from '@tarojs/taro';
import { call, useLoad, useSession } from '@/api';
import { a11y } from '@/components/a11y';
import { GroupCard } from '@/components/group-card';
import { Icon } from '@/components/icon';
import { NoticeStrip } from '@/components/notice';
import { Bone, Skeleton } from '@/components/skeleton';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/groups';
import { openTab } from '@/state/pages';
import { atOf, useHere } from '@/state/place';
import { useLanguage } from '@/state/settings';
import './near-groups.scss';

const ASKED = 8;

export function NearGroups() {
  const t = useT(texts);
  const c = useT(common);
  const here = useHere();
  const language = useLanguage();
  const session = useSession();
  const { data, error, loading, refresh } = useLoad(() => call('listGroups', { query: { ...atOf(here), limit: String(ASKED) } }), [here, language, session?.personId], { keep: true });
  useDidShow(() => void refresh());
  // Whoever sits there already finds it among their own.
  const groups = data?.items.filter((group) => !group.isMember && !group.isMine) ?? [];
  // Without a network the list below says so; once is enough.
  if (data ? groups.length === 0 : error?.unknown) return null;
  return (
    <View className="near-groups">
      <View className="near-groups__head">
        <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{here ? t.nearTitle : t.openTitle}</View>
        <Touchable className="near-groups__all" role="link" label={t.nearAllLabel} onClick={() => openTab('groups')}>
          <Text>{t.nearAll}</Text>
          <Icon name="chevron-right" size={14} />
        </Touchable>
      </View>
      {loading ? <Skeleton><View className="near-groups__bone"><Bone height={116} radius={16} /></View></Skeleton> : null}
      {error && !data ? <NoticeStrip tone="warn" action={c.retry} onClick={() => void refresh()}>{error.message}</NoticeStrip> : null}
      {groups.length > 0 ? (
        <ScrollView className="near-groups__strip" scrollX enhanced showScrollbar={false}>
          <View className="near-groups__row">{groups.map((group) => <View key={group.groupId} className="near-groups__one"><GroupCard group={group} /></View>)}</View>
        </ScrollView>
      ) : null}
    </View>
  );
}
