// The wallet of a sharer: available, pending with its reasons, and every rebate in a sentence.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Icon, type IconName } from '@/components/icon';
import { NeedLogin } from '@/components/need-login';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { RowsSkeleton } from '@/components/skeleton';
import { SplitBar } from '@/components/split-bar';
import { Tabs } from '@/components/tabs';
import { Tag } from '@/components/tag';
import { WalletSkeleton, WalletSummary } from '@/components/wallet-summary';
import { texts as common } from '@/i18n/common';
import { money, signedMoney } from '@/i18n/format';
import { texts } from '@/i18n/wallet';
import { useT } from '@/i18n';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { pendingFen, reasonOf, stateOf, useWallet, type Reward, type Tab, type Wallet } from './model';
import './index.scss';

export default function WalletPage() {
  const t = useT(texts);
  const model = useWallet();
  const { wallet, ready } = model;
  return (
    <Page title={t.title} className="wallet" loads={[wallet, model.rewards]}>
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {ready && wallet.error && !wallet.data ? <ErrorState error={wallet.error} place="page" onRetry={wallet.refresh} /> : null}
      {wallet.loading ? <WalletSkeleton /> : null}
      {wallet.data ? <Top wallet={wallet.data} /> : null}
      {wallet.data ? <Rewards model={model} /> : null}
    </Page>
  );
}

function Top({ wallet }: { wallet: Wallet }) {
  const t = useT(texts);
  const pending = pendingFen(wallet);
  const note = {
    ok: t.noteOk, none: t.noteNone, too_small: t.noteSmall, needs_wechat: t.noteWechat, frozen: t.noteFrozen, minor: t.noteMinor, debt: t.noteDebt(money(wallet.debtFen)), open: t.noteSmall,
  }[wallet.why];
  return (
    <>
      <WalletSummary
        availableFen={wallet.availableFen}
        pendingFen={pending}
        totalFen={wallet.totalFen}
        friends={wallet.friends}
        note={note}
        canWithdraw={wallet.canWithdraw || wallet.why === 'minor'}
        onWithdraw={() => openPage('withdraw')}
      />
      {wallet.withdrawingFen > 0 ? (
        <NoticeStrip tone="rebate" icon="wallet" action={t.seeWithdrawals} onClick={() => openPage('withdraw')}>{t.noteOpen(money(wallet.withdrawingFen))}</NoticeStrip>
      ) : null}
      {pending > 0 ? (
        <View className="jk-card jk-block">
          <View className="jk-title-3 jk-num">{t.whyTitle(money(pending))}</View>
          <SplitBar
            parts={[
              { label: t.whyWaiting(wallet.waitingCount), value: money(wallet.waitingFen), weight: wallet.waitingFen, tone: 'honey' },
              { label: t.whyHold(wallet.inHoldCount), value: money(wallet.inHoldFen), weight: wallet.inHoldFen, tone: 'pine' },
              ...(wallet.underReviewFen > 0 ? [{ label: t.whyReview, value: money(wallet.underReviewFen), weight: wallet.underReviewFen, tone: 'ink' as const }] : []),
            ]}
          />
          <View className="jk-caption jk-text-3 wallet__rule">{t.whyRule}</View>
        </View>
      ) : null}
    </>
  );
}

function Rewards({ model }: { model: ReturnType<typeof useWallet> }) {
  const t = useT(texts);
  const c = useT(common);
  const { rewards, tab } = model;
  const tabs: { key: Tab; text: string }[] = [{ key: 'all', text: t.tabAll }, { key: 'waiting', text: t.tabWaiting }, { key: 'arrived', text: t.tabArrived }, { key: 'unpaid', text: t.tabUnpaid }];
  const empty: Record<Tab, [string, string]> = {
    all: [t.emptyAll, t.emptyAllText], waiting: [t.emptyWaiting, t.emptyWaitingText], arrived: [t.emptyArrived, t.emptyArrivedText], unpaid: [t.emptyUnpaid, t.emptyUnpaidText],
  };
  return (
    <>
      <View className="jk-block wallet__list">
        <Tabs items={tabs} current={tab} onChange={model.setTab} inCard label={t.title} />
        {(rewards.data ?? []).map((reward, i) => <RewardRow key={reward.rewardId} reward={reward} first={i === 0} />)}
        {rewards.hasMore ? <Button kind="text" size="m" loading={rewards.loadingMore} onClick={rewards.more}>{c.loadMore}</Button> : null}
      </View>
      {rewards.error && !rewards.data ? <ErrorState error={rewards.error} onRetry={rewards.refresh} /> : null}
      {rewards.loading ? <RowsSkeleton /> : null}
      {rewards.data?.length === 0 ? (
        <EmptyState title={empty[tab][0]} text={empty[tab][1]} action={tab === 'all' ? t.goShare : undefined} onAction={() => openTab('discover')} />
      ) : null}
    </>
  );
}

const icons: Record<ReturnType<typeof stateOf>, IconName> = { pending: 'clock', arrived: 'check-circle', unpaid: 'refund' };

function RewardRow({ reward, first }: { reward: Reward; first: boolean }) {
  const t = useT(texts);
  const language = useLanguage();
  const state = stateOf(reward);
  return (
    <View className="wallet__row">
      <Avatar src={reward.friend.avatarUrl} name={reward.friend.name} size={40} />
      <View className={`wallet__body ${first ? '' : 'wallet__body--line'}`}>
        <View className="jk-between">
          <View className="jk-strong jk-ell wallet__who">
            <Text>{reward.friend.name}</Text>
            <Text className="jk-text-2 wallet__bought">{` ${t.boughtWord} `}</Text>
            <Text>{reward.dealTitle}</Text>
          </View>
          <Text className={`wallet__amount jk-num wallet__amount--${state}`}>{state === 'unpaid' ? money(reward.amountFen) : signedMoney(reward.amountFen)}</Text>
        </View>
        <View className="wallet__second">
          <Icon name={icons[state]} size={14} className="wallet__icon" />
          <View className="jk-caption jk-text-2 jk-num jk-grow">{reasonOf(reward, t, language, serverNow())}</View>
          {state === 'arrived' ? <Tag tone="ok" className="wallet__tag">{t.stateArrived}</Tag> : null}
          {state === 'pending' ? <Tag tone="rebate" className="wallet__tag">{t.stateWaiting}</Tag> : null}
          {state === 'unpaid' ? <Tag tone="grey" className="wallet__tag">{t.stateUnpaid}</Tag> : null}
        </View>
      </View>
    </View>
  );
}
