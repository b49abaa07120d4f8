// The four tabs that work today, drawn by us on both targets.
import { View } from '@tarojs/components';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { useMe } from '@/state/me';
import { openTab, type TabName } from '@/state/pages';
import { a11y } from '../a11y';
import { Icon, type IconName } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

export function TabBar({ current }: { current: TabName }) {
  const t = useT(texts);
  const unread = useMe()?.unreadNotices ?? 0;
  const tabs: { name: TabName; icon: IconName; text: string }[] = [
    { name: 'discover', icon: 'compass', text: t.discover },
    { name: 'groups', icon: 'table', text: t.groups },
    { name: 'orders', icon: 'ticket', text: t.vouchers },
    { name: 'mine', icon: 'user', text: t.mine },
  ];
  return (
    <View className="jk-tab-bar" {...a11y({ role: 'navigation', label: t.tabs })}>
      {tabs.map(({ name, icon, text }) => {
        const isNew = name === 'mine' && unread > 0;
        return (
        <Touchable
          key={name}
          className={`jk-tab-bar__tab ${name === current ? 'jk-tab-bar__tab--on' : ''}`}
          role="link"
          label={[text, isNew && t.unread, name === current && t.selected].filter(Boolean).join(', ')}
          onClick={() => name !== current && openTab(name)}
        >
          <Icon name={icon} size={24} className="jk-tab-bar__icon" />
          <View>{text}</View>
          {isNew ? <View className="jk-tab-bar__dot" /> : null}
        </Touchable>
        );
      })}
    </View>
  );
}
