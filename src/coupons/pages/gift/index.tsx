// A coupon from a friend: who gives it, what it is, and one button. Somebody else may have been quicker: then it says so.
import { View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { useRef, useState } from 'react';
import { call, renewWechatKey, useAction, useLoad, useSession, type Answer } from '@/api';
import { a11y } from '@/components/a11y';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { CouponTicket } from '@/components/coupon-ticket';
import { ErrorState } from '@/components/error-state';
import { Note, NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { useT } from '@/i18n';
import { texts } from '@/i18n/coupons';
import { dayTime } from '@/i18n/format';
import { isWeapp, privateMessage } from '@/platform';
import type { PrivateMessage } from '@/platform/types';
import { toast } from '@/state/overlays';
import { openPage, replacePage } from '@/state/pages';
import { useLanguage, type Language } from '@/state/settings';
import { mayCall } from '@/state/sign-in';
import { useTakeBack } from '../../take-back';
import { audienceWord, validityOf, type CouponWords } from '../../words';
import '../../coupons.scss';

const TOKEN = /^[0-9a-z]{12,28}$/;

export default function CouponGift() {
  const t = useT(texts);
  const language = useLanguage();
  const session = useSession();
  const token = useRouter().params.t ?? '';
  const isToken = TOKEN.test(token);
  const gift = useLoad(() => call('getCouponGift', { params: { token } }), [token, session?.personId, language], { ready: isToken });
  const [isNotSent, setNotSent] = useState(false);
  // Asked once: the same request is sent again when nobody knows whether it was claimed.
  const came = useRef<Promise<PrivateMessage | null> | null>(null);
  const claim = useAction<null, { couponId: string }>(`coupon.gift.${token}`, async (_, idempotencyKey) => {
    const card = await came.current;
    return call('claimCouponGift', { params: { token }, body: card ? { privateMessage: card.proof } : {}, idempotencyKey });
  }, () => void gift.refresh());
  const take = async () => {
    if (!(await mayCall())) return;
    // WeChat's word is encrypted with the key of the sign-in.
    if (isWeapp) await renewWechatKey();
    came.current ??= privateMessage();
    if ((await came.current)?.valid === false) return setNotSent(true);
    if (await claim.run(null)) {
      toast(t.claimed, 'ok');
      replacePage('myCoupons');
    }
  };
  const back = useTakeBack(() => void gift.refresh());
  const { data } = gift;
  const says = data ? wordsOf(data, isNotSent, t, language) : '';
  const over = says !== '' && (isNotSent || data?.state !== 'open');
  const own = data?.isMine || data?.isTakenByMe;
  const note = data ? [audienceWord(data.coupon.audience, t), data.coupon.paidByText].filter(Boolean).join(' · ') : '';
  return (
    <Page title={t.giftTitle} className="coupons">
      {!isToken ? <ErrorState place="page" error={{ code: 'NOT_FOUND', message: t.giftBad, retry: 'never' }} /> : null}
      {gift.error && !data ? <ErrorState place="page" error={gift.error} onRetry={gift.refresh} /> : null}
      {gift.loading ? <><CardSkeleton lines={2} /><CardSkeleton lines={2} /></> : null}
      {data ? (
        <>
          <View className="coupons__giver">
            <Avatar src={data.giver.avatarUrl} name={data.giver.name} size={64} />
            <View className="coupons__from" {...a11y({ role: 'heading', level: 1 })}>{data.isMine ? t.giftGiven : t.giftFrom(data.giver.name)}</View>
            {over ? null : <View className="jk-label jk-text-2 coupons-gap">{t.giftUntil(dayTime(data.expiresAtMs, language))}</View>}
          </View>
          <CouponTicket face={data.coupon} scope={data.coupon.scopeText} note={validityOf(data.coupon, t, language)} off={over && !data.isTakenByMe}>
            <View className="jk-caption jk-text-3">{note}</View>
          </CouponTicket>
          {says ? <NoticeStrip tone={data.isTakenByMe ? 'ok' : 'info'} icon={data.isTakenByMe ? 'check' : 'info'}>{says}</NoticeStrip> : null}
          {claim.error && !over ? <NoticeStrip tone="warn">{claim.error.message}</NoticeStrip> : null}
          <View className="coupons__send">
            {over || own ? <Button kind="tint" onClick={() => openPage(own ? 'myCoupons' : 'couponCentre')}>{own ? t.toMine : t.toCentre}</Button> : <Button loading={claim.busy} onClick={() => void take()}>{t.giftClaim}</Button>}
          </View>
          {data.giving ? <View className="coupons__send"><Button kind="outline" loading={back.busy} onClick={() => void back.run(data.giving!)}>{t.takeBack}</Button></View> : null}
          {over || own ? null : <Note icon="info">{t.giftNote}</Note>}
        </>
      ) : null}
    </Page>
  );
}

/** What there is to know beside the coupon: to who gave it, to who has it, to who comes too late. */
function wordsOf(gift: Answer<'getCouponGift'>, isNotSent: boolean, t: CouponWords, language: Language): string {
  const expired = gift.expiresAtMs >= gift.coupon.validUntilMs;
  if (gift.isMine) return { open: t.giftMine, taken: t.giftMineTaken, taken_back: t.giftMineBack, ended: expired ? t.giftMineExpired : t.giftMineEnded }[gift.state];
  if (gift.isTakenByMe) return t.giftAccepted;
  const why = isNotSent ? t.giftNotSent : { open: '', taken: t.giftTaken, taken_back: t.giftTakenBack, ended: expired ? t.giftExpired : t.giftEnded }[gift.state];
  return why && `${why}${language === 'en' ? '. ' : '。'}${t.giftOver}`;
}
