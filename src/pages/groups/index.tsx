// 拼团: groups near me with a free seat, and the way to my own.
import { Text, View } from '@tarojs/components';
import { call, usePages, useSession } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { GroupCard } from '@/components/group-card';
import { List, ListRow } from '@/components/list';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/groups';
import { useFresh } from '@/state/fresh';
import { openPage, openTab } from '@/state/pages';
import { atOf, useHere } from '@/state/place';
import { useLanguage } from '@/state/settings';
import { signIn } from '@/state/sign-in';
import './index.scss';

export default function Groups() {
  const t = useT(texts);
  const c = useT(common);
  const here = useHere();
  const language = useLanguage();
  const session = useSession();
  const groups = usePages((cursor) => call('listGroups', { query: { ...atOf(here), cursor } }), [here, language, session?.personId]);
  useFresh(groups);

  return (
    <Page title={t.title} tab="groups" loads={[groups]}>
      <List inset={68}>
        <ListRow icon="table" tone="brand" title={t.mine} note={t.mineNote} onClick={() => void signIn().then((yes) => yes && openPage('myGroups'))} />
      </List>
      <View className="groups-head">
        <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{here ? t.nearTitle : t.openTitle}</View>
        <Text className="jk-caption jk-text-3 groups-head__note">{t.nearNote}</Text>
      </View>
      {groups.loading ? [0, 1, 2].map((i) => <CardSkeleton key={i} lines={3} />) : null}
      {groups.error && !groups.data ? <ErrorState error={groups.error} onRetry={groups.refresh} /> : null}
      {groups.data?.length === 0 ? <EmptyState title={t.emptyNear} text={t.emptyNearText} action={t.goDiscover} onAction={() => openTab('discover')} /> : null}
      {groups.data?.map((group) => <GroupCard key={group.groupId} group={group} />)}
      {groups.hasMore ? <Button kind="text" size="m" className="groups-more" loading={groups.loadingMore} onClick={groups.more}>{c.loadMore}</Button> : null}
    </Page>
  );
}
