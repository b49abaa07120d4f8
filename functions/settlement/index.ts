/** Splits, their returns, withdrawals and the daily comparison with WeChat's bill: the public face. */
export { fundRefund, returnSplit } from './fund-refund';
export { reconcileBill } from './reconcile-bill';
export { splitOrder } from './split-order';
export { sendWithdrawal, settleTransfer } from './withdraw';
export { returnSubsidy } from './subsidize';
