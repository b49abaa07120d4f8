// The upper half: who asks you along, the table with its people, and how the group stands in one sentence.
import { View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { serverNow } from '@/api';
import { Countdown } from '@/components/countdown';
import { GroupProgress } from '@/components/group-progress';
import { overOf, placesOf } from '@/components/group-progress/logic';
import { InviteHero } from '@/components/invite-hero';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts } from '@/i18n/groups';
import { dayTime, money, shopName } from '@/i18n/format';
import { useLanguage } from '@/state/settings';
import { missingOf, namesOf, type Group, type Phase } from './model';

const EAT = ['food', 'tea', 'bakery'];

interface HeroProps {
  group: Group;
  phase: Phase;
  inviter: Group['inviter'];
}

export function Hero({ group, phase, inviter }: HeroProps) {
  const t = useT(texts);
  const language = useLanguage();
  const who = inviter?.person ?? group.host;
  const words = group.isMine && !inviter ? t.yourGroup : !inviter ? t.hostsGroup(who.name) : EAT.includes(group.category) ? t.invitesEat(who.name) : t.invitesGo(who.name);
  return (
    <InviteHero who={who} title={words} note={group.words && phase !== 'over' ? t.quote(group.words) : t.atShop(shopName(group.merchantName, group.storeName, language))} isQuote={group.words !== null} className="group-hero">
      <View className="group-hero__table">
        <GroupProgress kind="landing" places={placesOf(group.size, group.seats)} pictureUrl={group.pictureUrl} yours={phase === 'join'} over={overOf(group.state)} />
      </View>
    </InviteHero>
  );
}

/** Said as a status: it changes while one looks. */
export function Standing({ group, phase, onEnd }: { group: Group; phase: Phase; onEnd: () => void }) {
  const t = useT(texts);
  const words = useWords(group, phase);
  const runs = phase === 'join' || phase === 'in' || phase === 'held' || phase === 'full' || phase === 'late';
  return (
    <View className="group-standing">
      <View className="group-standing__row">
        <View className="group-standing__title" {...a11y({ role: 'status', live: 'polite' })}>{words[0]}</View>
        {runs && group.deadlineMs !== null ? <Countdown kind="blocks" untilMs={group.deadlineMs} ended={t.ended} onEnd={onEnd} className="group-standing__time" /> : null}
      </View>
      <View className="group-standing__row group-standing__row--second">
        <View className="group-standing__text">{words[1]}</View>
        {runs && group.deadlineMs !== null ? <View className="group-standing__after">{group.kind === 'ladder' && missingOf(group) === 0 ? t.untilEndLadder : t.untilEnd}</View> : null}
      </View>
    </View>
  );
}

function useWords(group: Group, phase: Phase): [string, ReactNode] {
  const t = useT(texts);
  const language = useLanguage();
  const names = namesOf(group);
  const list = names.join(language === 'en' ? ', ' : '、');
  const joined = names.length === 0 ? t.nobody : group.confirmed > names.length ? t.joinedMore(list, group.confirmed) : t.joined(list);
  const held = group.seats.filter((seat) => seat.state === 'held').length;
  const people = held > 0 ? `${joined} · ${t.paying(held)}` : joined;
  const missing = missingOf(group);
  switch (phase) {
    case 'join': return [missing > 0 ? t.headMissing(missing) : t.headReached(group.confirmed), people];
    case 'in': return [missing > 0 ? t.headMine(missing) : t.headReached(group.confirmed), people];
    case 'held': return [t.headHeld, t.headHeldText];
    case 'full': return group.left > 0 ? [t.headSold, t.headSoldText] : [t.headFull, t.headFullText];
    case 'late': return [t.headLate, t.headLateText];
    case 'off': return [t.headOff, t.headOffText];
    case 'opening': return [t.headOpening, ''];
    case 'closing': return [t.headClosing, group.mine && group.mine.seat !== 'released' ? t.headClosingMine : t.headClosingText];
    case 'done': return [t.headDone, t.headDoneText];
    // Only who opened it ever sees one that was not paid for.
    case 'over': return group.state === 'cancelled' ? [t.headCancelled, t.headCancelledText] : [t.headOver, t.headOverText];
    case 'succeeded': return [t.headSucceeded, (group.fulfilment === 'pickup' ? t.headPickupText : t.headSucceededText)(dayTime(group.completedAtMs ?? group.nowMs, language, serverNow()))];
    case 'failed': return [t.headFailed, t.headFailedText(money(group.mine?.paidFen ?? 0))];
  }
}
