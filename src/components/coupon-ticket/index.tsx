// A coupon as a ticket: what it takes off and from which amount, its name, where and until when, and one action.
import { Text, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { texts } from '@/i18n/coupons';
import { useT } from '@/i18n';
import { price, priceParts } from '@/i18n/format';
import { offOf } from '@/i18n/stack';
import { useLanguage } from '@/state/settings';
import './index.scss';

/** An amount of 0 is one that the editor does not know yet; no coupon has it. */
interface TicketFace {
  title: string;
  kind: 'amount' | 'percent' | 'exchange';
  thresholdFen: number;
  amountFen: number;
  offBps: number;
  capFen: number;
}

interface Props {
  face: TicketFace;
  /** where it can be used */
  scope: string;
  /** until when, or why not */
  note: string;
  off?: boolean;
  action?: ReactNode;
  children?: ReactNode;
}

export function CouponTicket({ face, scope, note, off = false, action, children }: Props) {
  return (
    <View className={`jk-ticket ${off ? 'jk-ticket--off' : ''}`}>
      <View className="jk-ticket__main">
        <Value face={face} />
        <View className="jk-ticket__notch jk-ticket__notch--top" aria-hidden="true" />
        <View className="jk-ticket__notch jk-ticket__notch--bottom" aria-hidden="true" />
        <View className="jk-ticket__body">
          <View className="jk-strong jk-semibold jk-2lines">{face.title}</View>
          <View className="jk-ticket__scope">{scope}</View>
          <View className="jk-ticket__note">{note}</View>
        </View>
        {action ? <View className="jk-ticket__action">{action}</View> : null}
      </View>
      {children ? <View className="jk-ticket__foot">{children}</View> : null}
    </View>
  );
}

const OPEN = '—';

function Value({ face }: { face: TicketFace }) {
  const t = useT(texts);
  const language = useLanguage();
  const { kind, thresholdFen, amountFen, offBps, capFen } = face;
  const { integer, decimals } = priceParts(kind === 'exchange' ? 1 : amountFen, false);
  const from = thresholdFen > 0 ? t.from(price(thresholdFen)) : t.fromNothing;
  return (
    <View className="jk-ticket__value">
      {kind === 'percent' ? (
        <View className="jk-ticket__sum"><Text className="jk-ticket__big">{offBps ? offOf(offBps, language) : OPEN}</Text><Text className="jk-ticket__unit">{t.offUnit}</Text></View>
      ) : (
        <View className="jk-ticket__sum">
          <Text className="jk-ticket__unit">¥</Text>
          <Text className={`jk-ticket__big ${integer.length + decimals.length > 4 ? 'jk-ticket__big--long' : ''}`}>{kind === 'amount' && !amountFen ? OPEN : integer + decimals}</Text>
        </View>
      )}
      <View className="jk-ticket__from">{kind === 'exchange' ? t.exchangeUnit : from}</View>
      {kind === 'percent' ? <View className="jk-ticket__from">{t.cap(capFen ? price(capFen) : OPEN)}</View> : null}
    </View>
  );
}
