/** Lambda entry of the catalog module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { createDeal } from './create-deal';

export const stories: Stories = { createDeal };
export const handler = createHandler(lambdaApp, stories);
