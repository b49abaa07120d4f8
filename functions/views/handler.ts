/** Lambda entry of views. */
import { createHandler } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { findStaff } from '../merchants';
import { rawRoutes } from './raw-routes';
import { stories } from './stories';

export { stories };
export const handler = createHandler(lambdaApp, stories, { findStaff, raw: rawRoutes });
