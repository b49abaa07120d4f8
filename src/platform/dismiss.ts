// What the type checker and the tests see. Builds take dismiss.weapp.ts or dismiss.h5.ts in its place.
export * from './dismiss.h5';
