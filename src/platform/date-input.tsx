// What the type checker and the tests see. Builds take date-input.weapp.tsx or date-input.h5.tsx in its place.
// Imported by the staff's pages only.
export * from './date-input.h5';
