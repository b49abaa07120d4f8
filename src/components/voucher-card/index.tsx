// The paper the guest shows: shop, state, QR and typed code, and the terms below. In any other state the code gives way to what
// happened and when.
import { Text, View } from '@tarojs/components';
import { useDidHide, useDidShow } from '@tarojs/taro';
import { useEffect, useState, type ReactNode } from 'react';
import { serverNow } from '@/api/clock';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/components';
import { groupCode } from '@/i18n/format';
import { useT } from '@/i18n';
import { brightScreen, copyText, isWeapp } from '@/platform';
import { useOnline } from '@/state/network';
import { toast } from '@/state/overlays';
import { Icon, type IconName } from '../icon';
import { QrCode } from '../qr-code';
import { ShopLogo } from '../shop-logo';
import { Bone, Skeleton } from '../skeleton';
import { Tag, type TagTone } from '../tag';
import { Touchable } from '../touchable';
import { voucherCodes, type Codes } from './logic';
import './index.scss';

interface VoucherState {
  text: string;
  tone: TagTone;
}

interface Props {
  voucherId: string;
  merchantName: string;
  logoInk: string;
  /** shop and branch */
  shop: string;
  /** what was bought × how many */
  what: string;
  state: VoucherState;
  /** given while it can be shown; null otherwise */
  code: { secret: string; locator: string } | null;
  /** instead of the code: used, refunded, expired */
  instead?: { icon: IconName; title: string; text: string };
  /** ground behind the notches */
  ground?: string;
  /** terms: Line elements */
  children: ReactNode;
}

export function VoucherCard({ voucherId, merchantName, logoInk, shop, what, state, code, instead, ground = 'var(--pine-800)', children }: Props) {
  return (
    <View className="jk-voucher">
      <View className="jk-voucher__head">
        <ShopLogo name={merchantName} ink={logoInk} />
        <View className="jk-voucher__names">
          <View className="jk-voucher__shop">{shop}</View>
          <View className="jk-voucher__what">{what}</View>
        </View>
        <Tag tone={state.tone}>{state.text}</Tag>
      </View>
      <Notch ground={ground} />
      {code ? <CodePart voucherId={voucherId} secret={code.secret} locator={code.locator} /> : <InsteadPart {...(instead ?? { icon: 'info', title: state.text, text: '' })} />}
      <View className="jk-voucher__terms">{children}</View>
    </View>
  );
}

/** The tear line of a ticket: two circles in the ground's colour. */
function Notch({ ground }: { ground: string }) {
  return (
    <View className="jk-notch" aria-hidden="true">
      <View className="jk-notch__left" style={{ background: ground }} />
      <View className="jk-notch__right" style={{ background: ground }} />
      <View className="jk-notch__line" />
    </View>
  );
}

/** The codes of this minute, renewed when the window turns. */
function useVoucherCodes(voucherId: string, secret: string, locator: string): Codes {
  const now = () => voucherCodes({ voucherId, secret, locator }, serverNow());
  const [codes, setCodes] = useState(now);
  useEffect(() => {
    setCodes(now());
    const timer = setInterval(() => setCodes(now()), 1_000);
    return () => clearInterval(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [voucherId, secret, locator]);
  return codes;
}

function CodePart({ voucherId, secret, locator }: { voucherId: string; secret: string; locator: string }) {
  const t = useT(texts);
  const c = useT(common);
  const online = useOnline();
  const codes = useVoucherCodes(voucherId, secret, locator);
  const [front, setFront] = useState(true);
  useDidShow(() => setFront(true));
  useDidHide(() => setFront(false));
  useEffect(() => {
    brightScreen(front);
    return () => brightScreen(false);
  }, [front]);
  const copy = async () => {
    if (await copyText(codes.typed)) toast(c.copied, 'ok');
  };
  return (
    <View className="jk-voucher__code">
      <QrCode text={codes.qr} size={208} />
      <Touchable className="jk-voucher__digits" label={`${codes.typed} ${c.copyCode}`} onClick={copy}>
        {groupCode(codes.typed).split(' ').map((part, i) => (
          <Text key={i} className="jk-voucher__four">{part}</Text>
        ))}
        <Icon name="copy" size={18} className="jk-voucher__copy" />
      </Touchable>
      <View className="jk-voucher__hint">{!online ? t.offlineCode : isWeapp ? t.bright : t.showCode}</View>
      <View className="jk-voucher__left">{c.refreshIn(codes.secondsLeft)}</View>
    </View>
  );
}

function InsteadPart({ icon, title, text }: { icon: IconName; title: string; text: string }) {
  return (
    <View className="jk-voucher__instead">
      <View className="jk-voucher__disc">
        <Icon name={icon} size={36} />
      </View>
      <View className="jk-voucher__title">{title}</View>
      {text ? <View className="jk-voucher__text">{text}</View> : null}
    </View>
  );
}

export function VoucherSkeleton() {
  return (
    <Skeleton>
      <View className="jk-voucher jk-voucher--bones">
        <Bone width="60%" height={40} />
        <View className="jk-voucher__code">
          <Bone width={208} height={208} radius={12} top={24} />
          <Bone width={200} height={24} top={16} />
        </View>
      </View>
    </Skeleton>
  );
}
