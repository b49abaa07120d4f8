// Time left on the server's clock: blocks, or words that turn into a date beyond 24 hours. Never restarts after zero.
import { Text, View } from '@tarojs/components';
import { useEffect, useRef, useState } from 'react';
import { serverNow } from '@/api/clock';
import { clockLeft, deadline, left } from '@/i18n/format';
import { useLanguage } from '@/state/settings';
import { a11y } from '../a11y';
import './index.scss';

const URGENT_MS = 10 * 60_000;

/** ms left until a server time, told every second; 0 for good once reached. */
export function useLeft(untilMs: number, onEnd?: () => void): number {
  const [rest, setRest] = useState(() => Math.max(0, untilMs - serverNow()));
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const tick = () => {
      const now = Math.max(0, untilMs - serverNow());
      setRest(now);
      if (now > 0) return false;
      // Over is over: a clock corrected afterwards does not start it again.
      clearInterval(timer);
      return true;
    };
    if (tick()) return undefined;
    timer = setInterval(() => tick() && end.current?.(), 1_000);
    return () => clearInterval(timer);
  }, [untilMs]);
  return rest;
}

interface Props {
  untilMs: number;
  /** blocks 24 high, or inline words */
  kind?: 'blocks' | 'text';
  /** what is said after zero */
  ended: string;
  onEnd?: () => void;
  className?: string;
}

export function Countdown({ untilMs, kind = 'text', ended, onEnd, className = '' }: Props) {
  const language = useLanguage();
  const rest = useLeft(untilMs, onEnd);
  if (rest === 0) return <Text className={`jk-countdown__ended ${className}`}>{ended}</Text>;
  const urgent = rest <= URGENT_MS;
  if (kind === 'text') {
    return <Text className={`jk-num ${urgent ? 'jk-text-price' : ''} ${className}`}>{deadline(untilMs, untilMs - rest, language)}</Text>;
  }
  const { hours, minutes, seconds } = left(rest);
  return (
    <View className={`jk-countdown ${urgent ? 'jk-countdown--urgent' : ''} ${className}`} {...a11y({ role: 'timer', label: clockLeft(rest) })}>
      <Text className="jk-countdown__block">{hours}</Text>
      <Text className="jk-countdown__colon">:</Text>
      <Text className="jk-countdown__block">{minutes}</Text>
      <Text className="jk-countdown__colon">:</Text>
      <Text className="jk-countdown__block">{seconds}</Text>
    </View>
  );
}
