// The button: one primary a screen; refusing and accepting get equal outlines. Native open abilities of WeChat (share, phone
// number) go through `open`, which is ignored in a browser.
import { Button as NativeButton, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { isWeapp } from '@/platform';
import { a11y } from '../a11y';
import { Icon, type IconName } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

type ButtonKind = 'primary' | 'tint' | 'outline' | 'text' | 'danger' | 'white';

interface Props {
  children: ReactNode;
  kind?: ButtonKind;
  /** l 48, m 44, s 36, xs 30 px high */
  size?: 'l' | 'm' | 's' | 'xs';
  icon?: IconName;
  loading?: boolean;
  disabled?: boolean;
  /** takes the room left in a row */
  grow?: boolean;
  /** two lines: the second below, smaller */
  sub?: ReactNode;
  label?: string;
  className?: string;
  onClick?: () => void;
}

export function Button(props: Props) {
  const { children, kind = 'primary', size = 'l', icon, loading, disabled, grow, sub, label, className = '', onClick } = props;
  const look = disabled ? 'disabled' : kind;
  const classes = `jk-button jk-button--${size} jk-button--${look} ${grow ? 'jk-button--grow' : ''} ${loading ? 'jk-button--loading' : ''} ${className}`;
  return (
    <Touchable className={classes} disabled={disabled || loading} onClick={onClick ?? noop} label={label} stop>
      {loading ? <View className="jk-button__spin" /> : icon ? <Icon name={icon} size={size === 'l' ? 20 : 16} className="jk-button__icon" /> : null}
      {sub ? (
        <View className="jk-button__two">
          <View className="jk-button__top">{children}</View>
          <View className="jk-button__sub">{sub}</View>
        </View>
      ) : (
        <View className="jk-button__text">{children}</View>
      )}
    </Touchable>
  );
}

const noop = () => undefined;

interface OpenProps {
  open: 'share' | 'getPhoneNumber' | 'openSetting' | 'contact' | 'chooseAvatar';
  children: ReactNode;
  label?: string;
  className?: string;
  disabled?: boolean;
  /** share: which way it is, read by the page's useShareAppMessage as target.dataset.channel */
  channel?: string;
  onClick?: () => void;
  /** code for the server, or null when refused */
  onPhoneCode?: (code: string | null) => void;
  /** path of the picture chosen */
  onAvatar?: (path: string) => void;
}

/**
 * A bare native button carrying one of WeChat's abilities, drawn by its children. Renders nothing in a browser. While it is
 * disabled it carries none, and is not told so: WeChat paints a disabled button grey, stronger than any class of ours.
 */
export function OpenButton(props: OpenProps) {
  const { open, children, label, className = '', disabled, channel, onClick, onPhoneCode, onAvatar } = props;
  if (!isWeapp) return null;
  return (
    <NativeButton
      className={`jk-open-button ${className}`}
      hoverClass={disabled ? 'none' : 'jk-pressed'}
      openType={disabled ? undefined : open}
      onClick={disabled ? undefined : onClick}
      data-channel={channel}
      onGetPhoneNumber={(event) => onPhoneCode?.(event.detail.code ?? null)}
      onChooseAvatar={(event) => onAvatar?.((event.detail as { avatarUrl: string }).avatarUrl)}
      {...a11y({ label })}
    >
      {children}
    </NativeButton>
  );
}
