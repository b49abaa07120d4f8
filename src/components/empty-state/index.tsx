// Nothing yet: an empty table, why, and one way on.
import { View } from '@tarojs/components';
import { useTheme, type Theme } from '@/state/settings';
import { Button } from '../button';
import { svgUri } from '../icon/logic';
import './index.scss';

interface Props {
  title: string;
  text?: string;
  action?: string;
  onAction?: () => void;
  /** card: in a white card; page: on the ground with air above */
  place?: 'card' | 'page';
}

// An empty table seen from above, four free seats.
function table(theme: Theme): string {
  const [ground, plate, ring, dash] = theme === 'dark' ? ['#16302A', '#1A201C', '#1C3D34', '#FF8A57'] : ['#EDF5F1', '#FFFFFF', '#D7E9E1', '#EA5B25'];
  const seats = [[83.6, 28.4], [83.6, 83.6], [28.4, 83.6], [28.4, 28.4]]
    .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="9" fill="${plate}" stroke="${dash}" stroke-width="1.75" stroke-dasharray="3 3"/>`)
    .join('');
  return svgUri(
    '<svg xmlns="http://www.w3.org/2000/svg" width="112" height="112" viewBox="0 0 112 112">' +
      `<circle cx="56" cy="56" r="54" fill="${ground}"/><circle cx="56" cy="56" r="26" fill="${plate}"/>` +
      `<circle cx="56" cy="56" r="18" fill="none" stroke="${ring}" stroke-width="2"/>${seats}</svg>`,
  );
}

export function EmptyState({ title, text, action, onAction, place = 'card' }: Props) {
  const theme = useTheme();
  return (
    <View className={`jk-empty jk-empty--${place}`}>
      <View className="jk-empty__table" style={{ backgroundImage: `url("${table(theme)}")` }} />
      <View className="jk-empty__title">{title}</View>
      {text ? <View className="jk-empty__text">{text}</View> : null}
      {action ? <Button kind="tint" size="m" className="jk-empty__action" onClick={onAction}>{action}</Button> : null}
    </View>
  );
}
