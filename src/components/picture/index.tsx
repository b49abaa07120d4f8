// A photo or illustration in a box of given size; a calm ground while it loads or when it fails.
import { Image, View } from '@tarojs/components';
import { useEffect, useState } from 'react';
import { isWeapp } from '@/platform';
import { mediaUrl } from '@/api/address';
import { Icon } from '../icon';
import './index.scss';

interface Props {
  src: string;
  /** what it shows; empty when the text beside it says so */
  alt?: string;
  /** px or any CSS width */
  width: number | string;
  height: number | string;
  radius?: number;
  /** drawn when there is no picture or it does not load; a picture sign by default */
  fallback?: React.ReactNode;
  dim?: boolean;
  lazy?: boolean;
  className?: string;
  children?: React.ReactNode;
}

const css = (size: number | string) => (typeof size === 'number' ? `${size}px` : size);

export function Picture({ src, alt = '', width, height, radius = 12, fallback, dim, lazy = true, className = '', children }: Props) {
  const [failed, setFailed] = useState(false);
  useEffect(() => setFailed(false), [src]);
  return (
    <View className={`jk-picture ${className}`} style={{ width: css(width), height: css(height), borderRadius: `${radius}px` }}>
      {src && !failed ? (
        <Image
          className={`jk-picture__image ${dim ? 'jk-picture__image--dim' : ''}`}
          src={mediaUrl(src)}
          mode="aspectFill"
          lazyLoad={lazy && isWeapp}
          onError={() => setFailed(true)}
          {...(isWeapp ? { ariaLabel: alt } : { nativeProps: { alt, loading: lazy ? 'lazy' : 'eager' } })}
        />
      ) : (
        fallback ?? <Icon name="image" size={24} className="jk-picture__none" />
      )}
      {children}
    </View>
  );
}
