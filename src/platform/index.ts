// The only door to what differs between the mini-program and the browser.
export * from './device';
export * from './identity';
export type * from './types';
