// The picture chosen with WeChat's avatar button, read from its temporary file.
import type { PictureFile } from './picture-types';

/** `path` comes from a button with open-type chooseAvatar. null: unreadable, or neither JPEG nor PNG. */
export function loadPicture(path: string | null): Promise<PictureFile | null> {
  if (!path) return Promise.resolve(null);
  return new Promise((resolve) => {
    wx.getFileSystemManager().readFile({
      filePath: path,
      success: ({ data }) => {
        const bytes = data as ArrayBuffer;
        const contentType = typeOf(new Uint8Array(bytes));
        resolve(contentType ? { bytes, contentType } : null);
      },
      fail: () => resolve(null),
    });
  });
}

function typeOf(bytes: Uint8Array): PictureFile['contentType'] | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  return bytes[0] === 0x89 && bytes[1] === 0x50 ? 'image/png' : null;
}

/** PUTs the raw picture to its signed address. false: not taken. */
export function putPicture(url: string, { bytes, contentType }: PictureFile): Promise<boolean> {
  return new Promise((resolve) => {
    wx.request({
      url,
      method: 'PUT',
      header: { 'content-type': contentType },
      data: bytes,
      success: ({ statusCode }) => resolve(statusCode >= 200 && statusCode < 300),
      fail: () => resolve(false),
    });
  });
}
