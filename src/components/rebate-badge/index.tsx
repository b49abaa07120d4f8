// A rebate at a glance, in the only four words the design allows. Its condition stands in the same card, put there by the page.
import { texts } from '@/i18n/common';
import { money } from '@/i18n/format';
import { useT } from '@/i18n';
import { Tag } from '../tag';

interface Props {
  state?: 'offer' | 'pending' | 'arrived' | 'unpaid';
  fen?: number;
  className?: string;
}

export function RebateBadge({ state = 'offer', fen = 0, className }: Props) {
  const t = useT(texts);
  if (state === 'arrived') return <Tag tone="ok" icon="check" className={className}>{t.rebateArrived}</Tag>;
  if (state === 'unpaid') return <Tag tone="grey" className={className}>{t.rebateNotPaid}</Tag>;
  if (state === 'pending') return <Tag tone="rebate" icon="clock" className={className}>{t.rebatePending(money(fen))}</Tag>;
  return <Tag tone="rebate" icon="rebate" className={className}>{t.rebateOffer(money(fen))}</Tag>;
}
