/** Lambda entry of the orders module; WeChat Pay's notices come in here, because a paid order is what they make. */
import { createHandler, type Stories } from '../kernel';
import { lambdaApp } from '../kernel/lambda-app';
import { noticeRoute } from '../payments';
import { createGroupActivity } from './group-card';
import { setGroupWords } from './group-words';
import { payFromNotice } from './mark-paid';
import { payPurchaseFromNotice } from './mark-purchase-paid';
import { cancelOrder, checkPayment, payOrder } from './pay-order';
import { cancelPurchase, checkPurchase, payPurchase } from './pay-purchase';
import { placeOrder, quoteOrder } from './place-order';
import { placePurchase, quotePurchase } from './place-purchase';
import { setCartItem } from './set-cart-item';

export const stories: Stories = { createGroupActivity, setGroupWords, quoteOrder, placeOrder, payOrder, checkPayment, cancelOrder, setCartItem, quotePurchase, placePurchase, payPurchase, checkPurchase, cancelPurchase };
export const orderRoutes = [noticeRoute((app, notice) => (notice.kind === 'combined' ? payPurchaseFromNotice : payFromNotice)(app, notice))];
export const handler = createHandler(lambdaApp, stories, { raw: orderRoutes });
