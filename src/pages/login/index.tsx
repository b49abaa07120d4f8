// Logging in. Nothing is ticked beforehand: without consent the button asks.
import { Text, View } from '@tarojs/components';
import { useRouter, useUnload } from '@tarojs/taro';
import { useRef, useState } from 'react';
import { Button, OpenButton } from '@/components/button';
import { Icon } from '@/components/icon';
import { svgUri } from '@/components/icon/logic';
import { LegalSheet, type LegalText } from '@/components/legal-sheet';
import { List, ListRow } from '@/components/list';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts as legal } from '@/i18n/legal';
import { texts } from '@/i18n/login';
import { isWeapp, openBeside } from '@/platform';
import { useConfig } from '@/state/config';
import { confirmDialog, toast } from '@/state/overlays';
import { signInEnded } from '@/state/sign-in';
import { leave, useLogin } from './model';
import { PhoneCode } from './phone-code';
import './index.scss';

const PETALS = [45, 135, 225, 315]
  .map((angle) => `<path d="M16 16C11.5 12.5 11.5 7.5 16 5.5 20.5 7.5 20.5 12.5 16 16Z" transform="rotate(${angle} 16 16)"/>`)
  .join('');
const LOGO = svgUri(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="#EA5B25"/><g fill="#12604C">${PETALS}</g><circle cx="16" cy="16" r="2.2" fill="#EA5B25"/></svg>`,
);

export default function Login() {
  const t = useT(texts);
  const { back } = useRouter().params;
  const config = useConfig();
  const { wechat, phone, demo, bind } = useLogin();
  const [agreed, setAgreed] = useState(false);
  const [show, setShow] = useState<LegalText | null>(null);
  const [step, setStep] = useState<'in' | 'phone'>('in');
  const ended = useRef(false);
  useUnload(() => {
    if (!ended.current) signInEnded(step === 'phone');
  });

  const consent = async () => {
    if (agreed) return true;
    const yes = await confirmDialog({ title: t.agreeAsk, body: t.agreeAskText, ok: t.agreeOk, cancel: t.agreeNo });
    if (yes) setAgreed(true);
    return yes;
  };
  const finish = () => {
    ended.current = true;
    toast(t.done, 'ok');
    void leave(back ? decodeURIComponent(back) : undefined, true);
  };
  const withWechat = async () => {
    if ((await consent()) && (await wechat.run(null))) setStep('phone');
  };
  const withPhone = async (proof: { phone: string; code: string }) => {
    if ((await consent()) && (await phone.run(proof))) finish();
  };
  const asDemo = async (who: string) => {
    if ((await consent()) && (await demo.run(who))) finish();
  };
  const bindPhone = async (code: string | null) => {
    if (!code) return toast(t.phoneRefused);
    if (await bind.run(code)) finish();
  };

  if (step === 'phone') {
    return (
      <Page title={t.title} back={false}>
        <View className="login-head">
          <View className="jk-title-1">{t.phoneTitle}</View>
          <View className="login-head__text">{t.phoneText}</View>
        </View>
        {bind.error ? <NoticeStrip tone="danger">{bind.error.message}</NoticeStrip> : null}
        <View className="login-form">
          <OpenButton open="getPhoneNumber" label={t.phoneBind} className="login-native" disabled={bind.busy} onPhoneCode={bindPhone}>
            <View className="jk-button jk-button--l jk-button--primary">{t.phoneBind}</View>
          </OpenButton>
          <Button kind="outline" className="login-form__next" onClick={finish}>{t.phoneSkip}</Button>
        </View>
      </Page>
    );
  }

  const error = wechat.error ?? demo.error;
  return (
    <Page title={t.title} overlays={<LegalSheet show={show} onClose={() => setShow(null)} />}>
      <View className="login-head">
        <View className="login-head__logo" style={{ backgroundImage: `url("${LOGO}")` }} />
        <View className="jk-title-1">{t.hello}</View>
        <View className="login-head__text">{t.helloText}</View>
      </View>
      {error ? <NoticeStrip tone="danger">{error.message}</NoticeStrip> : null}
      {isWeapp ? (
        <View className="login-form">
          <Button loading={wechat.busy} onClick={withWechat}>{t.wechat}</Button>
          <View className="login-form__note">{t.wechatNote}</View>
        </View>
      ) : (
        <View className="login-form">
          <PhoneCode button={t.login} busy={phone.busy} error={phone.error?.message} onSubmit={withPhone} />
        </View>
      )}
      <Consent agreed={agreed} onChange={setAgreed} onRead={setShow} />
      {config?.demo ? (
        <>
          <View className="login-demo">
            <View className="jk-title-3">{t.demoTitle}</View>
            <View className="login-demo__text">{t.demoText}</View>
          </View>
          <List>
            {config.demoPeople.map((person) => (
              <ListRow key={person.who} icon="user" tone="brand" title={person.name} note={person.role} onClick={() => void asDemo(person.who)} />
            ))}
            {config.sandboxUrl && !isWeapp ? (
              <ListRow icon="comment" tone="brand" title={t.smsInbox} note={t.smsInboxText} onClick={() => openBeside(`${config.sandboxUrl}/sandbox/sms`)} />
            ) : null}
          </List>
        </>
      ) : null}
    </Page>
  );
}

function Consent({ agreed, onChange, onRead }: { agreed: boolean; onChange: (agreed: boolean) => void; onRead: (text: LegalText) => void }) {
  const t = useT(texts);
  const l = useT(legal);
  return (
    <View className="login-consent">
      <Touchable className="login-consent__box" role="checkbox" checked={agreed} label={t.agreeLabel} onClick={() => onChange(!agreed)}>
        <View className={`login-consent__tick ${agreed ? 'login-consent__tick--on' : ''}`}>{agreed ? <Icon name="check" size={12} /> : null}</View>
      </Touchable>
      <View className="login-consent__text">
        <Text>{t.agreeStart} </Text>
        <Touchable className="login-consent__link" role="link" onClick={() => onRead('terms')}>{l.terms}</Touchable>
        <Text> {t.agreeAnd} </Text>
        <Touchable className="login-consent__link" role="link" onClick={() => onRead('privacy')}>{l.privacy}</Touchable>
      </View>
    </View>
  );
}
