// A seat at checkout: what it waits for, and where one goes instead when there is none.
import type { Answer, Failure } from '@/api';
import { Note } from '@/components/notice';
import { useT } from '@/i18n';
import { sentences } from '@/i18n/format';
import { texts } from '@/i18n/checkout';
import { replacePage } from '@/state/pages';
import { useLanguage } from '@/state/settings';

type Quote = Answer<'quoteOrder'>;
export type Seat = { open: true } | { groupId: string };

/** From the address: `group=grp_…`, or `open=1` for a new group. */
export function seatIn(params: Partial<Record<string, string>>): Seat | undefined {
  if (params.group && /^grp_[0-9a-z]{8,28}$/.test(params.group)) return { groupId: params.group };
  return params.open === '1' ? { open: true } : undefined;
}

export function SeatNote({ quote }: { quote: Quote }) {
  const t = useT(texts);
  const language = useLanguage();
  const { group } = quote;
  if (!group) return null;
  const starts = group.groupId === null ? t.seatOpen(group.hours, group.size) : t.seatJoin(group.size);
  return <Note icon="table">{sentences(language, starts, t.seatFails, group.isLastSeat ? t.seatLast : '')}</Note>;
}

/** The way on when a seat was refused: the group that is meant, another one, or the deal. null: not about a seat. */
export function seatExit(failure: Failure, dealId: string, t: { toGroup: string; otherGroup: string; backToDeal: string }): { text: string; onClick: () => void } | null {
  const { groupId, otherGroupId } = failure.details;
  if (typeof groupId === 'string') return { text: t.toGroup, onClick: () => replacePage('group', { id: groupId }) };
  if (typeof otherGroupId === 'string') return { text: t.otherGroup, onClick: () => replacePage('group', { id: otherGroupId }) };
  return /^GROUP_/.test(failure.code) ? { text: t.backToDeal, onClick: () => replacePage('deal', { id: dealId }) } : null;
}
