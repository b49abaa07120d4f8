// Nothing yet: an empty table, why, and one way on.
import { View } from '@tarojs/components';
import { svgUri } from '../icon/logic';
import { Button } from '../button';
import './index.scss';

interface Props {
  title: string;
  text?: string;
  action?: string;
  onAction?: () => void;
  /** card: in a white card; page: on the ground with air above */
  place?: 'card' | 'page';
}

const seat = (x: number, y: number) =>
  `<circle cx="${x}" cy="${y}" r="9" fill="#fff" stroke="#EA5B25" stroke-width="1.75" stroke-dasharray="3 3"/>`;

const table = svgUri(
  '<svg xmlns="http://www.w3.org/2000/svg" width="112" height="112" viewBox="0 0 112 112">' +
    '<circle cx="56" cy="56" r="54" fill="#EDF5F1"/><circle cx="56" cy="56" r="26" fill="#fff"/>' +
    '<circle cx="56" cy="56" r="18" fill="none" stroke="#D7E9E1" stroke-width="2"/>' +
    `${seat(83.6, 28.4)}${seat(83.6, 83.6)}${seat(28.4, 83.6)}${seat(28.4, 28.4)}</svg>`,
);

export function EmptyState({ title, text, action, onAction, place = 'card' }: Props) {
  return (
    <View className={`jk-empty jk-empty--${place}`}>
      <View className="jk-empty__table" style={{ backgroundImage: `url("${table}")` }} />
      <View className="jk-empty__title">{title}</View>
      {text ? <View className="jk-empty__text">{text}</View> : null}
      {action ? <Button kind="tint" size="m" className="jk-empty__action" onClick={onAction}>{action}</Button> : null}
    </View>
  );
}
