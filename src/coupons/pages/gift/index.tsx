// A coupon from a friend: who gives it, what it is, and one button. Somebody else may have been quicker: then it says so.
import { View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { useRef, useState } from 'react';
import { call, renewWechatKey, useAction, useLoad, useSession } from '@/api';
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
import { useLanguage } from '@/state/settings';
import { mayCall } from '@/state/sign-in';
import { audienceWord, validityOf } from '../../words';
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
  const { data } = gift;
  const over = isNotSent ? t.giftNotSent : data ? { open: '', taken: t.giftTaken, taken_back: t.giftTakenBack, ended: data.expiresAtMs < data.coupon.validUntilMs ? t.giftEnded : t.giftExpired }[data.state] : '';
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
            <View className="coupons__from" {...a11y({ role: 'heading', level: 1 })}>{t.giftFrom(data.giver.name)}</View>
            {over ? null : <View className="jk-label jk-text-2 coupons-gap">{t.giftUntil(dayTime(data.expiresAtMs, language))}</View>}
          </View>
          <CouponTicket face={data.coupon} scope={data.coupon.scopeText} note={validityOf(data.coupon, t, language)} off={over !== ''}>
            <View className="jk-caption jk-text-3">{note}</View>
          </CouponTicket>
          {over ? <NoticeStrip tone="info" icon="info">{`${over}${language === 'en' ? '. ' : '。'}${t.giftOver}`}</NoticeStrip> : null}
          {data.isMine && !over ? <NoticeStrip tone="info" icon="info">{t.giftMine}</NoticeStrip> : null}
          {claim.error && !over ? <NoticeStrip tone="warn">{claim.error.message}</NoticeStrip> : null}
          <View className="coupons__send">
            {over || data.isMine ? <Button kind="tint" onClick={() => openPage(data.isMine ? 'myCoupons' : 'couponCentre')}>{data.isMine ? t.toMine : t.toCentre}</Button> : <Button loading={claim.busy} onClick={() => void take()}>{t.giftClaim}</Button>}
          </View>
          {over || data.isMine ? null : <Note icon="info">{t.giftNote}</Note>}
        </>
      ) : null}
    </Page>
  );
}
