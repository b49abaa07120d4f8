// Phone number and the code sent to it, with the wait before another code. Used to log in and to verify a number.
import { Text } from '@tarojs/components';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { useT } from '@/i18n';
import { texts } from '@/i18n/login';
import { toast } from '@/state/overlays';
import { isCode, isPhone, phoneOf, usePhoneCode } from './model';
import './phone-code.scss';

interface Props {
  button: string;
  busy: boolean;
  /** what the server said about the code */
  error?: string;
  onSubmit: (proof: { phone: string; code: string }) => Promise<void>;
}

export function PhoneCode({ button, busy, error, onSubmit }: Props) {
  const t = useT(texts);
  const { send, left, sent } = usePhoneCode();
  const [phone, setPhone] = useState('');
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState<{ phone?: string; code?: string }>({});

  const sendCode = async () => {
    if (!isPhone(phone)) return setWrong({ phone: t.phoneWrong });
    setWrong({});
    if (await send.run(phone)) toast(t.codeSent, 'ok');
  };
  const submit = async () => {
    const problems = { phone: isPhone(phone) ? undefined : t.phoneWrong, code: isCode(code) ? undefined : t.codeWrong };
    setWrong(problems);
    if (!problems.phone && !problems.code) await onSubmit({ phone, code });
  };

  return (
    <>
      <Field
        label={t.phone}
        value={phone}
        onInput={(text) => setPhone(phoneOf(text))}
        type="number"
        autoComplete="tel-national"
        placeholder={t.phoneHint}
        maxlength={24}
        error={wrong.phone ?? send.error?.message}
      />
      <Field
        label={t.code}
        value={code}
        onInput={(text) => setCode(text.replace(/\D/g, '').slice(0, 6))}
        type="number"
        autoComplete="one-time-code"
        placeholder={t.codeHint}
        maxlength={12}
        error={wrong.code ?? error}
        right={left > 0 ? <Text className="phone-code__wait">{t.sendIn(left)}</Text> : (
          <Button kind="text" size="s" loading={send.busy} className="phone-code__send" onClick={() => void sendCode()}>
            {sent ? t.sendAgain : t.sendCode}
          </Button>
        )}
        onSubmit={() => void submit()}
      />
      <Button loading={busy} className="phone-code__go" onClick={() => void submit()}>{button}</Button>
    </>
  );
}
