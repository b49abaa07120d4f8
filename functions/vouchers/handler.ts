/** Lambda entry of the vouchers module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { findStaff } from '../merchants';
import { redeemVoucher, undoRedemption } from './redeem-voucher';

export const stories: Stories = { redeemVoucher, undoRedemption };
export const handler = createHandler(lambdaApp, stories, { findStaff });
