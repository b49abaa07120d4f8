// A question that must be decided: two buttons of equal weight. Asked from code with confirmDialog (state/overlays).
import { View } from '@tarojs/components';
import Taro from '@tarojs/taro';
import { useEffect, useState } from 'react';
import { isWeapp } from '@/platform';
import { questionStore } from '@/state/overlays';
import { useStore } from '@/state/store';
import { a11y } from '../a11y';
import { Button } from '../button';
import { useDismiss } from '../sheet';
import './index.scss';

export function DialogHost() {
  const question = useStore(questionStore);
  const [busy, setBusy] = useState(false);
  const [page] = useState(() => Taro.getCurrentInstance().page);
  const refuse = () => {
    if (!busy) question?.answer(false);
  };
  // A question goes with the page that asked it; it stays where the app was only looked away from.
  const isForeign = question !== null && question.page !== page;
  useEffect(() => {
    if (isForeign) question.answer(false);
  }, [isForeign, question]);
  useDismiss(question !== null && !isForeign, refuse);
  if (!question || isForeign) return null;

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
