/** Lambda entry of the referrals module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { createShare } from './create-share';
import { getDealLink, getShareLink, shareRoutes } from './get-share-link';
import { createChannelCode, openCode } from './open-code';
import { openShare } from './open-share';
import { clearReward } from './release-reward';

export const stories: Stories = { createShare, openShare, getShareLink, getDealLink, openCode, createChannelCode, clearReward };
export const handler = createHandler(lambdaApp, stories, { raw: shareRoutes });
