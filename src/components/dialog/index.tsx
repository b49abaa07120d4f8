// A question that must be decided: two buttons of equal weight. Asked from code with confirmDialog (state/overlays).
import { View } from '@tarojs/components';
import { useState } from 'react';
import { isWeapp } from '@/platform';
import { questionStore } from '@/state/overlays';
import { useStore } from '@/state/store';
import { a11y } from '../a11y';
import { Button } from '../button';
import { useEscape } from '../sheet';
import './index.scss';

export function DialogHost() {
  const question = useStore(questionStore);
  const [busy, setBusy] = useState(false);
  const refuse = () => {
    if (!busy) question?.answer(false);
  };
  useEscape(question !== null, refuse);
  if (!question) return null;

  const accept = async () => {
    if (!question.run) return question.answer(true);
    setBusy(true);
    try {
      await question.run();
      question.answer(true);
    } catch (error) {
      question.fail(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <View className="jk-dialog" catchMove={isWeapp}>
      <View className="jk-dialog__box" {...a11y({ role: 'alertdialog', label: question.title, modal: true })}>
        <View className="jk-dialog__title">{question.title}</View>
        {question.body ? <View className="jk-dialog__body">{question.body}</View> : null}
        <View className="jk-dialog__buttons">
          <Button kind="outline" size="m" grow disabled={busy} onClick={refuse}>{question.cancel}</Button>
          <Button kind={question.danger ? 'danger' : 'outline'} size="m" grow loading={busy} className="jk-dialog__ok" onClick={accept}>
            {question.ok}
          </Button>
        </View>
      </View>
    </View>
  );
}
