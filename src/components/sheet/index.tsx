// A panel from below, over a scrim that closes it.
import { ScrollView, View } from '@tarojs/components';
import { useEffect, useRef, type ReactNode } from 'react';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { isWeapp } from '@/platform';
import { onDismiss } from '@/platform/dismiss';
import { a11y } from '../a11y';
import { Icon } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

interface Props {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** above the panel, on the scrim: the poster of a share */
  above?: ReactNode;
  footer?: ReactNode;
}

/** Escape and the browser's back close it. */
export function useDismiss(active: boolean, onClose: () => void): void {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => (active ? onDismiss(() => close.current()) : undefined), [active]);
}

export function Sheet({ open, title, onClose, children, above, footer }: Props) {
  const t = useT(texts);
  useDismiss(open, onClose);
  if (!open) return null;
  return (
    <View className="jk-sheet" catchMove={isWeapp} {...a11y({ role: 'dialog', label: title, modal: true })}>
      <View className="jk-sheet__scrim" onClick={onClose} aria-hidden="true" />
      {above ? <View className="jk-sheet__above">{above}</View> : null}
      <View className="jk-sheet__panel">
        <View className="jk-sheet__head">
          <View className="jk-sheet__title" {...a11y({ role: 'heading', level: 2 })}>{title}</View>
          <Touchable className="jk-sheet__close" label={t.close} onClick={onClose}>
            <Icon name="close" size={20} />
          </Touchable>
        </View>
        <ScrollView className="jk-sheet__body" scrollY>
          {children}
        </ScrollView>
        {footer ? <View className="jk-sheet__footer">{footer}</View> : null}
      </View>
    </View>
  );
}
