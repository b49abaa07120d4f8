// The answer at the counter. Yes: what to serve, what the shop gets of it, who the guest is. No: why, in one sentence.
import { Text, View } from '@tarojs/components';
import { useEffect, useState } from 'react';
import { serverNow, type Failure } from '@/api';
import { a11y } from '@/components/a11y';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { useLeft } from '@/components/countdown';
import { Icon } from '@/components/icon';
import { Line } from '@/components/list';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { Tag } from '@/components/tag';
import { Touchable } from '@/components/touchable';
import { dayTime, minutesLeft, money, percent, timeWithSeconds } from '@/i18n/format';
import { texts } from '@/i18n/staff';
import { useT } from '@/i18n';
import { useLanguage, type Language } from '@/state/settings';
import { channelWord, type StaffWords } from '../../components/words';
import type { Model } from './index';
import type { Redemption, Reply } from './model';

export function AnswerView({ reply, model }: { reply: Reply; model: Model }) {
  return reply.kind === 'yes' ? <Yes redemption={reply.redemption} model={model} /> : <No reply={reply} />;
}

export function AnswerBar({ model, reply }: { model: Model; reply: Reply }) {
  const t = useT(texts);
  const retry = reply.kind === 'no' && reply.failure.unknown;
  return (
    <>
      <Button kind="outline" className="redeem__done" onClick={model.close}>{t.done}</Button>
      {retry
        ? <Button grow icon="repeat" className="redeem__next" loading={model.busy} onClick={model.again}>{t.tryAgain}</Button>
        : <Button grow icon="scan" className="redeem__next" onClick={() => (model.canScan ? void model.scan() : model.close())}>{t.nextOne}</Button>}
    </>
  );
}

function Yes({ redemption: r, model }: { redemption: Redemption; model: Model }) {
  const t = useT(texts);
  return (
    <>
      <View className="redeem__green" aria-hidden="true" />
      <View className="redeem__yes" {...a11y({ role: 'alert' })}>
        <View className="redeem__tick"><Icon name="check" size={36} /></View>
        <View className="jk-title-1 redeem__word">{t.success}</View>
        <View className="jk-label jk-num redeem__when">{t.successAt(timeWithSeconds(r.redeemedAtMs), r.codeShown)}</View>
      </View>
      <View className="redeem__columns redeem__columns--front">
        <View className="redeem__column">
          <View className="jk-card redeem__first">
            <View className="jk-row">
              <Picture src={r.pictureUrl} width={64} height={64} radius={10} />
              <View className="jk-grow redeem__meal">
                <View className="jk-title-3">{t.times(r.title)}</View>
                <View className="jk-label jk-text-2 redeem__gap">{t.left(r.left)}</View>
              </View>
            </View>
            <View className="redeem__items">
              {r.items.map((item) => (
                <View key={item.name} className="redeem__item">
                  <Icon name="check" size={14} color="var(--ok)" />
                  <Text className="jk-label redeem__item-text">{`${item.name} × ${item.quantity}`}</Text>
                </View>
              ))}
            </View>
          </View>
        </View>
        <View className="redeem__column">
          <Net redemption={r} />
          <Guest redemption={r} />
          <UndoLine redemption={r} model={model} />
        </View>
      </View>
    </>
  );
}

function Net({ redemption: r }: { redemption: Redemption }) {
  const t = useT(texts);
  return (
    <View className="jk-card jk-block">
      <View className="redeem__net">
        <Text className="jk-strong jk-semibold">{t.net}</Text>
        <PriceTag fen={r.merchantNetFen} size="l" tone="ink" exact />
      </View>
      <Line label={t.guestPaid}>{money(r.paidFen)}</Line>
      {r.subsidyFen > 0 ? <Line label={t.subsidy}>{`+${money(r.subsidyFen)}`}</Line> : null}
      {r.rebateFen > 0 ? <Line label={r.broughtBy ? t.rebateTo(r.broughtBy.person.name) : t.rebate}>{money(-r.rebateFen)}</Line> : null}
      <Line label={t.serviceFee(percent(r.commissionBps))}>{money(-r.commissionFen)}</Line>
      <Line label={t.payFee}>{money(-r.providerFeeFen)}</Line>
      <View className="jk-caption jk-text-3 redeem__note">{r.left > 0 ? t.netNoteLater : t.netNote}</View>
    </View>
  );
}

function Guest({ redemption: r }: { redemption: Redemption }) {
  const t = useT(texts);
  return (
    <View className="jk-card jk-block redeem__guest">
      <Avatar src={r.guest.avatarUrl} name={r.guest.name} size={44} />
      <View className="jk-grow redeem__meal">
        <View className="jk-row">
          <Text className="jk-strong jk-semibold jk-ell">{r.guest.name}</Text>
          <Tag tone={r.isNewGuest ? 'brand' : 'grey'} className="redeem__tag">{r.isNewGuest ? t.newGuest : t.oldGuest}</Tag>
        </View>
        <View className="jk-caption jk-text-2 jk-ell redeem__gap">{r.broughtBy ? t.broughtBy(r.broughtBy.person.name, channelWord(r.broughtBy.channel, t)) : t.cameSelf}</View>
      </View>
    </View>
  );
}

function UndoLine({ redemption: r, model }: { redemption: Redemption; model: Model }) {
  const t = useT(texts);
  const language = useLanguage();
  const rest = useLeft(r.undoUntilMs);
  if (rest === 0) return <View className="jk-label jk-text-3 redeem__undo">{t.undoOver}</View>;
  return (
    <Touchable className="jk-label jk-text-2 redeem__undo" onClick={() => void model.undo(r.redemptionId)}>
      <Icon name="refund" size={16} />
      <Text className="jk-num redeem__undo-text">{t.wrongScan(minutesLeft(rest, language))}</Text>
    </Touchable>
  );
}

function No({ reply }: { reply: Extract<Reply, { kind: 'no' }> }) {
  const t = useT(texts);
  const language = useLanguage();
  const { failure } = reply;
  const [title, text, facts] = wordsOf(failure, t, language);
  return (
    <View className={`redeem__no ${failure.unknown ? 'redeem__no--unknown' : ''}`} {...a11y({ role: 'alert' })}>
      <View className="redeem__cross"><Icon name={failure.unknown ? 'wifi-off' : 'close'} size={36} /></View>
      <View className="redeem__big">{title}</View>
      {failure.code === 'CODE_LOCKED' ? <Locked untilMs={reply.atMs + (failure.retryAfterMs ?? 0)} /> : null}
      <View className="jk-body jk-text-2 redeem__why">{text}</View>
      {facts.length > 0 ? (
        <View className="jk-card redeem__facts">
          {facts.map((fact) => <Line key={fact.label} label={fact.label} tone="strong">{fact.value}</Line>)}
        </View>
      ) : null}
    </View>
  );
}

/** The wait of a lock, counted on this device: the server named a length, not a moment. */
function Locked({ untilMs }: { untilMs: number }) {
  const t = useT(texts);
  const language = useLanguage();
  const [rest, setRest] = useState(() => Math.max(0, untilMs - Date.now()));
  useEffect(() => {
    const timer = setInterval(() => setRest(Math.max(0, untilMs - Date.now())), 1_000);
    return () => clearInterval(timer);
  }, [untilMs]);
  return <View className="jk-title-3 jk-num redeem__why">{rest > 0 ? t.badLockedLeft(minutesLeft(rest, language)) : t.badLockedOver}</View>;
}

type Words = [title: string, text: string, facts: { label: string; value: string }[]];

function wordsOf(failure: Failure, t: StaffWords, language: Language): Words {
  const { at, atMs, store, stores } = failure.details;
  switch (failure.code) {
    case 'VOUCHER_ALREADY_REDEEMED': {
      const when = typeof atMs === 'number' ? dayTime(atMs, language, serverNow()) : String(at ?? '');
      const where = String(store ?? '');
      return [t.badUsed, t.badUsedText, [{ label: t.usedWhen, value: when }, { label: t.usedWhere, value: where }]];
    }
    case 'CODE_STALE': return [t.badStale, t.badStaleText, []];
    case 'CODE_UNKNOWN': return [t.badUnknown, t.badUnknownText, []];
    case 'CODE_LOCKED': return [t.badLocked, t.badLockedText, []];
    case 'VOUCHER_EXPIRED': return [t.badExpired, t.badExpiredText, []];
    case 'VOUCHER_REFUNDED': return [t.badRefunded, t.badRefundedText, []];
    case 'WRONG_STORE': return [t.badStore, t.badStoreText(Array.isArray(stores) ? stores.join('、') : String(stores ?? '')), []];
    default: return failure.unknown ? [t.badOffline, t.badOfflineText, []] : [t.badOther, failure.message, []];
  }
}
