// What screens use of the client.
export { call, renewWechatKey } from './client';
export { serverNow } from './clock';
export { mediaUrl } from './address';
export { asFailure, Failure } from './errors';
export { useAction, useLoad, usePages, type Action, type Loaded } from './hooks';
export { dropSession, getSession, keepSession, signOut, useSession, type Session } from './session';
export type { Answer, RouteTypes } from '@contract/shapes';
