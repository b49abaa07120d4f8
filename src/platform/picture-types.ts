// A picture ready to be uploaded, the same on both targets.
export interface PictureFile {
  bytes: ArrayBuffer;
  contentType: 'image/jpeg' | 'image/png';
}
