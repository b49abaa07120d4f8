// Verifying a phone number: with WeChat's button in the mini-program, with a code anywhere.
import { View } from '@tarojs/components';
import { useState } from 'react';
import type { Action } from '@/api';
import { Button, OpenButton } from '@/components/button';
import { Note } from '@/components/notice';
import { Sheet } from '@/components/sheet';
import { useT } from '@/i18n';
import { texts } from '@/i18n/settings';
import { isWeapp } from '@/platform';
import { toast } from '@/state/overlays';
import { PhoneCode } from '../login/phone-code';

interface Props {
  open: boolean;
  bind: Action<{ wechatCode: string } | { phone: string; code: string }, boolean>;
  onClose: () => void;
}

export function PhoneSheet({ open, bind, onClose }: Props) {
  const t = useT(texts);
  const [typed, setTyped] = useState(false);
  const close = () => {
    bind.clear();
    setTyped(false);
    onClose();
  };
  const withWechat = async (wechatCode: string | null) => {
    if (!wechatCode) return toast(t.phoneRefused);
    if (await bind.run({ wechatCode })) close();
  };
  return (
    <Sheet open={open} title={t.phoneTitle} onClose={close}>
      <Note className="settings-phone__note">{t.phoneText}</Note>
      {isWeapp && !typed ? (
        <View className="settings-phone">
          <OpenButton open="getPhoneNumber" label={t.phoneWechat} className="settings-phone__native" disabled={bind.busy} onPhoneCode={(code) => void withWechat(code)}>
            <View className="jk-button jk-button--l jk-button--primary">{t.phoneWechat}</View>
          </OpenButton>
          {bind.error ? <View className="settings-phone__error">{bind.error.message}</View> : null}
          <Button kind="text" onClick={() => setTyped(true)}>{t.phone}</Button>
        </View>
      ) : (
        <View className="settings-phone">
          <PhoneCode
            button={t.phoneBind}
            busy={bind.busy}
            error={bind.error?.message}
            onSubmit={async (proof) => {
              if (await bind.run(proof)) close();
            }}
          />
        </View>
      )}
    </Sheet>
  );
}
