// The deal's pictures at the top of its page, one at a time.
import { ScrollView, View } from '@tarojs/components';
import { useState } from 'react';
import { Picture } from '@/components/picture';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import type { Deal } from './model';
import './pictures.scss';

export function Pictures({ deal }: { deal: Deal }) {
  const t = useT(texts);
  const [at, setAt] = useState(0);
  const count = deal.pictureUrls.length;
  // Taro's Swiper brings 60 KB to the browser; a strip that stops at each picture does the same.
  const turn = (event: { detail: { scrollLeft: number; scrollWidth: number } }) => {
    const { scrollLeft, scrollWidth } = event.detail;
    if (scrollWidth > 0) setAt(Math.min(count - 1, Math.max(0, Math.round((scrollLeft / scrollWidth) * count))));
  };
  return (
    <View className="deal-art">
      {count > 1 ? (
        <ScrollView className="deal-art__strip" scrollX enhanced pagingEnabled showScrollbar={false} onScroll={turn}>
          <View className="deal-art__row">
            {deal.pictureUrls.map((url) => (
              <View key={url} className="deal-art__one"><Picture src={url} alt={deal.title} width="100%" height={292} radius={0} lazy={false} /></View>
            ))}
          </View>
        </ScrollView>
      ) : (
        <Picture src={deal.pictureUrls[0] ?? ''} alt={deal.title} width="100%" height={292} radius={0} lazy={false} />
      )}
      <View className="deal-art__shade" aria-hidden="true" />
      {count > 1 ? <View className="deal-art__count" {...a11y({ role: 'text', label: t.pictures(at + 1, count) })}>{`${at + 1} / ${count}`}</View> : null}
    </View>
  );
}
