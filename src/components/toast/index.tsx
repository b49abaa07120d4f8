// A light word at the bottom, gone by itself. Shown from code with toast (state/overlays).
import { Text, View } from '@tarojs/components';
import { toastStore } from '@/state/overlays';
import { useStore } from '@/state/store';
import { a11y } from '../a11y';
import { Icon } from '../icon';
import './index.scss';

export function ToastHost() {
  const now = useStore(toastStore);
  return (
    <View className="jk-toast" {...a11y({ role: 'status', live: 'polite' })}>
      {now ? (
        <View key={now.id} className="jk-toast__pill">
          {now.kind === 'plain' ? null : <Icon name={now.kind === 'ok' ? 'check-circle' : 'alert'} size={18} className="jk-toast__icon" />}
          <Text>{now.text}</Text>
        </View>
      ) : null}
    </View>
  );
}
