/** Orders: the public face. */
export { closeGroup } from './close-group';
export { updateGroupCard } from './group-card';
export { markPaid } from './mark-paid';
export { askPayment, closePayments, watchOrder } from './pay-order';
export { reportOrderShipping, serveOrder } from './serve-order';
export { findOrder, findOwnOrder, listOrders, type OrderRow } from './store';
export { unitOf } from './price-lines';
export { maxQuantity } from './rules';
export { closeCombined, watchPurchase } from './pay-purchase';
export { emptyCart } from './set-cart-item';
export { forgetWords } from './group-words';
