// Something failed: what happened, what about the money, what now. Takes the client's normalised error.
import { View } from '@tarojs/components';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { openTab } from '@/state/pages';
import { useTheme, type Theme } from '@/state/settings';
import { a11y } from '../a11y';
import { Button } from '../button';
import { svgUri } from '../icon/logic';
import { describeError, type ShownError } from './logic';
import './index.scss';

interface Props {
  error: ShownError;
  onRetry?: () => void;
  /** the way out; orders by default, home for what was not found */
  exit?: { text: string; onClick: () => void };
  place?: 'card' | 'page';
}

// A signal struck through; a looking-glass that found nothing.
function art(theme: Theme, lost: boolean): string {
  const [ground, ink] = theme === 'dark' ? ['#262E29', '#B9BDB5'] : ['#EFEFEB', '#52574F'];
  return svgUri(
    `<svg xmlns="http://www.w3.org/2000/svg" width="112" height="112" viewBox="0 0 112 112"><circle cx="56" cy="56" r="54" fill="${ground}"/>` +
      `<g stroke="${ink}" stroke-width="5" stroke-linecap="round" fill="none">` +
      (lost
        ? '<circle cx="51" cy="51" r="19"/><path d="M65 65L80 80"/><path d="M43 51h16" stroke="#EA5B25"/></g></svg>'
        : `<path d="M30 50c14-13 38-13 52 0M40 62c9-8 23-8 32 0"/><path d="M34 82L78 34" stroke="#EA5B25"/></g><circle cx="56" cy="76" r="5" fill="${ink}"/></svg>`),
  );
}

export function ErrorState({ error, onRetry, exit, place = 'card' }: Props) {
  const t = useT(texts);
  const theme = useTheme();
  const { title, body, canRetry, lost } = describeError(error, t);
  const out = exit ?? (lost ? { text: t.home, onClick: () => openTab('discover') } : { text: t.viewOrders, onClick: () => openTab('orders') });
  return (
    <View className={`jk-error jk-error--${place}`} {...a11y({ role: 'alert' })}>
      <View className="jk-error__art" style={{ backgroundImage: `url("${art(theme, lost)}")` }} />
      <View className="jk-error__body">
        <View className="jk-error__title">{title}</View>
        {body ? <View className="jk-error__text">{body}</View> : null}
        <View className="jk-error__actions">
          {canRetry && onRetry ? <Button size="s" className="jk-error__way" onClick={onRetry}>{t.retry}</Button> : null}
          <Button size="s" kind="outline" className="jk-error__way" onClick={out.onClick}>{out.text}</Button>
        </View>
      </View>
    </View>
  );
}
