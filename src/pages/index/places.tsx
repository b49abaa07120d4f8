// Choosing where to look from: the person's position after consent, or a known place.
import { View } from '@tarojs/components';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state';
import { Radio } from '@/components/field';
import { Icon } from '@/components/icon';
import { NoticeStrip } from '@/components/notice';
import { Sheet } from '@/components/sheet';
import { RowsSkeleton } from '@/components/skeleton';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts } from '@/i18n/discover';
import { isWeapp, openSystemSettings } from '@/platform';
import type { Loaded } from '@/api';
import { locateHere, type Located } from '@/state/locate';
import type { Here } from '@/state/place';
import { pick, type KnownPlace } from './model';

interface Props {
  open: boolean;
  here: Here | null;
  places: Loaded<KnownPlace[]>;
  onClose: () => void;
}

export function PlaceSheet({ open, here, places, onClose }: Props) {
  const t = useT(texts);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Located | null>(null);
  const ask = async () => {
    setBusy(true);
    setRefused(null);
    const answer = await locateHere();
    setBusy(false);
    if (answer === 'located') onClose();
    else setRefused(answer);
  };
  return (
    <Sheet open={open} title={t.placesTitle} onClose={onClose}>
      <PlaceRow title={t.useMyPosition} note={busy ? t.locating : t.consentText} icon on={here?.kind === 'located'} onClick={ask} />
      {refused ? (
        <NoticeStrip tone="warn" action={isWeapp && refused === 'denied' ? t.openSettings : undefined} onClick={isWeapp && refused === 'denied' ? openSystemSettings : undefined}>
          {refused === 'denied' ? t.locateDenied : t.locateFailed}
        </NoticeStrip>
      ) : null}
      {places.loading ? <RowsSkeleton rows={4} /> : null}
      {places.error && !places.data ? <ErrorState error={places.error} onRetry={places.refresh} exit={{ text: t.placesFailed, onClick: onClose }} /> : null}
      {places.data?.map((place) => (
        <PlaceRow
          key={place.name}
          title={place.name}
          note={place.district}
          on={here?.kind === 'picked' && here.latE6 === place.latE6 && here.lngE6 === place.lngE6}
          onClick={() => {
            pick(place);
            onClose();
          }}
        />
      ))}
    </Sheet>
  );
}

function PlaceRow({ title, note, icon, on, onClick }: { title: string; note: string; icon?: boolean; on: boolean; onClick: () => void }) {
  return (
    <Touchable className="place-row" role="radio" checked={on} onClick={onClick}>
      {icon ? <Icon name="nav" size={20} color="var(--on-brand-tint)" className="place-row__icon" /> : null}
      <View className="jk-grow">
        <View className="jk-strong">{title}</View>
        <View className="place-row__note">{note}</View>
      </View>
      <Radio on={on} />
    </Touchable>
  );
}
