/** Lambda entry of the settlement module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { getWithdrawal, requestWithdrawal } from './withdraw';

export const stories: Stories = { requestWithdrawal, getWithdrawal };
export const handler = createHandler(lambdaApp, stories);
