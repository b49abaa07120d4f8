// What the type checker and the tests see. Builds take device.weapp.ts or device.h5.ts in its place.
export * from './device.h5';
