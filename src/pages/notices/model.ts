// The notice list: by day, unread until this visit, and the consent for WeChat's own reminders.
import { useEffect, useRef } from 'react';
import { call, usePages, type Answer } from '@/api';
import { daysBetween } from '@/i18n/format';
import { texts } from '@/i18n/notices';
import { textsIn } from '@/i18n';
import { useFresh } from '@/state/fresh';
import { loadMe } from '@/state/me';
import { toast } from '@/state/overlays';
import { usePerson } from '@/state/person';
import { askReminders, useReminderTemplates } from '@/state/reminders';
import { getLanguage } from '@/state/settings';

export type Notice = Answer<'listNotices'>['items'][number];

export function useNotices() {
  const { ready, who } = usePerson();
  const list = usePages((cursor) => call('listNotices', { query: { cursor } }), [who], { ready });
  useMarkRead(list.data);

  useFresh(list, { ready });

  const templates = useReminderTemplates();
  const remind = async () => {
    const agreed = await askReminders(templates);
    const t = textsIn(texts, getLanguage());
    toast(agreed ? t.reminded : t.notReminded, agreed ? 'ok' : 'plain');
  };
  return { ready, list, canRemind: templates.length > 0, remind };
}

/** What was on screen is read; the dots stay for this visit, so that one sees what is new. */
function useMarkRead(items: Notice[] | null): void {
  const newest = items?.[0]?.atMs ?? 0;
  const isNew = items?.some((item) => !item.isRead) ?? false;
  const told = useRef(0);
  useEffect(() => {
    if (!isNew || newest <= told.current) return;
    told.current = newest;
    call('readNotices', { body: { upToMs: newest } }).then(
      () => void loadMe().catch(() => undefined),
      () => (told.current = 0),
    );
  }, [newest, isNew]);
}

export interface DayGroup {
  daysAgo: number;
  atMs: number;
  items: Notice[];
}

/** Consecutive notices of one Shanghai day. */
export function byDay(items: Notice[], nowMs: number): DayGroup[] {
  const groups: DayGroup[] = [];
  for (const item of items) {
    const daysAgo = daysBetween(item.atMs, nowMs);
    const last = groups[groups.length - 1];
    if (last && last.daysAgo === daysAgo) last.items.push(item);
    else groups.push({ daysAgo, atMs: item.atMs, items: [item] });
  }
  return groups;
}
