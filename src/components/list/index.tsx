// Rows in a white card: settings-like rows, order and person rows, and label–amount lines of a bill.
import { Text, View } from '@tarojs/components';
import { Children, type ReactNode } from 'react';
import { Icon, type IconName } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

/** A white block of rows divided by hairlines; `inset` is where the line starts, px. */
export function List({ children, title, inset = 16, className = '' }: { children: ReactNode; title?: string; inset?: number; className?: string }) {
  const rows = Children.toArray(children);
  return (
    <View className={`jk-list ${className}`}>
      {title ? <View className="jk-list__title">{title}</View> : null}
      {rows.map((row, i) => (
        <View key={i}>
          {i > 0 ? <View className="jk-hr" style={{ marginLeft: `${inset}px` }} /> : null}
          {row}
        </View>
      ))}
    </View>
  );
}

interface RowProps {
  title: ReactNode;
  note?: ReactNode;
  icon?: IconName;
  /** round ground of the icon */
  tone?: 'brand' | 'warn' | 'danger' | 'rebate' | 'plain';
  value?: ReactNode;
  /** words before the chevron, in brand green */
  action?: string;
  danger?: boolean;
  right?: ReactNode;
  onClick?: () => void;
}

export function ListRow({ title, note, icon, tone = 'plain', value, action, danger, right, onClick }: RowProps) {
  return (
    <Touchable className={`jk-row-item ${note ? 'jk-row-item--tall' : ''}`} onClick={onClick}>
      {icon ? (
        <View className={`jk-row-item__icon jk-row-item__icon--${tone}`}>
          <Icon name={icon} size={20} />
        </View>
      ) : null}
      <View className="jk-row-item__body">
        <View className={`jk-row-item__title ${danger ? 'jk-text-danger' : ''}`}>{title}</View>
        {note ? <View className="jk-row-item__note">{note}</View> : null}
      </View>
      {value ? <View className="jk-row-item__value">{value}</View> : null}
      {action ? <Text className="jk-row-item__action">{action}</Text> : null}
      {right ? <View className="jk-row-item__right">{right}</View> : null}
      {onClick && !right ? <Icon name="chevron-right" size={14} className="jk-row-item__chevron" /> : null}
    </Touchable>
  );
}

/** One line of a bill or of facts: label left, value right. */
export function Line({ label, children, tone }: { label: ReactNode; children: ReactNode; tone?: 'price' | 'brand' | 'strong' }) {
  return (
    <View className="jk-line">
      <Text className="jk-line__label">{label}</Text>
      <View className={`jk-line__value ${tone ? `jk-line__value--${tone}` : ''}`}>{children}</View>
    </View>
  );
}
