/** What we asked WeChat Pay for and what it said: the public face. */
export { noticeRoute, rejectedNotices } from './receive-notice';
export { decideMismatch } from './rules';
export { findKeptPayment, findNotice, findPayment, findPayments, listCombined, listDayPayments, listPayments, PAYMENT_ROW, type PaymentRow } from './store';
export * from './wechat-pay';
