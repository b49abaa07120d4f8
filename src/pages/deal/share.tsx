// The share sheet of a deal with its poster: what the friend gets, what you get and when, and the ways to pass it on.
import { View } from '@tarojs/components';
import { useEffect, useMemo, useState } from 'react';
import { ErrorState } from '@/components/error-state';
import { Poster } from '@/components/poster';
import { ShareSheet, type ShareWay } from '@/components/share-sheet';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts as words } from '@/i18n/components';
import { texts } from '@/i18n/deal';
import { price, shopName } from '@/i18n/format';
import { canShareBySystem, copyText, inWechatBrowser, isWeapp, openSystemSettings, savePicture, shareBySystem } from '@/platform';
import { toast } from '@/state/overlays';
import { useLanguage } from '@/state/settings';
import type { Deal } from './model';
import type { useLinks } from './share-model';

interface Props {
  open: boolean;
  deal: Deal;
  links: ReturnType<typeof useLinks>;
  showRebate: boolean;
  onClose: () => void;
}

export function DealShare({ open, deal, links: { links, error, make }, showRebate, onClose }: Props) {
  const t = useT(texts);
  const w = useT(words);
  const c = useT(common);
  const language = useLanguage();
  const [picture, setPicture] = useState<string | null>(null);
  const poster = useMemo(
    () => links.poster && { ...links.poster, storeName: shopName(deal.merchantName, links.poster.storeName, language), rebateFen: showRebate ? links.poster.rebateFen : 0 },
    [links.poster, deal.merchantName, language, showRebate],
  );
  useEffect(() => {
    if (open) void make();
    else setPicture(null);
    // the links are made once per opening
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [open]);
  if (!open) return null;

  const earns = showRebate ? deal.rebateFen : null;
  const condition = !showRebate ? t.shareConditionPlain : deal.rebateFen > 0 ? t.shareCondition(deal.rebateHoldDays) : deal.friendDiscountFen > 0 ? t.shareConditionSaves : t.shareConditionNone;

  const save = async () => {
    if (!picture) return toast(t.posterNotYet);
    if (inWechatBrowser()) return toast(t.posterHold);
    try {
      const saved = await savePicture(picture);
      if (saved === 'saved') toast(isWeapp ? t.posterSaved : t.posterDownloaded, 'ok');
      if (saved === 'denied') {
        toast(t.posterDenied, 'error');
        openSystemSettings();
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
    const shared = await shareBySystem({ title: deal.title, text: t.shareText(deal.title, price(deal.friendPriceFen)), url: links.chat.url });
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
      title={t.shareTitle}
      friendSavesFen={deal.friendDiscountFen}
      youEarnFen={earns}
      condition={condition}
      ways={ways}
      instead={error ? <ErrorState error={error} onRetry={make} exit={{ text: c.close, onClick: onClose }} /> : undefined}
      poster={
        poster ? (
          <View className="deal-poster">
            <Poster share={poster} onDrawn={setPicture} />
          </View>
        ) : null
      }
      onClose={onClose}
    />
  );
}
