/** Lambda entry of the identity module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { deleteMe } from './delete-me';
import { getDemoClock, loginDemo, moveDemoClock } from './demo';
import { getMe, updateMe } from './get-me';
import { linkWechat, verifyPhone } from './link-account';
import { loginPhone } from './login-phone';
import { loginWechat } from './login-wechat';
import { sendPhoneCode } from './phone-code';
import { logout, refreshSession } from './refresh-session';
import { addSubscriptions, readNotices, setConsent } from './set-consent';
import { messageRoutes } from './check-picture';
import { createUpload, mediaRoutes } from './upload-picture';

export const stories: Stories = {
  loginWechat, sendPhoneCode, loginPhone, refreshSession, logout, loginDemo, getMe, updateMe, verifyPhone, linkWechat, setConsent, deleteMe, createUpload,
  readNotices, addSubscriptions, getDemoClock, moveDemoClock,
};
export const identityRoutes = [...mediaRoutes, ...messageRoutes];
export const handler = createHandler(lambdaApp, stories, { raw: identityRoutes });
