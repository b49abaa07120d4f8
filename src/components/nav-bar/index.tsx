// The bar at the top: clear of WeChat's capsule; transparent on art until the page is scrolled 40 px.
import { View } from '@tarojs/components';
import { useDidShow } from '@tarojs/taro';
import { useEffect, type ReactNode } from 'react';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { navMetrics, setDocumentTitle, setStatusBar } from '@/platform';
import { useLanguage, useTheme } from '@/state/settings';
import { canGoBack, goBack } from '@/state/pages';
import { a11y } from '../a11y';
import { Icon } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

interface Props {
  title?: string;
  /** instead of the centred title: a place, a shop */
  left?: ReactNode;
  right?: ReactNode;
  /** ground: page colour · pine: white on the green hero · art: clear over a picture, becomes ground when `scrolled` */
  tone?: 'ground' | 'pine' | 'pine-6' | 'art';
  scrolled?: boolean;
  back?: boolean;
}

export function NavBar({ title = '', left, right, tone = 'ground', scrolled = false, back = true }: Props) {
  const t = useT(texts);
  const language = useLanguage();
  const theme = useTheme();
  const { statusBarPx, barPx, capsulePx } = navMetrics();
  const clear = tone === 'art' && !scrolled;
  const light = clear || tone === 'pine' || tone === 'pine-6' || theme === 'dark';

  useEffect(() => setStatusBar(light), [light]);
  const name = title ? `${title} · ${t.appName}` : t.appName;
  useEffect(() => setDocumentTitle(name, language), [name, language]);
  useDidShow(() => setDocumentTitle(name, language));

  const look = tone === 'art' ? (scrolled ? 'ground' : 'art') : tone;
  const side = Math.max(56, capsulePx);
  return (
    <View className={`jk-nav jk-nav--${look} ${tone === 'art' ? 'jk-nav--over' : ''}`} style={{ paddingTop: statusBarPx ? `${statusBarPx}px` : undefined }} {...a11y({ role: 'banner' })}>
      <View className="jk-nav__bar" style={{ height: `${barPx}px`, paddingRight: `${capsulePx || 8}px` }}>
        {back ? (
          <Touchable className="jk-nav__back" label={canGoBack() ? t.back : t.home} onClick={goBack}>
            <View className="jk-nav__disc">
              <Icon name={canGoBack() ? 'chevron-left' : 'home'} size={24} />
            </View>
          </Touchable>
        ) : null}
        {left ? <View className="jk-nav__left" {...a11y({ role: 'heading', level: 1 })}>{left}</View> : null}
        {!left && title ? (
          <View className={`jk-nav__title ${clear ? 'jk-nav__title--hidden' : ''}`} style={{ left: `${side}px`, right: `${side}px`, lineHeight: `${barPx}px` }} {...a11y({ role: 'heading', level: 1 })}>
            {title}
          </View>
        ) : null}
        {right ? <View className="jk-nav__right">{right}</View> : null}
      </View>
    </View>
  );
}
