// Name and picture. In the mini-program both come from WeChat's own offers; nothing is taken without a tap.
import { View } from '@tarojs/components';
import { useEffect, useState } from 'react';
import { Avatar } from '@/components/avatar';
import { Button, OpenButton } from '@/components/button';
import { Field } from '@/components/field';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts } from '@/i18n/settings';
import { isWeapp } from '@/platform';
import type { Me } from '@/state/me';
import { useProfile } from './model';

const NAME_MAX = 24;
const CHECK_MS = 4_000;

export function Profile({ me }: { me: Me }) {
  const t = useT(texts);
  const { rename, changeAvatar } = useProfile();
  const [name, setName] = useState(me.name);
  const [empty, setEmpty] = useState(false);
  const [looked, setLooked] = useState(0);
  useEffect(() => setName(me.name), [me.name]);
  const changed = name.trim() !== me.name;
  const save = () => {
    setEmpty(name.trim() === '');
    if (name.trim() && changed) void rename.run(name.trim());
  };
  const change = async (path: string | null) => {
    await changeAvatar.run(path);
    // The check takes a moment; until then nobody sees the picture.
    setTimeout(() => setLooked((times) => times + 1), CHECK_MS);
  };
  const face = (
    <View className="jk-row">
      <Avatar key={looked} src={me.avatarUrl} name={me.name} size={56} />
      <View className="jk-grow settings-face__body">
        <View className="settings-face__action">{t.avatarChange}</View>
        <View className="settings-face__note">{t.avatarNote}</View>
      </View>
    </View>
  );
  return (
    <View className="jk-card jk-block">
      {isWeapp ? (
        <OpenButton open="chooseAvatar" label={t.avatarChange} className="settings-face" disabled={changeAvatar.busy} onAvatar={(path) => void change(path)}>{face}</OpenButton>
      ) : (
        <Touchable className="settings-face" disabled={changeAvatar.busy} onClick={() => void change(null)}>{face}</Touchable>
      )}
      <Field
        label={t.name}
        type="nickname"
        value={name}
        placeholder={t.nameHint}
        maxlength={NAME_MAX}
        error={empty ? t.nameEmpty : rename.error?.message}
        onInput={(text) => {
          setName(text);
          rename.clear();
        }}
        onSubmit={save}
        right={changed ? <Button kind="text" size="s" loading={rename.busy} onClick={save}>{t.save}</Button> : undefined}
      />
    </View>
  );
}
