// WeChat scans by itself (scanWithSystem): no camera stream here.
import type { CameraScan } from './camera-types';

export const hasCamera = (): boolean => false;

export async function startCamera(): Promise<CameraScan | null> {
  return null;
}
