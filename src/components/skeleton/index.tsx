// Grey shapes in the place of what is loading, shown only after 300 ms so that a quick answer never flashes.
import { View } from '@tarojs/components';
import { useEffect, useState, type ReactNode } from 'react';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { a11y } from '../a11y';
import './index.scss';

const DELAY_MS = 300;

/** false for the first 300 ms. */
function useSkeletonDelay(): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), DELAY_MS);
    return () => clearTimeout(timer);
  }, []);
  return late;
}

/** Keeps the room of its children and shows them after the delay. */
export function Skeleton({ children }: { children: ReactNode }) {
  const t = useT(texts);
  const late = useSkeletonDelay();
  return (
    <View className={late ? 'jk-skeleton' : 'jk-skeleton jk-skeleton--early'} {...a11y({ role: 'status', label: t.loading, busy: true })}>
      {children}
    </View>
  );
}

interface BoneProps {
  width?: number | string;
  height: number;
  radius?: number;
  top?: number;
}

export function Bone({ width = '100%', height, radius = 6, top = 0 }: BoneProps) {
  const size = typeof width === 'number' ? `${width}px` : width;
  return <View className="jk-bone" style={{ width: size, height: `${height}px`, borderRadius: `${radius}px`, marginTop: `${top}px` }} />;
}

/** The shape of a card with some lines of text. */
export function CardSkeleton({ lines = 3 }: { lines?: number }) {
  return (
    <Skeleton>
      <View className="jk-card jk-block">
        <Bone width="48%" height={20} />
        {Array.from({ length: lines }, (_, i) => (
          <Bone key={i} width={`${86 - i * 14}%`} height={14} top={12} />
        ))}
      </View>
    </Skeleton>
  );
}

/** The shape of a list of rows. */
export function RowsSkeleton({ rows = 4 }: { rows?: number }) {
  return (
    <Skeleton>
      <View className="jk-card jk-card--flush jk-block">
        {Array.from({ length: rows }, (_, i) => (
          <View key={i} className="jk-skeleton__row">
            <Bone width={40} height={40} radius={20} />
            <View className="jk-skeleton__lines">
              <Bone width="56%" height={14} />
              <Bone width="36%" height={11} top={8} />
            </View>
          </View>
        ))}
      </View>
    </Skeleton>
  );
}
