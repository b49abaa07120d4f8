// A person's picture, round; the first letter of the name when there is none.
import { Text, View } from '@tarojs/components';
import { Picture } from '../picture';
import './index.scss';

interface Props {
  src: string;
  name: string;
  size?: 20 | 24 | 28 | 32 | 36 | 40 | 44 | 52 | 56;
  className?: string;
}

export function Avatar({ src, name, size = 40, className = '' }: Props) {
  if (src) return <Picture src={src} width={size} height={size} radius={size / 2} className={className} />;
  const box = { width: `${size}px`, height: `${size}px`, lineHeight: `${size}px`, fontSize: `${Math.round(size * 0.45)}px` };
  return (
    <View className={`jk-avatar ${className}`} style={box} aria-hidden="true">
      <Text>{[...name][0] ?? '·'}</Text>
    </View>
  );
}
