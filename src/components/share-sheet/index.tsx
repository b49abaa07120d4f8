// Sharing said honestly: what the friend gets, what you get and when, and the ways to pass it on. Draws; the page acts.
import { View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { texts } from '@/i18n/components';
import { useT } from '@/i18n';
import { OpenButton } from '../button';
import { Icon, type IconName } from '../icon';
import { Note } from '../notice';
import { PriceTag } from '../price-tag';
import { Sheet } from '../sheet';
import { Touchable } from '../touchable';
import './index.scss';

export interface ShareWay {
  key: string;
  icon: IconName;
  text: string;
  tone?: 'wechat' | 'price' | 'plain';
  /** a native share button of WeChat; the page's useShareAppMessage answers with what is sent */
  native?: boolean;
  busy?: boolean;
  onClick?: () => void;
}

interface Props {
  open: boolean;
  title: string;
  friendSavesFen: number;
  /** null where rebates must not be shown; 0 when this share earns none */
  youEarnFen: number | null;
  /** the condition of both, in the same card as the amounts */
  condition: string;
  /** in place of the ways: the links failed, or are on their way */
  instead?: ReactNode;
  ways: ShareWay[];
  poster?: ReactNode;
  onClose: () => void;
}

export function ShareSheet({ open, title, friendSavesFen, youEarnFen, condition, instead, ways, poster, onClose }: Props) {
  const t = useT(texts);
  return (
    <Sheet open={open} title={title} onClose={onClose} above={poster}>
      {friendSavesFen > 0 || youEarnFen ? (
        <View className="jk-share__gains">
          <View className="jk-share__gain">
            <View className="jk-share__label">{t.friendSaves}</View>
            <PriceTag fen={friendSavesFen} exact className="jk-share__amount" />
          </View>
          {youEarnFen ? (
            <>
              <View className="jk-share__divider" />
              <View className="jk-share__gain">
                <View className="jk-share__label">{t.youEarn}</View>
                <PriceTag fen={youEarnFen} exact tone="rebate" className="jk-share__amount" />
              </View>
            </>
          ) : null}
        </View>
      ) : null}
      <Note className="jk-share__note">{condition}</Note>
      {instead ?? (
        <View className="jk-share__ways">
          {ways.map((way) => (way.native ? (
            <OpenButton key={way.key} open="share" channel={way.key} label={way.text} disabled={way.busy} className="jk-share__way" onClick={way.onClick}>
              <WayFace way={way} />
            </OpenButton>
          ) : (
            <Touchable key={way.key} className="jk-share__way" label={way.text} disabled={way.busy} onClick={way.onClick}>
              <WayFace way={way} />
            </Touchable>
          )))}
        </View>
      )}
    </Sheet>
  );
}

function WayFace({ way }: { way: ShareWay }) {
  return (
    <>
      <View className={`jk-share__disc jk-share__disc--${way.tone ?? 'plain'} ${way.busy ? 'jk-share__disc--busy' : ''}`}>
        <Icon name={way.icon} size={24} />
      </View>
      <View className="jk-share__text">{way.text}</View>
    </>
  );
}
