// What a landing offers and what one pays for it: the thing and its shop, the lines that make the price, and the sum as the
// largest number of the page.
import { View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { a11y } from '../a11y';
import { Icon } from '../icon';
import { Picture } from '../picture';
import { PriceTag } from '../price-tag';
import { Touchable } from '../touchable';
import './index.scss';

interface Props {
  title: string;
  pictureUrl: string;
  /** shop, and how far */
  where: string;
  /** null where the sum is said elsewhere */
  sum: { label: string; note?: string; fen: number; paid?: boolean } | null;
  /** small print below the sum */
  foot?: string;
  /** the lines above the sum */
  children: ReactNode;
  onOpen?: () => void;
}

export function OfferCard({ title, pictureUrl, where, sum, foot, children, onOpen }: Props) {
  return (
    <View className="jk-card jk-block jk-offer">
      <Touchable className="jk-row" role="link" onClick={onOpen}>
        <Picture src={pictureUrl} width={48} height={48} radius={10} />
        <View className="jk-grow jk-offer__names">
          <View className="jk-strong jk-semibold" {...a11y({ role: 'heading', level: 2 })}>{title}</View>
          <View className="jk-caption jk-text-2 jk-num jk-ell jk-offer__where">{where}</View>
        </View>
        {onOpen ? <Icon name="chevron-right" size={16} color="var(--text-3)" /> : null}
      </Touchable>
      <View className="jk-hr jk-offer__line" />
      {children}
      {sum ? (
        <View className="jk-offer__sum">
          <View>
            <View className="jk-strong">{sum.label}</View>
            {sum.note ? <View className="jk-caption jk-text-3 jk-num">{sum.note}</View> : null}
          </View>
          <PriceTag fen={sum.fen} size="l" exact tone={sum.paid ? 'ink' : 'price'} />
        </View>
      ) : null}
      {foot ? <View className="jk-caption jk-text-3 jk-offer__foot">{foot}</View> : null}
    </View>
  );
}
