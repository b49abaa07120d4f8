// A canvas outside the document; the page shows what it exports as a picture.
import { waitForImage, type Surface } from './canvas-types';

export const needsCanvasElement = false as boolean;

export async function openSurface(_id: string, width: number, height: number): Promise<Surface | null> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return null;
  return {
    canvas,
    context,
    loadImage: (src) => {
      const image = new Image();
      image.crossOrigin = 'anonymous';
      return waitForImage(image, src);
    },
  };
}
