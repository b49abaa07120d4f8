// Search: what was searched before, then deals and shops while typing.
import { Text, View } from '@tarojs/components';
import { useReachBottom } from '@tarojs/taro';
import { Button } from '@/components/button';
import { DealList, DealListSkeleton } from '@/components/deal-card';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Page } from '@/components/page';
import { SearchBar } from '@/components/search-bar';
import { ShopCard, ShopListSkeleton } from '@/components/shop-card';
import { Tabs } from '@/components/tabs';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/search';
import { useRebateShown } from '@/state/config';
import { confirmDialog } from '@/state/overlays';
import { openPage } from '@/state/pages';
import { useSearch } from './model';
import './index.scss';

export default function Search() {
  const t = useT(texts);
  const c = useT(common);
  const search = useSearch();
  const showRebate = useRebateShown();
  const { typed, asked, tab, deals, shops } = search;
  const list = tab === 'deals' ? deals : shops;
  useReachBottom(() => void list.more());

  return (
    <Page title={t.title}>
      <View className="search-top">
        <SearchBar placeholder={t.hint} value={typed} focus onInput={search.type} onSubmit={search.submit} />
      </View>
      {asked === '' ? (
        <History history={search.history} onPick={search.submit} onClear={search.clearHistory} />
      ) : (
        <>
          <Tabs label={t.what} items={[{ key: 'deals', text: t.deals }, { key: 'shops', text: t.shops }]} current={tab} onChange={search.setTab} />
          {list.loading ? tab === 'deals' ? <DealListSkeleton /> : <ShopListSkeleton /> : null}
          {list.error && !list.data ? <ErrorState error={list.error} onRetry={list.refresh} /> : null}
          {list.data?.length === 0 ? <EmptyState title={tab === 'deals' ? t.emptyDeals(asked) : t.emptyShops(asked)} text={t.emptyText} /> : null}
          {tab === 'deals' && deals.data && deals.data.length > 0 ? (
            <DealList
              deals={deals.data}
              showRebate={showRebate}
              onOpen={(deal) => {
                search.keepAsked();
                openPage('deal', { id: deal.dealId });
              }}
            />
          ) : null}
          {tab === 'shops'
            ? shops.data?.map((store) => (
              <ShopCard
                key={store.storeId}
                store={store}
                onClick={() => {
                  search.keepAsked();
                  openPage('shop', { id: store.storeId });
                }}
              />
            ))
            : null}
          {list.data && list.hasMore ? (
            <View className="search-more">
              {list.loadingMore ? <Text>{c.loading}</Text> : <Button kind="text" size="s" onClick={list.more}>{c.loadMore}</Button>}
            </View>
          ) : null}
        </>
      )}
    </Page>
  );
}

function History({ history, onPick, onClear }: { history: string[]; onPick: (words: string) => void; onClear: () => void }) {
  const t = useT(texts);
  if (history.length === 0) return <EmptyState place="page" title={t.start} text={t.startText} />;
  const clear = async () => {
    if (await confirmDialog({ title: t.clearAsk, body: t.clearBody, ok: t.clearHistory, cancel: t.keep })) onClear();
  };
  return (
    <View className="search-history">
      <View className="jk-between">
        <View className="jk-title-3">{t.history}</View>
        <Button kind="text" size="s" className="search-history__clear" onClick={clear}>{t.clearHistory}</Button>
      </View>
      <View className="search-history__words">
        {history.map((words) => (
          <Touchable key={words} className="search-history__word" onClick={() => onPick(words)}>
            <Text className="search-history__text">{words}</Text>
          </Touchable>
        ))}
      </View>
    </View>
  );
}
