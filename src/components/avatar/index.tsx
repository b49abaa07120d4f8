// A person's picture, round; the first letter of the name when there is none.
import { Text, View } from '@tarojs/components';
import { Picture } from '../picture';
import './index.scss';

interface Props {
  src: string;
  name: string;
  size?: number;
  className?: string;
}

export function Avatar({ src, name, size = 40, className = '' }: Props) {
  const box = { width: `${size}px`, height: `${size}px`, lineHeight: `${size}px`, fontSize: `${Math.round(size * 0.45)}px` };
  const letter = (
    <View className={`jk-avatar ${src ? '' : className}`} style={box} aria-hidden="true">
      <Text>{[...name][0] ?? '·'}</Text>
    </View>
  );
  // A picture still being checked is not there for anyone: the letter stands in.
  return src ? <Picture src={src} width={size} height={size} radius={size / 2} fallback={letter} className={className} /> : letter;
}
