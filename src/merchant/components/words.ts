// Words made of data on the shop's pages: where a guest came from.
import type { texts } from '@/i18n/staff';
import type { useT } from '@/i18n';

export type StaffWords = ReturnType<typeof useT<typeof texts.zh>>;

export function channelWord(channel: string, t: StaffWords): string {
  const words: Record<string, string> = { chat: t.channelChat, group: t.channelGroup, poster: t.channelPoster, link: t.channelLink, moments: t.channelMoments, direct: t.channelDirect };
  return words[channel] ?? channel;
}
