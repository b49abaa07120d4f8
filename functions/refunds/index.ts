/** Refunds: the public face. */
export { answerLate, dropUndoneAfterSale } from './after-sale';
export { refundGroupOrder, refundLadder } from './leave-group';
export { expireVouchers, refundUnwanted } from './request-refund';
export { decideFeeBack, decideFunding } from './rules';
export { sendRefund, settleRefund } from './send-refund';
export { findFundedAfterSales, findRefund, findRefunds, hasUnsentRefund, listUnbilled } from './store';
