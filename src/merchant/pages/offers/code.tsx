// A channel's own coupon: its code and its link, to copy.
import { Text, View } from '@tarojs/components';
import { Button } from '@/components/button';
import { useT } from '@/i18n';
import { texts } from '@/i18n/offers';
import { copyText } from '@/platform';
import { toast } from '@/state/overlays';
import './code.scss';

export function Code({ code, url }: { code: string; url: string | null }) {
  const t = useT(texts);
  const copy = async (text: string) => {
    const copied = await copyText(text);
    toast(copied ? t.copied : t.notCopied, copied ? 'ok' : 'error');
  };
  return (
    <View className="offer-code">
      <Text className="jk-strong jk-num offer-code__code">{t.code(code)}</Text>
      <View className="offer-code__ways">
        <Button kind="outline" size="xs" onClick={() => void copy(code)}>{t.copyCode}</Button>
        {url ? <Button kind="outline" size="xs" className="offer-code__second" onClick={() => void copy(url)}>{t.copyLink}</Button> : null}
      </View>
    </View>
  );
}
