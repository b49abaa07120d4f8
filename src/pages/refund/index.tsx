// Where a refund stands: amount, where it goes, and each step with its time or its deadline.
import { View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { CardSkeleton } from '@/components/skeleton';
import { Steps, type Step } from '@/components/steps';
import { dayTime } from '@/i18n/format';
import { texts } from '@/i18n/refund';
import { useT } from '@/i18n';
import { openPage } from '@/state/pages';
import { useLanguage, type Language } from '@/state/settings';
import { useRefund, type Refund } from './model';
import './index.scss';

export default function RefundPage() {
  const t = useT(texts);
  const { ready, refund } = useRefund();
  const data = refund.data;
  return (
    <Page title={t.title} className="refund" loads={[refund]}>
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {ready && refund.error && !data ? <ErrorState error={refund.error} place="page" onRetry={refund.refresh} /> : null}
      {refund.loading ? <><CardSkeleton lines={2} /><CardSkeleton lines={4} /></> : null}
      {data ? <Body refund={data} /> : null}
    </Page>
  );
}

function Body({ refund }: { refund: Refund }) {
  const t = useT(texts);
  const language = useLanguage();
  const { state } = refund;
  const head = state === 'requested' ? t.headRequested : state === 'declined' ? (refund.answeredBy === 'undo' ? t.headUndone : t.headDeclined) : state === 'succeeded' ? t.headDone : t.headGoing;
  const kind = { unused: t.kindUnused, expired: t.kindExpired, late_payment: t.kindLate, double_payment: t.kindDouble, after_sale: t.kindAfterSale, group_failed: t.kindGroupFailed, group_left: t.kindGroupLeft, ladder: t.kindLadder }[refund.kind];
  return (
    <>
      <View className="jk-card refund__head">
        <View className="jk-label jk-text-2">{head}</View>
        <PriceTag fen={refund.amountFen} size="xl" tone="ink" exact className="refund__amount" />
        {state === 'declined' ? null : <View className="jk-caption jk-text-2 refund__way">{t.toWechat}</View>}
      </View>
      {state === 'stuck' ? <NoticeStrip tone="warn">{t.stuck}</NoticeStrip> : null}
      <View className="jk-card jk-block">
        <View className="jk-title-3 refund__title">{t.steps}</View>
        <Steps steps={stepsOf(refund, t, language)} />
      </View>
      <View className="jk-card jk-block">
        <View className="jk-row">
          <Picture src={refund.pictureUrl} width={60} height={60} radius={10} />
          <View className="jk-grow refund__what">
            <View className="jk-strong">{refund.title}</View>
            <View className="jk-caption jk-text-3 refund__kind">{kind}</View>
          </View>
        </View>
        {refund.reason ? <Line label={t.reason}>{refund.reason}</Line> : null}
        {refund.answer ? <Line label={t.answer}>{refund.answer}</Line> : null}
      </View>
      <View className="refund__ways"><Button kind="outline" size="m" grow onClick={() => openPage('order', { id: refund.orderId })}>{t.order}</Button></View>
    </>
  );
}

type Words = ReturnType<typeof useT<typeof texts.zh>>;

/** What happened carries its time; the next step is current and carries its deadline. */
function stepsOf(refund: Refund, t: Words, language: Language): Step[] {
  const now = serverNow();
  const next = refund.steps.findIndex((step) => step.atMs === null);
  const asked = refund.kind === 'unused' || refund.kind === 'after_sale';
  return refund.steps.map(({ step, atMs, byMs }, i) => {
    const waits = atMs === null;
    const title = {
      requested: asked ? t.requested : t.requestedAuto, accepted: waits && refund.kind === 'after_sale' ? t.acceptedWait : refund.answeredBy === 'time' ? t.acceptedLate : t.accepted, sent: t.sent, arrived: t.arrived, declined: t.declined,
    }[step];
    const deadline = (ms: number) => {
      const when = dayTime(ms, language, now);
      if (step === 'accepted' && refund.kind === 'after_sale') return t.bySale(when);
      return step === 'arrived' ? t.byDay(when) : t.by(when);
    };
    const time = atMs !== null ? dayTime(atMs, language, now) : byMs !== null ? deadline(byMs) : undefined;
    if (step === 'declined') {
      const isUndone = refund.answeredBy === 'undo';
      const note = isUndone ? t.undoneNote : t.declinedNote;
      return { title: isUndone ? t.undone : title, note: time ? `${time} · ${note}` : note, state: isUndone ? 'done' : 'failed' };
    }
    return { title, note: time, state: waits ? (i === next ? 'current' : 'future') : 'done' };
  });
}
