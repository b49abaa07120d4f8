// Every group of one deal that still has a free seat.
import { View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { call, usePages, useSession } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { GroupLine } from '@/components/group-card';
import { Note } from '@/components/notice';
import { Page } from '@/components/page';
import { RowsSkeleton } from '@/components/skeleton';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/groups';
import { useFresh } from '@/state/fresh';
import { replacePage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import './index.scss';

export default function DealGroups() {
  const t = useT(texts);
  const c = useT(common);
  const { params } = useRouter();
  const dealId = params.id ?? '';
  const language = useLanguage();
  const session = useSession();
  const groups = usePages((cursor) => call('listDealGroups', { params: { dealId }, query: { cursor } }), [dealId, language, session?.personId]);
  useFresh(groups);

  return (
    <Page title={t.dealGroups} loads={[groups]}>
      <Note icon="shield">{t.nearNote}</Note>
      {groups.loading ? <RowsSkeleton rows={5} /> : null}
      {groups.error && !groups.data ? <ErrorState place="page" error={groups.error} onRetry={groups.refresh} /> : null}
      {groups.data?.length === 0 ? <EmptyState title={t.emptyDeal} text={t.emptyDealText} action={t.backToDeal} onAction={() => replacePage('deal', { id: dealId })} /> : null}
      {groups.data && groups.data.length > 0 ? (
        <View className="jk-card jk-block deal-groups">{groups.data.map((group) => <GroupLine key={group.groupId} group={group} />)}</View>
      ) : null}
      {groups.hasMore ? <Button kind="text" size="m" loading={groups.loadingMore} onClick={groups.more}>{c.loadMore}</Button> : null}
    </Page>
  );
}
