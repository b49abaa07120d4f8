// A QR code, always dark on white with its quiet zone, drawn as a data-URI on both targets.
import { View } from '@tarojs/components';
import { useMemo } from 'react';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { a11y } from '../a11y';
import { svgUri } from '../icon/logic';
import { qrSvg } from './logic';
import './index.scss';

interface Props {
  text: string;
  /** px, without the quiet zone */
  size: number;
  quiet?: number;
}

export function QrCode({ text, size, quiet = 16 }: Props) {
  const t = useT(texts);
  const image = useMemo(() => `url("${svgUri(qrSvg(text))}")`, [text]);
  return (
    <View className="jk-qr" style={{ padding: `${quiet}px` }} {...a11y({ role: 'img', label: t.qrCode })} data-qr={text}>
      <View style={{ width: `${size}px`, height: `${size}px`, backgroundImage: image, backgroundSize: '100% 100%' }} />
    </View>
  );
}
