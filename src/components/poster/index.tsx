// The shared picture, drawn on a canvas and handed to the page to be saved.
import { Canvas, Image, View } from '@tarojs/components';
import { useEffect, useRef, useState } from 'react';
import type { Answer } from '@contract/shapes';
import { mediaUrl } from '@/api/address';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/components';
import { price, priceParts } from '@/i18n/format';
import { useT } from '@/i18n';
import { exportCanvas, isWeapp } from '@/platform';
import { needsCanvasElement, openSurface } from '@/platform/canvas';
import { useLanguage } from '@/state/settings';
import { endWord } from '@/state/trade';
import { qrRows } from '../qr-code/logic';
import { drawPoster, POSTER, type PosterWords } from './logic';
import './index.scss';

type Share = Answer<'createShare'>;

/** The people of a group: faces of who paid, how many places there are, and the words beside them. */
export interface PosterSeats {
  faces: string[];
  size: number;
  text: string;
  hint: string;
}

interface Props {
  share: Share;
  seats?: PosterSeats;
  /** a picture that savePicture takes; null when drawing failed */
  onDrawn: (picture: string | null) => void;
}

const ID = 'jk-poster-canvas';
const [WIDTH, HEIGHT] = [POSTER.width * POSTER.scale, POSTER.height * POSTER.scale];

export function Poster({ share, seats, onDrawn }: Props) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  const [picture, setPicture] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const tell = useRef(onDrawn);
  tell.current = onDrawn;

  useEffect(() => {
    let gone = false;
    const { integer, decimals } = priceParts(share.friendPriceFen, false);
    const saves = share.friendDiscountFen > 0;
    const words: PosterWords = {
      invites: t.invites(share.sharer.name),
      title: share.title,
      shop: [share.storeName, share.storeAddress].filter(Boolean).join(' · '),
      priceInteger: integer,
      priceDecimals: decimals,
      friendPrice: saves ? t.friendPrice : '',
      singlePrice: saves ? t.singlePrice(price(share.priceFen)) : '',
      seats: seats?.text ?? '',
      saves: saves ? `${t.friendSaves} ${price(share.friendDiscountFen)}` : '',
      appName: c.appName,
      hint: seats?.hint ?? t.posterHint,
      until: t.posterUntil(endWord(share.expiresAtMs, language)),
      promo: share.rebateFen > 0 ? t.posterPromo : '',
    };
    draw(share, words, seats)
      .catch(() => null)
      .then((drawn) => {
        if (gone) return;
        setPicture(drawn);
        setFailed(drawn === null);
        tell.current(drawn);
      });
    return () => {
      gone = true;
    };
  }, [share, seats, language, t, c]);

  const size = { width: `${POSTER.width}px`, height: `${POSTER.height}px` };
  return (
    <View className="jk-poster" style={size}>
      {needsCanvasElement ? <Canvas type="2d" id={ID} canvasId={ID} className="jk-poster__canvas" style={size} /> : null}
      {!needsCanvasElement && picture ? (
        <Image className="jk-poster__image" src={picture} mode="scaleToFill" style={size} showMenuByLongpress {...(isWeapp ? {} : { nativeProps: { alt: share.title } })} />
      ) : null}
      {picture === null ? <View className="jk-poster__word">{failed ? t.posterFailed : t.posterLoading}</View> : null}
    </View>
  );
}

async function draw(share: Share, words: PosterWords, seats: PosterSeats | undefined): Promise<string | null> {
  const surface = await openSurface(ID, WIDTH, HEIGHT);
  if (!surface) return null;
  const [art, avatar, code, ...faces] = await Promise.all([
    surface.loadImage(mediaUrl(share.pictureUrl)),
    share.sharer.avatarUrl ? surface.loadImage(mediaUrl(share.sharer.avatarUrl)) : null,
    // In a mini-program the code of the mini-program itself; in a browser a QR code of the link.
    isWeapp && share.qrUrl ? surface.loadImage(mediaUrl(share.qrUrl)) : null,
    ...(seats?.faces ?? []).map((face) => (face ? surface.loadImage(mediaUrl(face)) : null)),
  ]);
  drawPoster(surface.context, words, { art, avatar, code: code ?? qrRows(share.url), faces: faces ?? [], places: seats?.size ?? 0 });
  return exportCanvas(surface.canvas, WIDTH, HEIGHT);
}
