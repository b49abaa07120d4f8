// What the type checker and the tests see. Builds take canvas.weapp.ts or canvas.h5.ts in its place.
export * from './canvas.h5';
