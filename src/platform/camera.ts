// What the type checker and the tests see. Builds take camera.weapp.ts or camera.h5.ts in its place.
// Imported by the staff's pages only, so that the decoder never weighs on guests.
export * from './camera.h5';
