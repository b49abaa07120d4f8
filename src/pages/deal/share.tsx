// The share sheet of a deal, or of a group of it, with its poster: what the friend gets, what you get and when, and the ways to pass it on.
import { useEffect, useMemo, useState } from 'react';
import { ErrorState } from '@/components/error-state';
import { Poster, type PosterSeats } from '@/components/poster';
import { ShareSheet, type ShareWay } from '@/components/share-sheet';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts as words } from '@/i18n/components';
import { texts } from '@/i18n/deal';
import { shopName } from '@/i18n/format';
import { canShareBySystem, copyText, inWechatBrowser, isWeapp, openSystemSettings, savePicture, shareBySystem } from '@/platform';
import { confirmDialog, toast } from '@/state/overlays';
import { useLanguage } from '@/state/settings';
import type { useLinks } from './share-model';

/** What is passed on, as the server will say it on the link. */
interface Offer {
  title: string;
  merchantName: string;
  friendDiscountFen: number;
  rebateFen: number;
  rebateHoldDays: number;
  /** what one pays alone, where the link's own price is a group's */
  aloneFen?: number;
}

interface Props {
  open: boolean;
  /** null: known when the links are made */
  offer: Offer | null;
  title: string;
  /** what goes with the link where the system shares */
  textOf: (priceFen: number) => string;
  /** a group's people on the poster */
  seats?: PosterSeats;
  links: ReturnType<typeof useLinks>;
  showRebate: boolean;
  onClose: () => void;
}

export function ShareOffer({ open, offer, title, textOf, seats, links: { links, error, make }, showRebate, onClose }: Props) {
  const t = useT(texts);
  const w = useT(words);
  const c = useT(common);
  const language = useLanguage();
  const [picture, setPicture] = useState<string | null>(null);
  const { merchantName = '', aloneFen } = offer ?? {};
  const poster = useMemo(
    () => links.poster && { ...links.poster, storeName: shopName(merchantName, links.poster.storeName, language), rebateFen: showRebate ? links.poster.rebateFen : 0, priceFen: aloneFen ?? links.poster.priceFen },
    [links.poster, merchantName, aloneFen, language, showRebate],
  );
  useEffect(() => {
    if (open) void make();
    else setPicture(null);
    // the links are made once per opening
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [open]);
  if (!open) return null;

  const { friendDiscountFen: saves, rebateFen, rebateHoldDays } = offer ?? { friendDiscountFen: 0, rebateFen: 0, rebateHoldDays: 0 };
  const earns = showRebate ? rebateFen : null;
  const condition = !offer ? c.loading : !showRebate ? t.shareConditionPlain : rebateFen > 0 ? t.shareCondition(rebateHoldDays) : saves > 0 ? t.shareConditionSaves : t.shareConditionNone;

  const save = async () => {
    if (!picture) return toast(t.posterNotYet);
    if (inWechatBrowser()) return toast(t.posterHold);
    try {
      const saved = await savePicture(picture);
      if (saved === 'saved') toast(isWeapp ? t.posterSaved : t.posterDownloaded, 'ok');
      if (saved === 'denied') {
        // WeChat opens its settings only out of a tap: the one on this question.
        await confirmDialog({ title: t.posterDenied, ok: t.posterSettings, cancel: t.posterNotNow, run: async () => openSystemSettings() });
      }
    } catch {
      toast(w.posterFailed, 'error');
    }
  };
  const copy = async () => {
    if (!links.link) return;
    const copied = await copyText(links.link.url);
    toast(copied ? t.linkCopied : t.linkNotCopied, copied ? 'ok' : 'error');
  };
  const system = async () => {
    if (!links.chat) return;
    const shared = await shareBySystem({ title: links.chat.title, text: textOf(links.chat.friendPriceFen), url: links.chat.url });
    if (shared === 'unsupported') await copy();
  };

  const savePoster: ShareWay = { key: 'poster', icon: 'download', text: w.savePoster, tone: 'price', busy: !picture, onClick: save };
  const copyLink: ShareWay = { key: 'link', icon: 'link', text: w.copyLink, busy: !links.link, onClick: copy };
  const ways: ShareWay[] = isWeapp
    ? [
        { key: 'chat', icon: 'comment', text: w.toFriend, tone: 'wechat', native: true, busy: !links.chat },
        { key: 'group', icon: 'users', text: w.toGroup, tone: 'wechat', native: true, busy: !links.group },
        savePoster,
        copyLink,
      ]
    : [...(canShareBySystem() ? [{ key: 'chat', icon: 'share', text: w.shareMore, tone: 'wechat', busy: !links.chat, onClick: system } as ShareWay] : []), savePoster, copyLink];

  return (
    <ShareSheet
      open
      title={title}
      friendSavesFen={saves}
      youEarnFen={earns}
      condition={condition}
      ways={ways}
      instead={error ? <ErrorState error={error} onRetry={make} exit={{ text: c.close, onClick: onClose }} /> : undefined}
      poster={
        poster ? (
          <Poster share={poster} seats={seats} onDrawn={setPicture} />
        ) : null
      }
      onClose={onClose}
    />
  );
}
