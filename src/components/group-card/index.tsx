// A group in a list: round table, deal and shop, price, what is missing and until when; and as a line of a deal's page.
import { Text, View } from '@tarojs/components';
import type { Answer } from '@contract/shapes';
import { texts } from '@/i18n/group-words';
import { distance, price } from '@/i18n/format';
import { useT } from '@/i18n';
import { openPage } from '@/state/pages';
import { Button } from '../button';
import { Countdown } from '../countdown';
import { GroupProgress } from '../group-progress';
import { overOf, placesOf } from '../group-progress/logic';
import { PriceTag } from '../price-tag';
import { Tag } from '../tag';
import { Touchable } from '../touchable';
import './index.scss';

export type GroupRow = Answer<'listGroups'>['items'][number];

const open = (group: GroupRow) => openPage('group', { id: group.groupId });

/** How it stands, in words and ink. Missing: to the lowest number that makes it succeed, then the seats that are left. */
function useStanding(group: GroupRow): { text: string; ink: string } {
  const t = useT(texts);
  if (group.state === 'succeeded') return { text: t.succeeded, ink: 'ok' };
  if (group.state === 'failed') return { text: group.isMember ? t.failed : t.failedShort, ink: '3' };
  if (group.state === 'cancelled') return { text: t.failedShort, ink: '3' };
  if (group.state === 'closing') return { text: t.closing, ink: '2' };
  if (group.state === 'opening') return { text: group.isMine ? t.unpaidMine : t.unpaid, ink: '2' };
  if (group.left <= 0) return { text: t.allTaken, ink: '2' };
  const missing = group.minSize - group.confirmed;
  return missing > 0 ? { text: t.missing(missing), ink: 'price' } : { text: t.placesLeft(group.left), ink: 'price' };
}

export function GroupCard({ group }: { group: GroupRow }) {
  const t = useT(texts);
  const state = useStanding(group);
  const over = overOf(group.state);
  const where = [group.merchantName, group.distanceM === null ? '' : distance(group.distanceM)].filter(Boolean).join(' · ');
  return (
    <Touchable className="jk-card jk-block jk-group-card" role="link" onClick={() => open(group)}>
      <View className="jk-group-card__table"><GroupProgress kind="table" places={placesOf(group.size, group.seats)} pictureUrl={group.pictureUrl} over={over} /></View>
      <View className="jk-group-card__body">
        <View className="jk-strong jk-2lines">{group.title}</View>
        <View className="jk-caption jk-text-3 jk-ell jk-group-card__where">{where}</View>
        <View className="jk-group-card__offer">
          <View className="jk-group-card__price">
            <PriceTag fen={group.priceFen} />
            <Text className="jk-group-card__alone">{t.alone(price(group.singlePriceFen))}</Text>
          </View>
          <Text className={`jk-group-card__state jk-text-${state.ink}`}>{state.text}</Text>
        </View>
        <View className="jk-group-card__foot">
          <View className="jk-caption jk-text-3 jk-ell jk-group-card__time">
            {group.deadlineMs !== null && group.state === 'open' ? <Countdown untilMs={group.deadlineMs} ended={t.deadlineOver} /> : t.groupOf(group.host.name)}
          </View>
          {group.kind === 'newcomer' ? <Tag tone="info">{t.newcomer}</Tag> : null}
        </View>
      </View>
    </Touchable>
  );
}

/** On the page of its deal: whose it is, until when, how many are missing, and the way in. */
export function GroupLine({ group }: { group: GroupRow }) {
  const t = useT(texts);
  const state = useStanding(group);
  const inside = group.isMember || group.isMine;
  return (
    <View className="jk-group-line">
      <GroupProgress kind="inline" places={placesOf(group.size, group.seats)} />
      <View className="jk-group-line__body">
        <View className="jk-strong jk-ell">{t.groupOf(group.host.name)}</View>
        <View className="jk-group-line__time jk-ell">
          {group.deadlineMs !== null ? <Countdown untilMs={group.deadlineMs} ended={t.deadlineOver} /> : null}
        </View>
      </View>
      <Text className={`jk-group-line__state jk-text-${state.ink}`}>{state.text}</Text>
      <Button kind="tint" size="s" label={inside ? t.lookOf(group.host.name) : t.joinOf(group.host.name)} onClick={() => open(group)}>
        {inside ? t.look : t.join}
      </Button>
    </View>
  );
}
