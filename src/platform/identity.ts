// Who this device is to the server (no person), and which surface the app runs on. Built on device storage only.
import { inWechatBrowser, isWeapp, storage } from './device';

const KEY = 'juke.device';
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Random text of 0-9a-z; keys and device ids, nothing that must be unguessable. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += ALPHABET[Math.floor(Math.random() * ALPHABET.length)];
  return text;
}

/** Made once and kept; not tied to hardware. */
export function deviceId(): string {
  const kept = storage.get<string>(KEY);
  if (kept && /^[0-9A-Za-z_-]{8,64}$/.test(kept)) return kept;
  const made = `dev_${randomText(24)}`;
  storage.set(KEY, made);
  return made;
}

export function surface(): 'weapp' | 'h5' | 'h5_wechat' {
  if (isWeapp) return 'weapp';
  return inWechatBrowser() ? 'h5_wechat' : 'h5';
}
