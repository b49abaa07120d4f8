// Blocks of a group's landing: what it costs and why, what is promised, the ladder, the rules in full.
import { Text, View } from '@tarojs/components';
import { Icon } from '@/components/icon';
import { Line, List, ListRow } from '@/components/list';
import { NoticeStrip } from '@/components/notice';
import { OfferCard } from '@/components/offer-card';
import { PriceTag } from '@/components/price-tag';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts } from '@/i18n/groups';
import { texts as words } from '@/i18n/group-words';
import { distance, money, price, shopName } from '@/i18n/format';
import { openPage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import type { Order } from '@/state/trade';
import { tierOf, type Group, type Phase } from './model';

interface PriceProps {
  group: Group;
  phase: Phase;
  inviter: Group['inviter'];
}

const MINE: Phase[] = ['in', 'succeeded', 'failed', 'closing'];

export function PriceCard({ group, phase, inviter }: PriceProps) {
  const t = useT(texts);
  const w = useT(words);
  const language = useLanguage();
  const where = [shopName(group.merchantName, group.storeName, language), group.distanceM === null ? '' : distance(group.distanceM)].filter(Boolean).join(' · ');
  const { mine } = group;
  // Who gave the seat up, or is paying for it, has not paid for it.
  const paid = MINE.includes(phase) && mine && (mine.seat === 'confirmed' || phase === 'failed') ? mine.paidFen : null;
  // A seat that waits for its payment costs what its order says; where nobody sits down any more there is nothing to pay.
  const sum = mine?.seat === 'held' || phase === 'done' || phase === 'over' ? null
    : { label: paid === null ? t.youPay : t.youPaid, note: t.aloneNote(price(group.singlePriceFen)), fen: paid ?? group.payFen, paid: paid !== null };
  return (
    <OfferCard title={group.title} pictureUrl={group.pictureUrl} where={where} sum={sum} onOpen={() => openPage('deal', { id: group.dealId })}>
      {paid === null ? (
        <>
          <Line label={w.groupPrice(group.minSize)}>{money(group.priceNowFen)}</Line>
          {group.friendDiscountFen > 0 ? <Line label={inviter ? t.friendDiscount(inviter.person.name) : t.friendDiscountPlain} tone="price">{money(-group.friendDiscountFen)}</Line> : null}
        </>
      ) : null}
    </OfferCard>
  );
}

export function RefundLine({ group, order }: { group: Group; order: Order | null }) {
  const t = useT(texts);
  const amount = money(group.mine?.paidFen ?? 0);
  const [refund] = order?.refunds ?? [];
  const done = refund?.state === 'succeeded';
  return (
    <NoticeStrip tone={done ? 'ok' : 'info'} icon="refund" action={refund ? t.seeRefund : undefined} onClick={refund ? () => openPage('refund', { id: refund.refundId }) : undefined}>
      {done ? t.refundDone(amount) : t.refundGoing(amount)}
    </NoticeStrip>
  );
}

export function Promises({ group }: { group: Group }) {
  const t = useT(texts);
  return (
    <View className="group-promises">
      {[t.promiseRefund, t.promiseFail, group.fulfilment === 'pickup' ? t.promiseOwn : t.promiseApart].map((promise) => (
        <View key={promise} className="group-promises__one">
          <Icon name="shield" size={16} color="var(--on-brand-tint)" />
          <Text className="group-promises__text">{promise}</Text>
        </View>
      ))}
    </View>
  );
}

/** A ladder: where we are, and what one more person changes for everyone. */
export function Tiers({ group, phase }: { group: Group; phase: Phase }) {
  const t = useT(texts);
  const { now, next } = tierOf(group);
  const [first, ahead] = [group.tiers[0], group.tiers[next]];
  const runs = phase === 'join' || phase === 'in' || phase === 'held';
  return (
    <View className="jk-card jk-block">
      <View className="jk-between">
        <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{t.tiers}</View>
        {runs ? <Text className="group-tiers__next">{ahead ? t.tierNext(ahead.size - group.confirmed, price(ahead.priceFen)) : t.tierTop}</Text> : null}
      </View>
      <View className="group-tiers">
        {group.tiers.map((tier, i) => (
          <View key={tier.size} className={`group-tier ${i <= now ? 'group-tier--reached' : ''} ${i === now ? 'group-tier--now' : ''}`}>
            <View className="group-tier__people">{t.tierPeople(tier.size)}</View>
            <PriceTag fen={tier.priceFen} size="s" tone={i === now ? 'price' : 'ink'} className="group-tier__price" />
            <View className="group-tier__mark">{i === now ? t.tierNow : ''}</View>
          </View>
        ))}
      </View>
      {first ? <View className="group-tiers__note">{t.tierNote(money(first.priceFen), first.size)}</View> : null}
    </View>
  );
}

/** For members only; the server sends nothing to others. */
export function Sources({ group }: { group: Group }) {
  const t = useT(texts);
  if (group.sources.length === 0) return null;
  return (
    <>
      <List title={t.sources}>
        {group.sources.map((source, i) => <ListRow key={i} icon="users" tone="brand" title={source.label} note={t.sourceRow(source.opened, source.joined)} />)}
      </List>
      <View className="group-note">{t.sourcesNote}</View>
    </>
  );
}

export function Rules({ group }: { group: Group }) {
  const t = useT(texts);
  const rules = [
    group.kind === 'ladder' ? t.ruleLadder(group.minSize, group.size) : t.ruleJoin(group.size),
    t.ruleFail,
    t.ruleLeave,
    t.ruleAfter,
    ...(group.kind === 'newcomer' ? [t.ruleNewcomer] : []),
    ...(group.hostBenefitFen > 0 ? [t.ruleHost(money(group.hostBenefitFen))] : []),
  ];
  return (
    <View className="jk-card jk-block">
      <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{t.rules}</View>
      {rules.map((rule) => (
        <View key={rule} className="group-rule">
          <View className="group-rule__dot" aria-hidden="true" />
          <View className="group-rule__text">{rule}</View>
        </View>
      ))}
    </View>
  );
}

/** A member's own words to friends. */
export function Say({ group }: { group: Group }) {
  const t = useT(texts);
  const words = group.mine?.words;
  return (
    <List>
      <ListRow icon="comment" tone="brand" title={words ? t.quote(words) : t.say} note={t.sayNote} onClick={() => openPage('groupWords', { id: group.groupId })} />
    </List>
  );
}
