// Giving a coupon: what it means first, then the link and the ways to send it; taking it back has the same weight.
import { View } from '@tarojs/components';
import { useEffect, useState } from 'react';
import { call, useAction } from '@/api';
import { Button, OpenButton } from '@/components/button';
import { NoticeStrip } from '@/components/notice';
import { Sheet } from '@/components/sheet';
import { useT } from '@/i18n';
import { texts } from '@/i18n/coupons';
import { canShareBySystem, copyText, isWeapp, keepCardPrivate, shareBySystem, webAddress } from '@/platform';
import { toast } from '@/state/overlays';
import { pageUrl } from '@/state/pages';
import { useTakeBack } from '../../take-back';
import type { Coupon } from '../../words';

interface Props {
  coupon: Coupon;
  onLink: (token: string | null) => void;
  onChanged: () => void;
  onClose: () => void;
}

export function GiveSheet({ coupon, onLink, onChanged, onClose }: Props) {
  const t = useT(texts);
  const { couponId, title } = coupon;
  const [token, setToken] = useState(coupon.gift?.token ?? null);
  useEffect(() => {
    onLink(token);
    return () => onLink(null);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [token]);
  const isCardReady = usePrivateCard(token);
  const give = useAction<string, { token: string }>('coupon.give', (id, idempotencyKey) => call('giveCoupon', { params: { couponId: id }, idempotencyKey }), onChanged);
  const back = useTakeBack(onChanged);
  const start = async () => {
    const given = await give.run(couponId);
    if (!given) return;
    setToken(given.token);
    onChanged();
  };
  const takeBack = async () => {
    if (await back.run(couponId)) onClose();
  };
  const url = token ? webAddress(pageUrl('couponGift', { t: token })) : '';
  const copy = async () => {
    const copied = await copyText(url);
    toast(copied ? t.linkCopied : t.linkNotCopied, copied ? 'ok' : 'error');
  };
  const system = async () => {
    if ((await shareBySystem({ title: t.cardTitle(title), text: t.cardTitle(title), url })) === 'unsupported') await copy();
  };
  return (
    <Sheet open title={t.giveTitle} onClose={onClose}>
      <View className="coupons__rule">{t.giveRule}</View>
      {give.error ? <NoticeStrip tone="warn">{give.error.message}</NoticeStrip> : null}
      <View className="coupons__send">
        {!token ? <Button loading={give.busy} onClick={() => void start()}>{t.giveStart}</Button> : null}
        {token && isWeapp ? <OpenButton open="share" channel="chat" disabled={!isCardReady} label={t.giveChat} className={`coupons__native ${isCardReady ? '' : 'coupons__native--wait'}`}>{isCardReady ? t.giveChat : t.giveWait}</OpenButton> : null}
        {token && !isWeapp ? <Button icon="link" onClick={() => void copy()}>{t.giveCopy}</Button> : null}
        {token && !isWeapp && canShareBySystem() ? <Button kind="tint" className="coupons__send-way" onClick={() => void system()}>{t.giveMore}</Button> : null}
        {token ? <Button kind="outline" className="coupons__send-way" loading={back.busy} onClick={() => void takeBack()}>{t.takeBack}</Button> : null}
      </View>
    </Sheet>
  );
}

/** In the mini-program the card of a gift is made private before it can be sent. Without an answer it is a plain card; true: it may go. */
function usePrivateCard(token: string | null): boolean {
  const [ready, setReady] = useState<string | null>(null);
  useEffect(() => {
    if (!isWeapp || !token) return undefined;
    let open = true;
    void call('createGiftActivity', { params: { token } }).catch(() => ({ activityId: null })).then(({ activityId }) => {
      if (!open) return;
      if (activityId) keepCardPrivate(activityId);
      setReady(token);
    });
    return () => {
      open = false;
      keepCardPrivate(null);
    };
  }, [token]);
  return ready === token;
}
