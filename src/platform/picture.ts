// What the type checker and the tests see. Builds take picture.weapp.ts or picture.h5.ts in its place.
export * from './picture.h5';
