/** Lambda entry of the merchants module. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { addStaff } from './add-staff';
import { createMerchant } from './create-merchant';
import { createStore } from './create-store';
import { listMyStores } from './list-my-stores';
import { findStaff } from './store';

export const stories: Stories = { createMerchant, createStore, addStaff, listMyStores };
export const handler = createHandler(lambdaApp, stories, { findStaff });
