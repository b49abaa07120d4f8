// Groups that I opened or joined: running ones, and how the others ended.
import { useState } from 'react';
import { call, usePages } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { GroupCard } from '@/components/group-card';
import { NeedLogin } from '@/components/need-login';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { Tabs } from '@/components/tabs';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/groups';
import { useFresh } from '@/state/fresh';
import { openTab } from '@/state/pages';
import { usePerson } from '@/state/person';
import { useLanguage } from '@/state/settings';

type Tab = 'open' | 'ended';

export default function MyGroups() {
  const t = useT(texts);
  const c = useT(common);
  const { ready, who } = usePerson();
  const language = useLanguage();
  const [tab, setTab] = useState<Tab>('open');
  const groups = usePages((cursor) => call('listMyGroups', { query: { tab, cursor } }), [tab, who, language], { ready });
  useFresh(groups, { ready });

  const tabs: { key: Tab; text: string }[] = [{ key: 'open', text: t.tabOpen }, { key: 'ended', text: t.tabEnded }];
  return (
    <Page title={t.mine} loads={[groups]}>
      {ready ? <Tabs items={tabs} current={tab} onChange={setTab} label={t.mine} /> : <NeedLogin why={t.needLogin} />}
      {ready && groups.error && !groups.data ? <ErrorState place="page" error={groups.error} onRetry={groups.refresh} /> : null}
      {ready && groups.loading ? [0, 1, 2].map((i) => <CardSkeleton key={i} lines={3} />) : null}
      {groups.data?.length === 0 ? (
        <EmptyState place="page" title={tab === 'open' ? t.emptyOpen : t.emptyEnded} text={tab === 'open' ? t.emptyOpenText : t.emptyEndedText} action={tab === 'open' ? t.goDiscover : undefined} onAction={() => openTab('discover')} />
      ) : null}
      {groups.data?.map((group) => <GroupCard key={group.groupId} group={group} />)}
      {groups.hasMore ? <Button kind="text" size="m" loading={groups.loadingMore} onClick={groups.more}>{c.loadMore}</Button> : null}
    </Page>
  );
}
