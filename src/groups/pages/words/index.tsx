// A member's words to the friends they call: a few, looked at before anybody reads them, shown on the group's landing.
import { View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { useEffect, useState } from 'react';
import { GROUP_WORDS_MAX } from '@contract/limits';
import { call, useAction, useLoad, type Answer } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Field } from '@/components/field';
import { NeedLogin } from '@/components/need-login';
import { Note } from '@/components/notice';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { useT } from '@/i18n';
import { texts } from '@/i18n/group-say';
import { toast } from '@/state/overlays';
import { goBack, openPage } from '@/state/pages';
import { usePerson } from '@/state/person';
import './index.scss';

export default function GroupWords() {
  const t = useT(texts);
  const groupId = useRouter().params.id ?? '';
  const { ready, who } = usePerson();
  const group = useLoad(() => call('getGroup', { params: { groupId } }), [groupId, who], { ready });
  const said = group.data?.mine?.words ?? '';
  const isIn = group.data?.mine?.seat === 'confirmed';
  const [words, setWords] = useState('');
  useEffect(() => setWords(said), [said]);
  const saving = useAction<string, Answer<'setGroupWords'>>('group.words', (text) => call('setGroupWords', { params: { groupId }, body: { words: text } }));
  const save = async () => {
    if (!(await saving.run(words.trim()))) return;
    toast(words.trim() ? t.saved : t.takenBack, 'ok');
    goBack();
  };
  const left = GROUP_WORDS_MAX - words.length;
  return (
    <Page title={t.title}>
      {ready ? null : <NeedLogin why={t.needLogin} />}
      {ready && group.error && !group.data ? <ErrorState place="page" error={group.error} onRetry={group.refresh} /> : null}
      {ready && group.loading ? <CardSkeleton lines={3} /> : null}
      {group.data && !isIn ? <EmptyState place="page" title={t.notIn} text={t.notInText} action={t.toGroup} onAction={() => openPage('group', { id: groupId })} /> : null}
      {group.data && isIn ? (
        <>
          <View className="jk-card jk-block words">
            <Field label={t.label} lines={3} value={words} maxlength={GROUP_WORDS_MAX} placeholder={t.hint} error={saving.error?.message} hint={t.left(left)} onInput={(text) => { setWords(text); saving.clear(); }} />
          </View>
          <Note icon="shield">{t.note}</Note>
          <View className="jk-block"><Button loading={saving.busy} disabled={words.trim() === said} onClick={() => void save()}>{words.trim() || !said ? t.save : t.takeBack}</Button></View>
        </>
      ) : null}
    </Page>
  );
}
