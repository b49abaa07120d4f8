/** Lambda entry of the refunds module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { findStaff } from '../merchants';
import { answerAfterSale, requestAfterSale } from './after-sale';
import { leaveGroup } from './leave-group';
import { requestRefund } from './request-refund';

export const stories: Stories = { leaveGroup, requestRefund, requestAfterSale, answerAfterSale };
export const handler = createHandler(lambdaApp, stories, { findStaff });
