// One coupon to claim, from a link (`id`, or `code` of a channel's own) or by its typed code.
import { View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { useState } from 'react';
import { call, useAction, useLoad, useSession } from '@/api';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Field } from '@/components/field';
import { NeedLogin } from '@/components/need-login';
import { Note, NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { useT } from '@/i18n';
import { texts } from '@/i18n/coupons';
import { toast } from '@/state/overlays';
import { openPage, replacePage } from '@/state/pages';
import { usePerson } from '@/state/person';
import { useLanguage } from '@/state/settings';
import { mayCall } from '@/state/sign-in';
import { OfferTicket } from '../../offer-ticket';
import { whyNot } from '../../words';
import '../../coupons.scss';

const CODE = /^[0-9A-Z]{10}$/;

export default function ClaimCoupon() {
  const t = useT(texts);
  const { params } = useRouter();
  const [code, setCode] = useState(() => clean(params.code ?? ''));
  const isCode = CODE.test(code);
  return (
    <Page title={t.claimTitle} className="coupons">
      {params.id || isCode ? <One offerId={isCode ? null : (params.id ?? '')} code={code} onOther={() => setCode('')} /> : <TypeCode onCode={setCode} />}
    </Page>
  );
}

/** As it was meant: pasted with blanks or dashes, in small letters, or from a full-width keyboard. */
const clean = (text: string) => text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();

function TypeCode({ onCode }: { onCode: (code: string) => void }) {
  const t = useT(texts);
  const [typed, setTyped] = useState('');
  const [bad, setBad] = useState(false);
  const look = () => (CODE.test(clean(typed)) ? onCode(clean(typed)) : setBad(true));
  return (
    <View className="jk-card jk-block coupons__card">
      <Field
        label={t.codeLabel} value={typed} maxlength={40} placeholder={t.codePlaceholder} error={bad ? t.codeBad : undefined} hint={t.codeHint} onSubmit={look}
        onInput={(value) => {
          setBad(false);
          setTyped(value);
        }}
      />
      <Button className="coupons__look" onClick={look}>{t.codeLook}</Button>
    </View>
  );
}

function One({ offerId, code, onOther }: { offerId: string | null; code: string; onOther: () => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const session = useSession();
  const { ready, who } = usePerson();
  // A code is looked up by somebody who is known, so that nobody can try them all.
  const mayAsk = offerId !== null || ready;
  const offer = useLoad(() => (offerId ? call('getCouponOffer', { params: { offerId } }) : call('openCouponCode', { body: { code } })), [offerId, code, who, session?.personId, language], { ready: mayAsk });
  const claim = useAction<null, { couponId: string }>(`coupon.claim.${offerId ?? code}`, (_, idempotencyKey) => (offerId ? call('claimCoupon', { params: { offerId }, idempotencyKey }) : call('claimCouponCode', { body: { code }, idempotencyKey })), () => void offer.refresh());
  if (!mayAsk) return <NeedLogin why={t.needLogin} />;
  if (offer.error && !offer.data) {
    // A code that nobody has is not found, and trying it again helps nobody.
    const error = offer.error.code === 'COUPON_CODE_UNKNOWN' ? { code: 'NOT_FOUND', message: offer.error.message, retry: offer.error.retry } : offer.error;
    return <ErrorState place="page" error={error} onRetry={offer.refresh} exit={offerId ? { text: t.toCentre, onClick: () => replacePage('couponCentre') } : { text: t.retype, onClick: onOther }} />;
  }
  if (!offer.data) return <CardSkeleton lines={3} />;
  const why = whyNot(offer.data.claim, offer.data.mine, t);
  const take = async () => {
    if (!(await mayCall())) return;
    if (await claim.run(null)) {
      toast(t.claimed, 'ok');
      replacePage('myCoupons');
    }
  };
  return (
    <>
      <OfferTicket offer={offer.data} off={why !== ''} />
      {claim.error ? <NoticeStrip tone="warn">{claim.error.message}</NoticeStrip> : null}
      <View className="coupons__send">
        <Button disabled={why !== ''} loading={claim.busy} onClick={() => void take()}>{why || t.claimNow}</Button>
        {why ? <Button kind="tint" className="coupons__send-way" onClick={() => openPage(offer.data?.mine ? 'myCoupons' : 'couponCentre')}>{offer.data.mine ? t.toMine : t.toCentre}</Button> : null}
      </View>
      {why ? null : <Note icon="info">{t.claimFree}</Note>}
    </>
  );
}
