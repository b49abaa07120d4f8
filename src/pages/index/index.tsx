// 发现: deals around a place, by category, order and filters. Nothing is located before the person says so.
import { Text, View } from '@tarojs/components';
import Taro, { usePullDownRefresh, useReachBottom } from '@tarojs/taro';
import { useEffect, useState, type ComponentType } from 'react';
import { categories, type Category } from '@contract/states';
import { Button } from '@/components/button';
import { Chip, FilterBar } from '@/components/chip';
import { DealList, DealListSkeleton } from '@/components/deal-card';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Radio } from '@/components/field';
import { Icon, type IconName } from '@/components/icon';
import { Page } from '@/components/page';
import { SearchBar } from '@/components/search-bar';
import { Sheet } from '@/components/sheet';
import { Touchable } from '@/components/touchable';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/discover';
import { price } from '@/i18n/format';
import { useRebateShown } from '@/state/config';
import { locateHere, relocate, type Located } from '@/state/locate';
import { openPage } from '@/state/pages';
import { CHEAP_FEN, closestPlace, useDiscover, usePlaces, type Sort } from './model';
import { PlaceSheet } from './places';
import './index.scss';

const ICONS: Record<Category, IconName> = { food: 'bowl', tea: 'cup', bakery: 'bread', beauty: 'scissors', sport: 'sport', kids: 'kid' };
const SORTS: Sort[] = ['near', 'price', 'sold', 'rebate'];

export default function Discover() {
  const t = useT(texts);
  const c = useT(common);
  const { here, filters, deals, change, clear, filtered } = useDiscover();
  const [sheet, setSheet] = useState<'place' | 'sort' | null>(null);
  const places = usePlaces(sheet === 'place' || here?.kind === 'located');
  const showRebate = useRebateShown();
  const Groups = useGroupsLater();

  usePullDownRefresh(() => {
    void Promise.all([relocate(), deals.refresh()]).finally(() => Taro.stopPullDownRefresh());
  });
  useReachBottom(() => void deals.more());

  const near = here?.kind === 'located' && places.data ? closestPlace(here, places.data) : null;
  const known = here?.kind === 'picked' ? places.data?.find((place) => place.latE6 === here.latE6 && place.lngE6 === here.lngE6) : null;
  const place = !here ? t.choosePlace : here.kind === 'picked' ? (known?.name ?? here.name) : near ? t.around(near.name) : t.myPosition;
  const sortName = (sort: Sort) => ({ near: here ? t.sortNear : t.sortNew, price: t.sortPrice, sold: t.sortSold, rebate: t.sortRebate })[sort];

  return (
    <Page
      tab="discover"
      loads={[deals]}
      navLeft={
        <Touchable className="discover-place" label={t.placeLabel(place)} onClick={() => setSheet('place')}>
          <Icon name="pin" size={20} color="var(--on-brand-tint)" />
          <Text className="discover-place__name">{place}</Text>
          <Icon name="chevron-down" size={16} />
        </Touchable>
      }
      overlays={
        <>
          <PlaceSheet open={sheet === 'place'} here={here} places={places} onClose={() => setSheet(null)} />
          <Sheet open={sheet === 'sort'} title={t.sortTitle} onClose={() => setSheet(null)}>
            {SORTS.filter((sort) => sort !== 'rebate' || showRebate).map((sort) => (
              <Touchable
                key={sort}
                className="place-row"
                role="radio"
                checked={filters.sort === sort}
                onClick={() => {
                  change({ sort });
                  setSheet(null);
                }}
              >
                <View className="jk-grow jk-strong">{sortName(sort)}</View>
                <Radio on={filters.sort === sort} />
              </Touchable>
            ))}
          </Sheet>
        </>
      }
    >
      <View className="discover-search">
        <SearchBar placeholder={t.searchHint} onOpen={() => openPage('search')} />
      </View>
      <Categories chosen={filters.category} onChoose={(category) => change({ category })} />
      {here ? null : <LocationCard onPick={() => setSheet('place')} />}
      {Groups ? <Groups /> : null}
      <View className={here ? '' : 'discover-filters'}>
        <FilterBar>
          <Chip kind="sort" on icon="chevron-down" onClick={() => setSheet('sort')}>{sortName(filters.sort)}</Chip>
          {showRebate ? <Chip on={filters.rebate} onClick={() => change({ rebate: !filters.rebate })}>{t.withRebate}</Chip> : null}
          <Chip on={filters.openNow} onClick={() => change({ openNow: !filters.openNow })}>{t.openNow}</Chip>
          <Chip on={filters.maxFen !== null} onClick={() => change({ maxFen: filters.maxFen === null ? CHEAP_FEN : null })}>{t.under(price(CHEAP_FEN))}</Chip>
        </FilterBar>
      </View>
      {deals.loading ? <DealListSkeleton /> : null}
      {deals.error && !deals.data ? <ErrorState error={deals.error} onRetry={deals.refresh} /> : null}
      {deals.data?.length === 0 ? (
        filtered ? (
          <EmptyState title={t.emptyFilteredTitle} text={t.emptyFilteredText} action={t.clearFilters} onAction={clear} />
        ) : (
          <EmptyState title={t.emptyTitle} text={t.emptyText} action={t.changePlace} onAction={() => setSheet('place')} />
        )
      ) : null}
      {deals.data && deals.data.length > 0 ? (
        <>
          {showRebate && deals.data.some((deal) => deal.rebateFen > 0) ? <View className="discover-note">{t.rebateMeaning}</View> : null}
          <DealList deals={deals.data} showRebate={showRebate} onOpen={(deal) => openPage('deal', { id: deal.dealId })} />
          <View className="discover-end">
            {deals.loadingMore ? c.loading : deals.hasMore ? <Button kind="text" size="s" onClick={deals.more}>{c.loadMore}</Button> : t.end(deals.data.length, here !== null)}
          </View>
        </>
      ) : null}
    </Page>
  );
}

/** The strip of groups is not needed for the first look: the browser fetches it afterwards. */
function useGroupsLater(): ComponentType | null {
  const [part, setPart] = useState<{ NearGroups: ComponentType } | null>(null);
  useEffect(() => void import('./near-groups').then(setPart, () => undefined), []);
  return part && part.NearGroups;
}

function Categories({ chosen, onChoose }: { chosen: Category | null; onChoose: (category: Category | null) => void }) {
  const t = useT(texts);
  const c = useT(common);
  const names: Record<Category, string> = { food: t.catFood, tea: t.catTea, bakery: t.catBakery, beauty: t.catBeauty, sport: t.catSport, kids: t.catKids };
  const all: { key: Category | null; icon: IconName; text: string }[] = [
    ...categories.map((key) => ({ key, icon: ICONS[key], text: names[key] })),
    { key: null, icon: 'grid', text: c.all },
  ];
  return (
    <View className="discover-cats" {...a11y({ role: 'radiogroup', label: t.categories })}>
      {all.map(({ key, icon, text }) => (
        <Touchable key={text} className={`discover-cat ${key !== null && key === chosen ? 'discover-cat--on' : ''}`} role="radio" checked={key === chosen} onClick={() => onChoose(key)}>
          <View className="discover-cat__disc">
            <Icon name={icon} size={24} />
          </View>
          <View className="discover-cat__text">{text}</View>
        </Touchable>
      ))}
    </View>
  );
}

function LocationCard({ onPick }: { onPick: () => void }) {
  const t = useT(texts);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Located | null>(null);
  const ask = async () => {
    setBusy(true);
    const answer = await locateHere();
    setBusy(false);
    setRefused(answer === 'located' ? null : answer);
  };
  return (
    <View className="jk-card jk-block">
      <View className="jk-title-3">{t.consentTitle}</View>
      <View className="discover-consent__text" {...a11y({ live: 'polite' })}>
        {refused === 'denied' ? t.locateDenied : refused === 'unavailable' ? t.locateFailed : t.consentText}
      </View>
      <View className="discover-consent__buttons">
        <Button size="s" loading={busy} onClick={ask}>{busy ? t.locating : t.useMyPosition}</Button>
        <Button size="s" kind="outline" className="discover-consent__other" onClick={onPick}>{t.choosePlace}</Button>
      </View>
    </View>
  );
}
