// Settings: profile, display, account, privacy, my data, and the ways out.
import { View } from '@tarojs/components';
import { useState } from 'react';
import { asFailure, useLoad, useSession } from '@/api';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Radio, Toggle } from '@/components/field';
import { LegalSheet, type LegalText } from '@/components/legal-sheet';
import { List, ListRow } from '@/components/list';
import { Page } from '@/components/page';
import { Sheet } from '@/components/sheet';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts } from '@/i18n/settings';
import { isWeapp, openPrivacyContract } from '@/platform';
import { useConsent } from '@/state/consents';
import { loadMe, useMe } from '@/state/me';
import { confirmDialog, toast } from '@/state/overlays';
import { openTab } from '@/state/pages';
import { setThemeSetting, useLanguage, useThemeSetting, type Language, type ThemeSetting } from '@/state/settings';
import { signIn } from '@/state/sign-in';
import { changeLanguage, changeLocation, deleteAccount, logOut, useAccount, useMyData } from './model';
import { PhoneSheet } from './phone';
import { Profile } from './profile';
import './index.scss';

// Each language is called by its own name, whatever is chosen.
const LANGUAGES: { key: Language; text: string }[] = [{ key: 'zh', text: '中文' }, { key: 'en', text: 'English' }];

export default function Settings() {
  const t = useT(texts);
  const session = useSession();
  const me = useMe();
  const signedIn = session !== null;
  const language = useLanguage();
  const theme = useThemeSetting();
  const [sheet, setSheet] = useState<'language' | 'theme' | 'phone' | null>(null);
  const [legal, setLegal] = useState<LegalText | null>(null);
  const account = useAccount();
  const data = useMyData();
  const location = useConsent('location') ?? me?.consents.location ?? false;
  const load = useLoad(loadMe, [session?.personId], { ready: signedIn });

  const themes: { key: ThemeSetting; text: string }[] = [{ key: 'system', text: t.themeSystem }, { key: 'light', text: t.themeLight }, { key: 'dark', text: t.themeDark }];
  const close = () => setSheet(null);

  const leave = async () => {
    if (!(await confirmDialog({ title: t.logoutAsk, body: t.logoutBody, ok: t.logout, cancel: t.logoutNo, run: logOut }))) return;
    toast(t.logoutDone, 'ok');
    openTab('mine');
  };
  const remove = async () => {
    try {
      if (!(await confirmDialog({ title: t.deleteAsk, body: t.deleteBody, ok: t.deleteOk, cancel: t.deleteNo, danger: true, run: deleteAccount }))) return;
      toast(t.deleteDone, 'ok');
      openTab('mine');
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code !== 'PERSON_BUSY') return toast(failure.message, 'error');
      if (await confirmDialog({ title: t.deleteBusy, body: failure.message, ok: t.deleteBusyOk, cancel: t.deleteBusyNo })) openTab('orders');
    }
  };
  const readPrivacy = () => {
    if (!isWeapp || !openPrivacyContract()) setLegal('privacy');
  };

  return (
    <Page
      title={t.title}
      overlays={
        <>
          <Choices open={sheet === 'language'} title={t.language} items={LANGUAGES} current={language} onClose={close} onChoose={(key) => changeLanguage(key, signedIn)} />
          <Choices open={sheet === 'theme'} title={t.theme} items={themes} current={theme} onClose={close} onChoose={setThemeSetting} />
          <PhoneSheet open={sheet === 'phone'} bind={account.bindPhone} onClose={close} />
          <LegalSheet show={legal} onClose={() => setLegal(null)} />
        </>
      }
    >
      {me ? <Profile me={me} /> : null}
      {load.error && !me && signedIn ? <ErrorState error={load.error} onRetry={load.refresh} /> : null}
      {signedIn ? null : (
        <View className="jk-card jk-block settings-login">
          <View className="jk-grow jk-text-2">{t.loginFirst}</View>
          <Button size="s" className="settings-login__go" onClick={() => void signIn()}>{t.login}</Button>
        </View>
      )}
      <List title={t.appearance}>
        <ListRow title={t.language} value={LANGUAGES.find(({ key }) => key === language)?.text} onClick={() => setSheet('language')} />
        <ListRow title={t.theme} value={themes.find(({ key }) => key === theme)?.text} onClick={() => setSheet('theme')} />
      </List>
      {me ? (
        <List title={t.account}>
          <ListRow title={t.phone} value={me.phoneMasked ?? t.phoneNone} action={me.phoneMasked ? t.phoneChange : t.phoneBind} onClick={() => setSheet('phone')} />
          {isWeapp && !me.hasWechat ? (
            <ListRow title={t.wechat} value={t.wechatNone} action={t.wechatLink} onClick={() => void account.linkWechat.run(null)} />
          ) : (
            <ListRow title={t.wechat} note={me.hasWechat ? undefined : t.wechatInApp} value={me.hasWechat ? t.wechatLinked : t.wechatNone} />
          )}
        </List>
      ) : null}
      <List title={t.privacyTitle}>
        <ListRow title={t.location} note={t.locationNote} right={<Toggle on={location} label={t.location} onChange={(on) => void changeLocation(on)} />} />
        <ListRow title={t.terms} onClick={() => setLegal('terms')} />
        <ListRow title={t.privacyText} onClick={readPrivacy} />
      </List>
      {signedIn ? (
        <>
          <List title={t.data}>
            <ListRow title={t.export} note={t.exportNote} onClick={() => void data.save.run(null)} />
            <ListRow title={t.delete} note={t.deleteNote} danger onClick={() => void remove()} />
          </List>
          <View className="settings-out"><Button kind="outline" onClick={() => void leave()}>{t.logout}</Button></View>
        </>
      ) : null}
      <View className="settings-version">{t.version(JUKE_VERSION)}</View>
    </Page>
  );
}

interface ChoicesProps<K extends string> {
  open: boolean;
  title: string;
  items: { key: K; text: string }[];
  current: K;
  onClose: () => void;
  onChoose: (key: K) => void;
}

function Choices<K extends string>({ open, title, items, current, onClose, onChoose }: ChoicesProps<K>) {
  return (
    <Sheet open={open} title={title} onClose={onClose}>
      {items.map(({ key, text }) => (
        <Touchable
          key={key}
          className="settings-choice"
          role="radio"
          checked={key === current}
          onClick={() => {
            onChoose(key);
            onClose();
          }}
        >
          <View className="jk-grow jk-strong">{text}</View>
          <Radio on={key === current} />
        </Touchable>
      ))}
    </Sheet>
  );
}
