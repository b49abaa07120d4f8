// The honest line: the one who shared earns, how much, when, and who pays it.
import { NoticeStrip } from '@/components/notice';
import { useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import { money } from '@/i18n/format';

export function EarnsLine({ name, rebateFen }: { name: string; rebateFen: number }) {
  const t = useT(texts);
  return <NoticeStrip tone="rebate" icon="rebate">{t.landEarns(name, money(rebateFen))}</NoticeStrip>;
}
