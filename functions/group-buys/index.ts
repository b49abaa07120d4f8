/** Group buys: the public face. Seats are taken, paid and given back inside the saves of orders and refunds (sql/0602). */
export { offerSeat } from './offer-seat';
export { decideEnd, ladderRefundFen, tierPriceOf } from './rules';
export { findGroup, findOtherGroup, listCards } from './store';
export type { GroupRow, SeatOffer } from './types';
