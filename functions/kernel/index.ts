/** The kernel's public face. */
export * from './clock';
export * from './config';
export * from './context';
export * from './db';
export * from './failure';
export * from './idempotency';
export * from './ids';
export * from './log';
export * from './pipeline';
export * from './rate';
export * from './session';
export * from './snapshot';
