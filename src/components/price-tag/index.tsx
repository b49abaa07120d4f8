// An amount as the design sets money: small ¥ and decimals, big integer, one baseline. `exact` for orders and wallet.
import { Text, View } from '@tarojs/components';
import { priceParts } from '@/i18n/format';
import { a11y } from '../a11y';
import './index.scss';

interface Props {
  fen: number;
  size?: 's' | 'm' | 'l' | 'xl';
  tone?: 'price' | 'ink' | 'white' | 'rebate' | 'muted';
  /** two decimals always; otherwise `.00` is dropped */
  exact?: boolean;
  struck?: boolean;
  className?: string;
}

export function PriceTag({ fen, size = 'm', tone = 'price', exact = false, struck = false, className = '' }: Props) {
  const { sign, integer, decimals } = priceParts(fen, exact);
  return (
    <View
      className={`jk-price jk-price--${size} jk-price--${tone} ${struck ? 'jk-strike' : ''} ${className}`}
      {...a11y({ role: 'text', label: `${sign}¥${integer}${decimals}` })}
    >
      <Text className="jk-price__affix jk-price__yuan">{sign}¥</Text>
      <Text className="jk-price__integer">{integer}</Text>
      {decimals ? <Text className="jk-price__affix">{decimals}</Text> : null}
    </View>
  );
}
