// The counter: one code in, one clear answer out, undo within five minutes. Guards A-08 … A-10, F-09, F-12.
import { useEffect, useRef, useState } from 'react';
import { call, useAction, usePages, type Answer, type Failure } from '@/api';
import { readCode } from '@contract/voucher-code';
import { texts } from '@/i18n/staff';
import { groupCode } from '@/i18n/format';
import { textsIn } from '@/i18n';
import { deviceId, hasSystemScanner, isWeapp, scanWithSystem, vibrate } from '@/platform';
import { hasCamera, startCamera } from '@/platform/camera';
import type { CameraScan } from '@/platform/camera-types';
import { confirmDialog, toast } from '@/state/overlays';
import { askLogin } from '@/state/person';
import { getLanguage } from '@/state/settings';

export type Redemption = Answer<'redeemVoucher'>;
export type Redeemed = Answer<'listRedemptions'>['items'][number];
export type Reply = { kind: 'yes'; redemption: Redemption } | { kind: 'no'; failure: Failure; code: string; atMs: number };

export const CAMERA_ID = 'redeem-camera';

/** What stands in the field: digits in groups of four; anything else (a scanner that types) as it came. */
function typedText(text: string): string {
  if (!/^[\d\s-]*$/.test(text)) return text.slice(0, 120);
  const digits = text.replace(/\D/g, '').slice(0, 12);
  return isWeapp ? digits : groupCode(digits);
}

export function useRedeem(storeId: string) {
  const [text, setText] = useState('');
  const [reply, setReply] = useState<Reply | null>(null);
  const list = usePages((cursor) => call('listRedemptions', { params: { storeId }, query: { cursor } }), [storeId], { ready: storeId !== '' });
  const code = useRef('');
  // An answer names a guest: it is for who works here now.
  useEffect(() => setReply(null), [storeId]);

  const sending = useAction<{ storeId: string; code: string }, Redemption>(
    'redeem',
    (input, idempotencyKey) => call('redeemVoucher', { params: { storeId: input.storeId }, body: { code: input.code, deviceId: deviceId() }, idempotencyKey }),
    (failure) => {
      if (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED') return askLogin();
      vibrate();
      setReply({ kind: 'no', failure, code: code.current, atMs: Date.now() });
    },
  );
  const submit = async (raw: string) => {
    code.current = raw;
    const redemption = await sending.run({ storeId, code: raw });
    setText('');
    if (!redemption) return;
    vibrate();
    setReply({ kind: 'yes', redemption });
    void list.refresh();
  };
  const camera = useCamera((raw) => void submit(raw));

  const type = (raw: string) => {
    const next = typedText(raw);
    setText(next);
    if (readCode(next) && !sending.busy) void submit(next.replace(/\s/g, ''));
  };
  /** Enter, also the one a scanner types: even a code that is no code gets its clear answer. */
  const enter = () => {
    if (text.trim() !== '' && !sending.busy) void submit(text.trim());
  };
  const scan = async () => {
    setReply(null);
    if (!hasSystemScanner) return camera.start();
    const raw = await scanWithSystem().catch(() => toast(textsIn(texts, getLanguage()).cameraFailed, 'error'));
    if (raw) await submit(raw);
  };
  const undo = useUndo(storeId, () => void list.refresh());
  return {
    text, type, enter, scan, canScan: hasSystemScanner || hasCamera(), camera, busy: sending.busy, reply, list,
    again: () => void submit(code.current),
    close: () => setReply(null),
    undo: async (redemptionId: string) => {
      if (await undo(redemptionId)) setReply(null);
    },
  };
}

/** The browser's camera; the first readable code ends it. */
function useCamera(onCode: (text: string) => void) {
  const [state, setState] = useState<'off' | 'on' | 'failed'>('off');
  const running = useRef<CameraScan | null>(null);
  const take = useRef(onCode);
  take.current = onCode;
  const stop = () => {
    running.current?.stop();
    running.current = null;
  };
  useEffect(() => {
    if (state !== 'on') return undefined;
    let gone = false;
    const onRead = (text: string) => {
      if (gone) return;
      gone = true;
      setState('off');
      take.current(text);
    };
    void startCamera(CAMERA_ID, onRead).then((scan) => {
      if (gone) scan?.stop();
      else if (scan) running.current = scan;
      else setState('failed');
    });
    return () => {
      gone = true;
      stop();
    };
  }, [state]);
  return { state, start: () => setState('on'), stop: () => setState('off') };
}

/** Asks, then gives the voucher back. true when it was undone. */
function useUndo(storeId: string, after: () => void): (redemptionId: string) => Promise<boolean> {
  const undoing = useAction<{ storeId: string; redemptionId: string }, { ok: true }>(
    'undo',
    (params, idempotencyKey) => call('undoRedemption', { params, idempotencyKey }),
    (failure) => toast(failure.message, 'error'),
  );
  return async (redemptionId) => {
    const t = textsIn(texts, getLanguage());
    let done = false;
    await confirmDialog({
      title: t.undoTitle, body: t.undoBody, ok: t.undo, cancel: t.undoKeep, danger: true,
      run: async () => {
        done = (await undoing.run({ storeId, redemptionId })) !== undefined;
      },
    });
    if (done) toast(t.undoDone, 'ok');
    after();
    return done;
  };
}
