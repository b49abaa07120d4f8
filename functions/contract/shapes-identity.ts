/** Wire shapes of people, sessions, notices and the demo controls. */
import * as z from 'zod';
import { MEDIA_MAX_BYTES } from './limits';
import { consents, statements } from './states';
import { deviceId, done, ms, name, nothing, phone, url } from './shapes-common';

const session = z.strictObject({
  token: z.string(), expiresAtMs: ms, refreshToken: z.string(), personId: z.string(),
});
const me = z.strictObject({
  personId: z.string(), name: z.string(), avatarUrl: url, phoneMasked: z.string().nullable(), hasWechat: z.boolean(),
  language: z.enum(['zh', 'en']), consents: z.partialRecord(z.enum(consents), z.boolean()),
  isOperator: z.boolean(), isStaff: z.boolean(), unreadNotices: z.int(),
});
export const demoPeople = ['guest', 'friend', 'clerk', 'manager', 'operator'] as const;

export const identityShapes = {
  loginWechat: { params: nothing, query: nothing, body: z.strictObject({ code: z.string().min(1).max(128), deviceId }), answer: session },
  sendPhoneCode: { params: nothing, query: nothing, body: z.strictObject({ phone }), answer: z.strictObject({ expiresAtMs: ms }) },
  loginPhone: { params: nothing, query: nothing, body: z.strictObject({ phone, code: z.string().regex(/^\d{6}$/), deviceId }), answer: session },
  refreshSession: { params: nothing, query: nothing, body: z.strictObject({ refreshToken: z.string().min(20).max(200), deviceId }), answer: session },
  logout: { params: nothing, query: nothing, body: nothing, answer: done },
  loginDemo: { params: nothing, query: nothing, body: z.strictObject({ who: z.enum(demoPeople), deviceId }), answer: session },
  getMe: { params: nothing, query: nothing, body: nothing, answer: me },
  updateMe: {
    params: nothing, query: nothing,
    body: z.strictObject({ name: name.optional(), avatarUrl: url.optional(), language: z.enum(['zh', 'en']).optional() }), answer: me,
  },
  /** Mini-program: `code` from getPhoneNumber. Anywhere: phone + SMS code. Joins the two accounts of one person: the answer is a new session. */
  verifyPhone: {
    params: nothing, query: nothing,
    body: z.union([z.strictObject({ wechatCode: z.string().min(1).max(128) }), z.strictObject({ phone, code: z.string().regex(/^\d{6}$/) })]),
    answer: session,
  },
  linkWechat: { params: nothing, query: nothing, body: z.strictObject({ code: z.string().min(1).max(128) }), answer: session },
  setConsent: {
    params: z.strictObject({ kind: z.enum([...consents, ...statements]) }), query: nothing, body: z.strictObject({ granted: z.boolean() }), answer: done,
  },
  deleteMe: { params: nothing, query: nothing, body: z.strictObject({ confirm: z.literal(true) }), answer: done },
  createUpload: {
    params: nothing, query: nothing,
    body: z.strictObject({ contentType: z.enum(['image/jpeg', 'image/png']), bytes: z.int().min(1).max(MEDIA_MAX_BYTES) }),
    answer: z.strictObject({ uploadUrl: url, mediaUrl: url }),
  },
  readNotices: { params: nothing, query: nothing, body: z.strictObject({ upToMs: ms }), answer: done },
  addSubscriptions: {
    params: nothing, query: nothing, body: z.strictObject({ templates: z.array(z.string().max(64)).min(1).max(3) }), answer: done,
  },
  getDemoClock: { params: nothing, query: nothing, body: nothing, answer: z.strictObject({ nowMs: ms, offsetMs: ms }) },
  moveDemoClock: {
    params: nothing, query: nothing, body: z.strictObject({ advanceMs: z.int().min(1).max(200 * 86_400_000) }),
    answer: z.strictObject({ nowMs: ms, offsetMs: ms }),
  },
};
