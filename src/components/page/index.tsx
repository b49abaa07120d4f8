// The root of every page: theme, safe areas, offline strip, error boundary, and where toasts and questions appear.
import { View } from '@tarojs/components';
import { useDidHide, useDidShow, usePageScroll } from '@tarojs/taro';
import { useState, type ReactNode } from 'react';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { paintGround } from '@/platform';
import { useOnline } from '@/state/network';
import { useTheme } from '@/state/settings';
import type { TabName } from '@/state/pages';
import { a11y } from '../a11y';
import { DialogHost } from '../dialog';
import { NavBar } from '../nav-bar';
import { NoticeStrip, StaleStrip, type Stale } from '../notice';
import { TabBar } from '../tab-bar';
import { ToastHost } from '../toast';
import { ErrorBoundary } from './boundary';
import './index.scss';

interface Props {
  children: ReactNode;
  title?: string;
  /** see NavBar; 'none' draws no bar. 'art' needs `enablePageScroll: true` in the page's config */
  nav?: 'ground' | 'pine' | 'pine-6' | 'art' | 'none';
  navLeft?: ReactNode;
  navRight?: ReactNode;
  back?: boolean;
  /** draws the tab bar with this tab chosen */
  tab?: TabName;
  /** buttons fixed at the bottom */
  bottom?: ReactNode;
  /** sheets and such, outside the scrolling content */
  overlays?: ReactNode;
  className?: string;
  /** what the page shows: asked again without success, it stays, and that is said above it */
  loads?: readonly Stale[];
}

const SOLID_AFTER_PX = 40;

export function Page(props: Props) {
  const { children, title, nav = 'ground', navLeft, navRight, back = props.tab === undefined, tab, bottom, overlays, className = '', loads = [] } = props;
  const t = useT(texts);
  const theme = useTheme();
  const online = useOnline();
  const [front, setFront] = useState(true);
  const [scrolled, setScrolled] = useState(false);
  useDidShow(() => {
    setFront(true);
    // Of each page its own, and made by the system's theme.
    paintGround(theme);
  });
  useDidHide(() => setFront(false));
  // Also while the bar is another: a page may turn to art when its data came.
  usePageScroll(({ scrollTop }) => setScrolled(scrollTop > SOLID_AFTER_PX));

  const room = tab ? 'jk-page--tab' : bottom ? 'jk-page--bar' : '';
  return (
    <View className={`jk jk-page ${theme === 'dark' ? 'jk-dark' : ''} ${room} ${className}`}>
      {nav === 'none' ? null : <NavBar title={title} left={navLeft} right={navRight} tone={nav} scrolled={scrolled} back={back} />}
      {online ? null : <NoticeStrip tone="warn" icon="wifi-off" className="jk-page__offline">{t.offline}</NoticeStrip>}
      {online ? <StaleStrip loads={loads} className="jk-page__offline" /> : null}
      <View className="jk-page__main" {...a11y({ role: 'main' })}>
        <ErrorBoundary>{children}</ErrorBoundary>
        {bottom ? <View className="jk-bar">{bottom}</View> : null}
      </View>
      {tab ? <TabBar current={tab} /> : null}
      {overlays}
      {front ? <DialogHost /> : null}
      {front ? <ToastHost /> : null}
    </View>
  );
}
