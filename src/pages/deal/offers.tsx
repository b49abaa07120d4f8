// What makes a deal's price: groups with free seats, the ladder, a flash sale's clock, the off-peak window.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Countdown } from '@/components/countdown';
import { GroupLine } from '@/components/group-card';
import { Icon } from '@/components/icon';
import { PriceTag } from '@/components/price-tag';
import { Touchable } from '@/components/touchable';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import { money, price, soonTime, weekdayName } from '@/i18n/format';
import { openPage } from '@/state/pages';
import { useLanguage, type Language } from '@/state/settings';
import type { Deal } from './model';
import { flashPhase } from './price';
import './offers.scss';

const GROUPS_SHOWN = 2;
const DAY_MS = 86_400_000;

/** Groups of this deal that can be joined, then what a group costs and when it succeeds. */
export function OpenGroups({ deal }: { deal: Deal }) {
  const t = useT(texts);
  if (!deal.group || deal.openGroups.length === 0) return null;
  const more = deal.openGroupCount > GROUPS_SHOWN;
  return (
    <View className="deal-block">
      <View className="jk-between">
        <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{t.openGroups(deal.openGroupCount)}</View>
        <Text className="deal-aside">{t.apart}</Text>
      </View>
      {deal.openGroups.slice(0, GROUPS_SHOWN).map((group) => <GroupLine key={group.groupId} group={group} />)}
      {more ? (
        <Touchable className="deal-more" role="link" onClick={() => openPage('dealGroups', { id: deal.dealId })}>
          <Text>{t.allGroups(deal.openGroupCount)}</Text>
          <Icon name="chevron-right" size={14} />
        </Touchable>
      ) : null}
    </View>
  );
}

export function GroupTerms({ deal }: { deal: Deal }) {
  const t = useT(texts);
  const { group } = deal;
  if (!group) return null;
  const min = group.tiers[0]?.size ?? group.size;
  return (
    <View className="deal-block">
      <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{t.groupTerms}</View>
      {group.tiers.length > 0 ? (
        <View className="deal-tiers">
          {group.tiers.map((tier) => (
            <View key={tier.size} className="deal-tiers__one">
              <View className="jk-caption jk-text-2">{t.tierPeople(tier.size)}</View>
              <PriceTag fen={tier.priceFen} size="s" className="deal-tiers__price" />
            </View>
          ))}
        </View>
      ) : null}
      <View className="deal-terms">{group.kind === 'ladder' ? t.groupLadder(group.hours, min, group.size, money(group.priceFen)) : t.groupRule(group.hours, min)}</View>
      {group.hostBenefitFen > 0 ? <View className="deal-terms">{t.groupHost(money(group.hostBenefitFen))}</View> : null}
      {group.kind === 'newcomer' ? <View className="deal-terms">{t.groupNewcomer}</View> : null}
    </View>
  );
}

/** A flash sale's clock is the server's; at its start and its end the page asks again. */
export function FlashStrip({ deal, onTurn }: { deal: Deal; onTurn: () => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const { flash } = deal;
  if (!flash) return null;
  const phase = flashPhase(flash, serverNow());
  const turnMs = phase === 'soon' ? flash.startsAtMs : flash.endsAtMs;
  return (
    <View className={`deal-flash ${phase === 'over' ? 'deal-flash--over' : ''}`}>
      <Icon name="clock" size={18} />
      <View className="jk-grow deal-flash__words">
        <View className="deal-flash__title">{phase === 'soon' ? t.flashSoon : phase === 'now' ? t.flashNow : t.flashOver}</View>
        <View className="deal-flash__when">{phase === 'soon' ? t.flashStarts(soonTime(flash.startsAtMs, language, serverNow())) : t.flashEnds(soonTime(flash.endsAtMs, language, serverNow()))}</View>
      </View>
      {/* Further away than a day the date says it. */}
      {phase === 'over' || turnMs - serverNow() > DAY_MS ? null : <Countdown key={phase} kind="blocks" untilMs={turnMs} ended={phase === 'soon' ? t.flashStarting : t.flashOver} onEnd={onTurn} />}
    </View>
  );
}

/** `周一至周五 14:00–17:00`; days that do not follow each other one by one. */
export function windowText(offPeak: NonNullable<Deal['offPeak']>, language: Language, t: { dayRange: (from: string, to: string) => string; everyDay: string; dayAnd: string }): string {
  const days = [...offPeak.days].sort((a, b) => a - b);
  const name = (day: number) => weekdayName(day, language);
  const [first, last] = [days[0] ?? 1, days[days.length - 1] ?? 7];
  const inARow = last - first === days.length - 1;
  const when = days.length === 7 ? t.everyDay : inARow && days.length > 2 ? t.dayRange(name(first), name(last)) : days.map(name).join(t.dayAnd);
  const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${when} ${clock(offPeak.fromMinute)}–${clock(offPeak.toMinute)}`;
}

export function OffPeakStrip({ deal }: { deal: Deal }) {
  const t = useT(texts);
  const language = useLanguage();
  const { offPeak } = deal;
  if (!offPeak || deal.flash) return null;
  const when = windowText(offPeak, language, t);
  return (
    <View className="deal-offpeak">
      <Icon name="clock" size={18} color={offPeak.isNow ? 'var(--ok)' : 'var(--text-3)'} />
      <View className="jk-grow deal-offpeak__words">
        <View className={`jk-label ${offPeak.isNow ? 'jk-text-ok' : ''}`}>{offPeak.isNow ? t.offPeakNow : t.offPeakLater(price(offPeak.priceFen))}</View>
        <View className="jk-caption jk-text-2 jk-num">{offPeak.isNow ? t.offPeakElse(when, price(deal.priceFen)) : t.offPeakWhen(when)}</View>
      </View>
    </View>
  );
}
