// Withdraw to WeChat: how much, under which rules, what waits for the person, and every earlier one.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { WITHDRAWAL_CONFIRM_MS } from '@contract/limits';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Field } from '@/components/field';
import { List, ListRow } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { Note, NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { CardSkeleton, RowsSkeleton } from '@/components/skeleton';
import { Touchable } from '@/components/touchable';
import { texts as common } from '@/i18n/common';
import { dayTime, money, priceParts } from '@/i18n/format';
import { texts as wallets } from '@/i18n/wallet';
import { texts } from '@/i18n/withdraw';
import { useT } from '@/i18n';
import { useLanguage } from '@/state/settings';
import { fenOf, problemOf, useWithdraw, type Withdrawal } from './model';
import './index.scss';

type Model = ReturnType<typeof useWithdraw>;

export default function Withdraw() {
  const t = useT(texts);
  const model = useWithdraw();
  const { wallet, ready } = model;
  return (
    <Page title={t.title} className="withdraw" loads={[wallet, model.list]}>
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {ready && wallet.error && !wallet.data ? <ErrorState error={wallet.error} place="page" onRetry={wallet.refresh} /> : null}
      {wallet.loading ? <CardSkeleton lines={3} /> : null}
      {model.followed.current ? <Open model={model} withdrawal={model.followed.current} /> : null}
      {wallet.data && !model.followed.current ? <Form model={model} /> : null}
      {ready && wallet.data ? <History model={model} /> : null}
    </Page>
  );
}

function Form({ model }: { model: Model }) {
  const t = useT(texts);
  const w = useT(wallets);
  const wallet = model.wallet.data;
  if (!wallet) return null;
  const problem = model.amount === '' ? null : problemOf(model.amount, wallet.availableFen);
  const error = problem ? { format: t.errFormat, small: t.errTooSmall, big: t.errTooBig, over: t.errOver }[problem] : undefined;
  const fen = fenOf(model.amount);
  const why = {
    ok: null, none: t.none, too_small: w.noteSmall, needs_wechat: w.noteWechat, frozen: w.noteFrozen, minor: w.noteMinor, debt: w.noteDebt(money(wallet.debtFen)), open: w.noteOpen(money(wallet.withdrawingFen)),
  }[wallet.why];
  const all = () => {
    const { integer, decimals } = priceParts(Math.min(wallet.availableFen, 199_900), true);
    model.setAmount(integer.replace(/,/g, '') + decimals);
  };
  return (
    <>
      <View className="jk-card withdraw__card">
        <View className="withdraw__field">
          <Field
            label={t.amount}
            type="digit"
            value={model.amount}
            maxlength={10}
            disabled={!wallet.canWithdraw}
            prefix={<Text className="withdraw__yuan">¥</Text>}
            right={wallet.canWithdraw ? <Touchable className="withdraw__all" onClick={all}>{t.all}</Touchable> : null}
            hint={t.available(money(wallet.availableFen))}
            error={error}
            onInput={model.setAmount}
            onSubmit={() => void model.submit()}
          />
        </View>
        {why ? <NoticeStrip tone="warn" className="withdraw__why">{why}</NoticeStrip> : null}
        {model.failure ? <NoticeStrip tone="danger" className="withdraw__why">{model.failure.message}</NoticeStrip> : null}
        {model.asksAge ? <Age model={model} /> : wallet.why === 'minor' ? (
          <Button kind="outline" className="withdraw__submit" loading={model.stating} onClick={() => void model.stateAge(true)}>{t.ageYes}</Button>
        ) : <Button className="withdraw__submit" loading={model.busy} disabled={!wallet.canWithdraw || model.amount === '' || problem !== null} onClick={() => void model.submit()}>
          {fen && !problem ? t.submit(money(fen)) : t.submitPlain}
        </Button>}
      </View>
      <Note>{t.rules}</Note>
    </>
  );
}

function Age({ model }: { model: Model }) {
  const t = useT(texts);
  return (
    <View className="withdraw__submit">
      <View className="jk-title-3">{t.ageTitle}</View>
      <View className="jk-label jk-text-2 withdraw__body">{t.ageBody}</View>
      <View className="withdraw__ages">
        <Button kind="outline" loading={model.stating || model.busy} onClick={() => void model.stateAge(true)}>{t.ageYes}</Button>
        <Button kind="outline" disabled={model.stating} onClick={() => void model.stateAge(false)}>{t.ageNo}</Button>
      </View>
    </View>
  );
}

function Open({ model, withdrawal }: { model: Model; withdrawal: Withdrawal }) {
  const t = useT(texts);
  const language = useLanguage();
  const waits = withdrawal.confirm !== null;
  const until = dayTime(withdrawal.requestedAtMs + WITHDRAWAL_CONFIRM_MS, language, serverNow());
  return (
    <View className="jk-card withdraw__card">
      <View className="jk-title-3">{waits ? t.confirmTitle(money(withdrawal.amountFen)) : t.sentTitle(money(withdrawal.amountFen))}</View>
      <View className="jk-label jk-text-2 withdraw__body">{waits ? t.confirmBody(until) : t.sentBody}</View>
      {model.followed.note ? <NoticeStrip tone="warn" className="withdraw__why">{model.followed.note}</NoticeStrip> : null}
      {waits ? <Button className="withdraw__submit" onClick={() => void model.followed.confirm()}>{t.confirm}</Button> : null}
    </View>
  );
}

function History({ model }: { model: Model }) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  const { list } = model;
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={list.refresh} />;
  if (!list.data) return <RowsSkeleton rows={2} />;
  if (list.data.length === 0) return <EmptyState title={t.emptyTitle} text={t.emptyText} />;
  const words = { requested: t.stateRequested, awaiting_person: t.stateAwaiting, succeeded: t.stateDone, failed: t.stateFailed } as const;
  return (
    <>
      <List title={t.history}>
        {list.data.map((item) => (
          <ListRow key={item.withdrawalId} title={<Text className="jk-num">{money(item.amountFen)}</Text>} note={<>{dayTime(item.requestedAtMs, language, serverNow())}{item.failReason ? <View>{item.failReason}</View> : null}</>} value={words[item.state]} />
        ))}
      </List>
      {list.hasMore ? <Button kind="text" size="m" loading={list.loadingMore} onClick={list.more}>{c.loadMore}</Button> : null}
    </>
  );
}
