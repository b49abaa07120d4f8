// The app: global styles, and what must be ready before the first page.
import Taro, { usePageNotFound } from '@tarojs/taro';
import type { PropsWithChildren } from 'react';
import './platform/older';
import './styles/tokens.scss';
import './styles/base.scss';
import './styles/browser';
import './platform/dismiss';
import './platform/update';

export default function App({ children }: PropsWithChildren) {
  // An old link, or a part of one: home, not a blank page.
  usePageNotFound(() => void Taro.reLaunch({ url: '/pages/index/index' }));
  return children;
}
