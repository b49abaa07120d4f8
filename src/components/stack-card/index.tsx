// 优惠怎么用最省: the best stack, what each other way costs more, and the coupons that cannot be used, with the reason. For one
// deal and for a cart. The choice shows its price at once: the app runs the same function as the server.
import { Text, View } from '@tarojs/components';
import { useMemo, useState, type ReactNode } from 'react';
import type { Stack, StackCoupon, StackLine, StackReason } from '@contract/best-combination';
import { useT } from '@/i18n';
import { money } from '@/i18n/format';
import { couponName, missingText, texts } from '@/i18n/stack';
import { useLanguage } from '@/state/settings';
import { a11y } from '../a11y';
import { Radio } from '../field';
import { Icon } from '../icon';
import { Tag } from '../tag';
import { Touchable } from '../touchable';
import { sameStack, waysOf, type Unusable, type Way } from './logic';
import './index.scss';

interface Props {
  lines: readonly StackLine[];
  /** all that the person holds */
  coupons: readonly StackCoupon[];
  nowMs: number;
  stack: Stack;
  onChoose: (stack: Stack) => void;
  disabled?: boolean;
  /** below the list: more coupons to claim */
  footer?: ReactNode;
}

const SHOWN = 3;
const WAYS_SHOWN = 4;

export function StackCard({ lines, coupons, nowMs, stack, onChoose, disabled, footer }: Props) {
  const t = useT(texts);
  const { ways, unusable } = useMemo(() => waysOf(lines, coupons, nowMs), [lines, coupons, nowMs]);
  const [all, setAll] = useState(false);
  const [allWays, setAllWays] = useState(false);
  if (coupons.length === 0) return footer ? <View className="jk-card jk-block jk-stack">{footer}</View> : null;
  const chosen = ways.find((way) => sameStack(way.stack, stack));
  // What covers nothing here is folded away first; what only lacks an amount is worth seeing.
  const near = unusable.filter(({ reason }) => reason !== 'not_covering').slice(0, SHOWN);
  const shown = all ? unusable : near;
  const hidden = unusable.length - near.length;
  // Nothing but folded ones: the line above has counted them already.
  const alone = ways.length === 0 && near.length === 0;
  // Fifty coupons are fifty ways: the best few, and the one that was chosen.
  const few = allWays ? ways : ways.filter((way, i) => i < WAYS_SHOWN || way === chosen);
  const couponOf = (id: string) => coupons.find(({ couponId }) => couponId === id) as StackCoupon;
  const hasUsable = ways.some(({ parts }) => parts.some(({ couponId }) => couponId !== null));
  return (
    <View className="jk-card jk-block jk-stack">
      <View className="jk-between">
        <View className="jk-row jk-grow">
          <Icon name="ticket" size={20} color="var(--on-brand-tint)" />
          <View className="jk-title-3 jk-stack__title" {...a11y({ role: 'heading', level: 2 })}>{t.title}</View>
        </View>
        {chosen && chosen.offFen > 0 ? <Text className="jk-stack__saves">{t.saves(money(chosen.offFen))}</Text> : null}
      </View>
      <View className={`jk-caption jk-text-2 jk-stack__tried ${alone ? 'jk-stack__tried--alone' : ''}`}>{hasUsable ? t.tried(coupons.length) : t.noneFits(coupons.length)}</View>
      {few.length > 0 ? (
        <View {...a11y({ role: 'radiogroup', label: t.title })}>
          {few.map((way, i) => (
            <View key={way.key}>
              {i > 0 ? <View className="jk-hr" /> : null}
              <Choice way={way} couponOf={couponOf} on={way === chosen} disabled={disabled} onChoose={onChoose} />
            </View>
          ))}
        </View>
      ) : null}
      {ways.length > WAYS_SHOWN ? <Fold text={allWays ? t.fold : t.moreWays(ways.length - few.length)} open={allWays} onClick={() => setAllWays(!allWays)} /> : null}
      {shown.map((one, i) => (
        <View key={one.couponId}>
          {i > 0 || ways.length > 0 ? <View className="jk-hr" /> : null}
          <Out one={one} coupon={couponOf(one.couponId)} />
        </View>
      ))}
      {hidden > 0 ? <Fold text={all ? t.fold : alone ? t.seeWhy : t.others(hidden)} open={all} onClick={() => setAll(!all)} /> : null}
      {footer}
    </View>
  );
}

function Fold({ text, open, onClick }: { text: string; open: boolean; onClick: () => void }) {
  return (
    <Touchable className="jk-stack__more" onClick={onClick}>
      <Text>{text}</Text>
      <Icon name={open ? 'minus' : 'plus'} size={14} />
    </Touchable>
  );
}

function Choice({ way, couponOf, on, disabled, onChoose }: { way: Way; couponOf: (id: string) => StackCoupon; on: boolean; disabled?: boolean; onChoose: (stack: Stack) => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const why = useReason();
  const { parts } = way;
  const titles = parts.map(({ couponId }) => (couponId ? couponOf(couponId).title : t.friend));
  const only = parts.length === 1 && parts[0]!.couponId ? couponName(couponOf(parts[0]!.couponId), t, language) : titles.join(t.plus);
  const makeup = parts.map(({ couponId, offFen }) => (couponId ? t.couponPart(couponOf(couponId).title, money(offFen)) : t.friendPart(money(offFen)))).join(t.then) + (parts.length > 1 ? t.together : '');
  const reason = way.reason ? why(way.reason, 0) : t.keep;
  const isKept = !way.isBest && way.reason === null;
  const note = way.isBest ? makeup : isKept ? t.keepNote(money(way.costMoreFen)) : way.costMoreFen > 0 ? t.more(reason, money(way.costMoreFen)) : t.same(reason);
  const name = isKept && parts.length === 0 ? t.keep : only;
  return (
    <Touchable className="jk-stack__way" role="radio" checked={on} disabled={disabled} onClick={() => onChoose(way.stack)}>
      <Radio on={on} />
      <View className="jk-stack__what">
        <View className="jk-stack__name">
          <Text className="jk-strong">{name}</Text>
          {way.isBest ? <Tag tone="brand" className="jk-stack__tag">{t.best}</Tag> : null}
        </View>
        <View className="jk-caption jk-text-3 jk-stack__note">{note}</View>
      </View>
      <Text className={`jk-stack__off ${on ? 'jk-text-price' : 'jk-text-2'}`}>{money(-way.offFen)}</Text>
    </Touchable>
  );
}

function Out({ one, coupon }: { one: Unusable; coupon: StackCoupon }) {
  const t = useT(texts);
  const language = useLanguage();
  const why = useReason();
  return (
    <View className="jk-stack__way">
      <Radio on={false} disabled />
      <View className="jk-stack__what jk-text-3">
        <View className="jk-strong">{couponName(coupon, t, language)}</View>
        <View className="jk-caption jk-stack__note">{why(one.reason, one.missingFen)}</View>
      </View>
      <Text className="jk-stack__off jk-text-3">{t.cannot}</Text>
    </View>
  );
}

/** A reason in the guest's words. */
function useReason(): (reason: StackReason, missingFen: number) => string {
  const t = useT(texts);
  const words: Record<Exclude<StackReason, 'threshold'>, string> = {
    not_covering: t.notCovering, not_started: t.notStarted, expired: t.expired, with_friend: t.withFriend, one_platform: t.onePlatform,
    one_per_merchant: t.onePerMerchant, no_room: t.noRoom, not_new: t.notNew, not_lapsed: t.notLapsed,
  };
  return (reason, missingFen) => (reason === 'threshold' ? missingText(t, missingFen) : words[reason]);
}
