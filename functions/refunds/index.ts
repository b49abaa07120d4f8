/** Refunds: the public face. */
export { answerLate, dropUndoneAfterSale } from './after-sale';
export { refundGroupOrder, refundLadder } from './leave-group';
export { expireVouchers, refundUnwanted } from './request-refund';
export { decideFunding, type Funding } from './rules';
export { sendRefund, settleRefund } from './send-refund';
export { findRefund, hasUnsentRefund, sumFundedAfterSales, type RefundRow } from './store';
