// What the type checker and the tests see. Builds take http.weapp.ts or http.h5.ts in its place.
export * from './http.h5';
