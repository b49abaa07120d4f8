/** Share links, touches, attribution and rewards: the public face. */
export { decideOrderReward, findBringer, type Brought } from './attribute-order';
export { endExpected, releaseReward } from './release-reward';
export { shareRoutes } from './get-share-link';
export { findRewardOfOrder, isRepeat } from './store';
