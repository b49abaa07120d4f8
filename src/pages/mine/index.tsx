// 我的: who I am, my money, orders, notices, shares; the way to work for staff; settings; in the demo the clock.
import { Text, View } from '@tarojs/components';
import Taro, { usePullDownRefresh } from '@tarojs/taro';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Icon, type IconName } from '@/components/icon';
import { List, ListRow } from '@/components/list';
import { Page } from '@/components/page';
import { PriceTag } from '@/components/price-tag';
import { Bone, Skeleton } from '@/components/skeleton';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { dayTime, people } from '@/i18n/format';
import { texts } from '@/i18n/mine';
import { useCartCount } from '@/state/cart';
import { useConfig } from '@/state/config';
import type { Me } from '@/state/me';
import { wantOrdersTab, type OrdersTab } from '@/state/orders-tab';
import { toast } from '@/state/overlays';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { signIn } from '@/state/sign-in';
import { steps, useDemoClock, useMine } from './model';
import './index.scss';

export default function Mine() {
  const t = useT(texts);
  const language = useLanguage();
  const mine = useMine();
  const config = useConfig();
  const { session, me, wallet } = mine;
  usePullDownRefresh(() => void mine.refresh().finally(() => Taro.stopPullDownRefresh()));
  const unread = me?.unreadNotices ?? 0;
  const inCart = useCartCount();
  const open = (page: 'cart' | 'myCoupons' | 'wallet' | 'notices' | 'shares' | 'today') => () => void signIn().then((yes) => yes && openPage(page));

  return (
    <Page title={t.title} tab="mine" loads={[{ ...mine, data: wallet }]}>
      <Head me={me} signedIn={session !== null} failed={mine.error !== null} />
      {mine.error && session && !wallet ? <ErrorState error={mine.error} onRetry={mine.refresh} /> : null}
      {session && !(mine.error && !wallet) ? (
        <Touchable className="jk-card jk-block mine-wallet" role="link" onClick={open('wallet')}>
          <View className="jk-between">
            <View className="jk-title-3">{t.wallet}</View>
            <Icon name="chevron-right" size={16} color="var(--text-3)" />
          </View>
          {wallet ? (
            <View className="mine-wallet__sums">
              <Sum label={t.available} fen={wallet.availableFen} tone="ink" />
              <Sum label={t.pending} fen={wallet.waitingFen + wallet.inHoldFen + wallet.underReviewFen} tone="rebate" />
            </View>
          ) : (
            <Skeleton>
              <View className="mine-wallet__sums">
                <View className="mine-wallet__sum"><Bone width={96} height={40} /></View>
                <View className="mine-wallet__sum"><Bone width={96} height={40} /></View>
              </View>
            </Skeleton>
          )}
          <View className="mine-wallet__note">{t.walletNote}</View>
        </Touchable>
      ) : null}
      <Orders />
      <List inset={68}>
        <ListRow icon="cart" tone="brand" title={t.cart} note={t.cartNote} value={inCart > 0 ? <Text className="mine-unread">{t.inCart(inCart)}</Text> : undefined} onClick={open('cart')} />
        <ListRow icon="ticket" tone="brand" title={t.coupons} note={t.couponsNote} onClick={open('myCoupons')} />
        <ListRow
          icon="bell"
          tone="brand"
          title={t.notices}
          note={t.noticesNote}
          value={unread > 0 ? <Text className="mine-unread">{t.unread(people(unread, language))}</Text> : undefined}
          onClick={open('notices')}
        />
        <ListRow icon="share" tone="rebate" title={t.shares} note={t.sharesNote} onClick={open('shares')} />
        {me?.isStaff ? <ListRow icon="store-in" tone="brand" title={t.staff} note={t.staffNote} onClick={open('today')} /> : null}
        <ListRow icon="settings" tone="brand" title={t.settings} note={t.settingsNote} onClick={() => openPage('settings')} />
      </List>
      {config?.demo ? <DemoClock onMoved={() => session && void mine.refresh()} /> : null}
    </Page>
  );
}

function Head({ me, signedIn, failed }: { me: Me | null; signedIn: boolean; failed: boolean }) {
  const t = useT(texts);
  if (!signedIn) {
    return (
      <View className="mine-head">
        <View className="mine-head__nobody"><Icon name="user" size={24} /></View>
        <View className="jk-grow mine-head__body">
          <View className="mine-head__name">{t.guest}</View>
          <View className="mine-head__note">{t.guestText}</View>
        </View>
        <Button size="s" onClick={() => void signIn()}>{t.login}</Button>
      </View>
    );
  }
  if (!me) {
    return (
      <View className="mine-head">
        <View className="mine-head__nobody"><Icon name="user" size={24} /></View>
        <View className="jk-grow mine-head__body">
          {failed ? (
            <>
              <View className="mine-head__name">{t.signedIn}</View>
              <View className="mine-head__note">{t.notLoaded}</View>
            </>
          ) : <Skeleton><Bone width={96} height={28} /><Bone width={128} height={14} top={6} /></Skeleton>}
        </View>
      </View>
    );
  }
  return (
    <Touchable className="mine-head" role="link" onClick={() => openPage('settings')}>
      <Avatar src={me.avatarUrl} name={me.name} size={56} />
      <View className="jk-grow mine-head__body">
        <View className="mine-head__name">{me.name}</View>
        <View className="mine-head__note">{me.phoneMasked ?? t.noPhone}</View>
      </View>
      <Text className="mine-head__edit">{t.editProfile}</Text>
      <Icon name="chevron-right" size={14} color="var(--text-3)" />
    </Touchable>
  );
}

function Sum({ label, fen, tone }: { label: string; fen: number; tone: 'ink' | 'rebate' }) {
  return (
    <View className="mine-wallet__sum">
      <View className="mine-wallet__label">{label}</View>
      <PriceTag fen={fen} exact tone={tone} />
    </View>
  );
}

function Orders() {
  const t = useT(texts);
  const ways: { tab: OrdersTab; icon: IconName; text: string }[] = [
    { tab: 'unpaid', icon: 'yuan', text: t.unpaid },
    { tab: 'usable', icon: 'ticket', text: t.usable },
    { tab: 'used', icon: 'check-circle', text: t.used },
    { tab: 'refund', icon: 'refund', text: t.refunds },
    { tab: 'all', icon: 'statement', text: t.allOrders },
  ];
  return (
    <View className="jk-card jk-block mine-orders">
      <View className="jk-title-3">{t.orders}</View>
      <View className="mine-orders__row">
        {ways.map(({ tab, icon, text }) => (
          <Touchable
            key={tab}
            className="mine-orders__one"
            role="link"
            onClick={() => {
              wantOrdersTab(tab);
              openTab('orders');
            }}
          >
            <Icon name={icon} size={24} />
            <View className="mine-orders__text">{text}</View>
          </Touchable>
        ))}
      </View>
    </View>
  );
}

function DemoClock({ onMoved }: { onMoved: () => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const { nowMs, move } = useDemoClock(onMoved);
  const go = async (advanceMs: number) => {
    if (await move.run(advanceMs)) toast(t.moved, 'ok');
  };
  return (
    <View className="jk-card jk-block">
      <View className="jk-title-3">{t.demoTitle}</View>
      <View className="mine-demo__text">{t.demoText}</View>
      <View className="mine-demo__now">{t.demoNow(dayTime(nowMs, language))}</View>
      {move.error ? <View className="mine-demo__error">{move.error.message}</View> : null}
      <View className="mine-demo__buttons">
        <Button kind="tint" size="s" grow disabled={move.busy} onClick={() => void go(steps.hour)}>{t.hour}</Button>
        <Button kind="tint" size="s" grow disabled={move.busy} className="mine-demo__next" onClick={() => void go(steps.day)}>{t.day}</Button>
        <Button kind="tint" size="s" grow disabled={move.busy} className="mine-demo__next" onClick={() => void go(steps.days)}>{t.days}</Button>
      </View>
    </View>
  );
}
