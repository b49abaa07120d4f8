// A shop's mark: its first character on its ink.
import { Text, View } from '@tarojs/components';
import './index.scss';

interface Props {
  name: string;
  /** hex from the server; one of the design's shop inks */
  ink: string;
  size?: 's' | 'm' | 'l';
  className?: string;
}

export function ShopLogo({ name, ink, size = 'm', className = '' }: Props) {
  return (
    <View className={`jk-logo jk-logo--${size} ${className}`} style={{ background: ink || '#6B5B4D' }} aria-hidden="true">
      <Text>{[...name][0] ?? '店'}</Text>
    </View>
  );
}
