// QR codes through the browser's camera. Needs https or localhost; the decoder is loaded when the camera opens.
import type { CameraScan } from './camera-types';

const EVERY_MS = 160;
const WIDTH_MAX = 640;

export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function';
}

/**
 * Shows the camera inside the element with this id and tells each code read. null when the person or the device refuses.
 */
export async function startCamera(hostId: string, onCode: (text: string) => void): Promise<CameraScan | null> {
  const host = document.getElementById(hostId);
  if (!host || !hasCamera()) return null;
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'environment', width: { ideal: 1280 } } });
  } catch {
    return null;
  }
  const decodeQR = (await import('qr/decode.js')).default;
  const video = document.createElement('video');
  video.setAttribute('playsinline', 'true');
  video.muted = true;
  video.srcObject = stream;
  video.style.cssText = 'width:100%;height:100%;object-fit:cover;display:block';
  host.replaceChildren(video);
  await video.play().catch(() => undefined);

  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const timer = setInterval(() => {
    if (!context || !video.videoWidth) return;
    const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      onCode(decodeQR(context.getImageData(0, 0, canvas.width, canvas.height)));
    } catch {
      // no code in this frame
    }
  }, EVERY_MS);

  return {
    stop: () => {
      clearInterval(timer);
      stream.getTracks().forEach((track) => track.stop());
      video.remove();
    },
  };
}
