// The user agreement or the privacy text, readable without leaving the page.
import { View } from '@tarojs/components';
import { useT } from '@/i18n';
import { texts } from '@/i18n/legal';
import { Sheet } from '../sheet';
import './index.scss';

export type LegalText = 'terms' | 'privacy';

export function LegalSheet({ show, onClose }: { show: LegalText | null; onClose: () => void }) {
  const t = useT(texts);
  const parts: [string, string][] = show === 'terms'
    ? [[t.terms1, t.terms1Text], [t.terms2, t.terms2Text], [t.terms3, t.terms3Text], [t.terms4, t.terms4Text]]
    : [[t.privacy1, t.privacy1Text], [t.privacy2, t.privacy2Text], [t.privacy3, t.privacy3Text], [t.privacy4, t.privacy4Text]];
  return (
    <Sheet open={show !== null} title={show === 'terms' ? t.terms : t.privacy} onClose={onClose}>
      {parts.map(([title, text]) => (
        <View key={title} className="jk-legal">
          <View className="jk-strong jk-semibold">{title}</View>
          <View className="jk-legal__text">{text}</View>
        </View>
      ))}
    </Sheet>
  );
}
