// Choosing a picture in a browser: drawn anew as a square JPEG, so that it is small and carries no place or device.
import type { PictureFile } from './picture-types';

const SIDE = 512;
const QUALITY = 0.86;

/** Opens the file chooser (inside a tap). null: nothing was chosen, or it is not a picture. */
export async function loadPicture(_path: string | null): Promise<PictureFile | null> {
  const file = await chooseFile();
  if (!file) return null;
  const address = URL.createObjectURL(file);
  try {
    const image = await loadImage(address);
    return await toSquare(image);
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}

function chooseFile(): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.style.display = 'none';
    const end = (file: File | null) => {
      input.remove();
      resolve(file);
    };
    input.addEventListener('change', () => end(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => end(null));
    document.body.appendChild(input);
    input.click();
  });
}

function loadImage(address: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  });
}

async function toSquare(image: HTMLImageElement): Promise<PictureFile | null> {
  const canvas = document.createElement('canvas');
  const side = Math.min(image.naturalWidth, image.naturalHeight);
  canvas.width = Math.min(SIDE, side);
  canvas.height = canvas.width;
  const context = canvas.getContext('2d');
  if (!context || side === 0) return null;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, (image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  return blob ? { bytes: await new Response(blob).arrayBuffer(), contentType: 'image/jpeg' } : null;
}

/** PUTs the raw picture to its signed address. false: not taken. */
export function putPicture(url: string, { bytes, contentType }: PictureFile): Promise<boolean> {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    xhr.open('PUT', url);
    xhr.setRequestHeader('content-type', contentType);
    xhr.onload = () => resolve(xhr.status >= 200 && xhr.status < 300);
    xhr.onerror = () => resolve(false);
    xhr.send(bytes);
  });
}
