/**
 * Every limit, window and deadline in one place. Guards I-28. Times in ms, amounts in fen, rates in bps.
 * Figures that come from WeChat or the law carry their source and were read in 2026-11.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const MAX_AMOUNT_FEN = 100_000_000_000;
export const MAX_TIME_MS = 253_402_300_799_999;
/** A single order: WeChat Pay refuses more than 1,000,000 yuan; we stop well below. */
export const MAX_ORDER_FEN = 5_000_000;
export const MAX_QUANTITY = 99;

export const BODY_MAX_BYTES = 64 * 1024;
export const BODY_MAX_DEPTH = 8;
/** Of a body that is too large, what the host still reads to answer in words; then it hangs up. */
export const BODY_DROPPED_MAX_BYTES = 16 * 1024 * 1024;
export const MEDIA_MAX_BYTES = 5 * 1024 * 1024;
/** How long an upload address lives, and how long the checker may read a picture that nobody else sees yet. */
export const MEDIA_UPLOAD_MS = 10 * MINUTE;
export const MEDIA_CHECK_MS = DAY;
export const MEDIA_PER_DAY_MAX = 50;
/** Longest side after re-encoding, and the most pixels that are decoded at all. */
export const MEDIA_SIDE_PX = 2_048;
export const MEDIA_PIXELS_MAX = 40_000_000;
export const PAGE_SIZE = 20;
export const PAGE_SIZE_MAX = 50;
export const QUERY_MAX_CHARS = 40;

export const UNPAID_HOLD_MS = 15 * MINUTE;
/** A person with this many orders within HOARDING_WINDOW_MS that held stock for a third of their time or longer and were never paid has to wait. */
export const HOARDING_MAX = 3;
export const HOARDING_WINDOW_MS = HOUR;
/** The last seat of a group is held shorter, so that nobody waits for a person who went away. */
export const LAST_SEAT_HOLD_MS = 5 * MINUTE;
export const GROUP_SIZE_MIN = 2;
export const GROUP_SIZE_MAX = 8;
export const GROUP_HOURS = [12, 24, 48] as const;
/** Seats of one group that a person can give up unpaid: else one who holds the last seat again and again lets the group fail. */
export const GROUP_TRIES_MAX = 3;
/** Joining ends so long before a group's deadline. */
export const GROUP_JOIN_ENDS_MS = 2 * MINUTE;
/** A host of so many flagged groups within the window opens no more. */
export const GROUP_FLAGS_MAX = 2;
export const GROUP_FLAGS_WINDOW_MS = 30 * DAY;
/** Open groups shown on a deal's page. */
export const GROUPS_SHOWN = 20;

/** A coupon that comes back after its end lives so much longer. */
export const COUPON_GRACE_MS = 7 * DAY;
export const COUPON_TOTAL_MAX = 1_000_000;
export const COUPON_PER_PERSON_MAX = 20;
/** Coupons that one person can hold, which bounds the search for the best stack. */
export const COUPONS_HELD_MAX = 50;
/** A coupon given to a friend waits so long to be claimed, then it comes back. */
export const COUPON_GIFT_MS = DAY;
/** Coupon codes that one person, and one device, may type within the window. */
export const COUPON_CODE_TRIES = 5;
export const COUPON_CODE_WINDOW_MS = MINUTE;
export const COUPON_CODE_CHARS = 10;
/** Its owner is reminded of a coupon so long before it ends. */
export const COUPON_REMIND_MS = DAY;

export const CART_LINES_MAX = 20;
/** WeChat Pay 合单支付: at most 50 sub-orders of one payment (pay.weixin.qq.com, 合单下单); ours is the cart's limit. */
export const PURCHASE_ORDERS_MAX = CART_LINES_MAX;

/** Refunds sent to WeChat: its limit is 150 a second, and 6 a second while it answers with errors (F-36). */
export const REFUNDS_PER_SECOND = 100;
export const REFUNDS_PER_SECOND_AFTER_ERROR = 5;
/** How long after an error the slow pace lasts, and how late a refund may use the turn that it was given. */
export const REFUND_SLOW_MS = 10_000;
export const REFUND_TURN_MS = 400;

export const VOUCHER_CODE_STEP_MS = 60_000;
export const UNDO_WINDOW_MS = 5 * MINUTE;
export const ATTRIBUTION_WINDOW_MS = 7 * DAY;
export const REWARD_HOLD_MS = 7 * DAY;
/** One rebate per sharer, friend and merchant in this window. */
export const REWARD_REPEAT_MS = 30 * DAY;
/** commission + rebate together (WeChat's default cap for 分账, pay.weixin.qq.com profit-sharing/development). */
export const SPLIT_MAX_BPS = 3_000;
/** Below this a rebate is not paid, and of more rebates than this in a day a sharer gets none. */
export const REWARD_MIN_FEN = 10;
export const REWARDS_PER_DAY_MAX = 50;
/** Rebates of a sharer under 18 that end in one save. */
export const REWARDS_ENDED_AT_ONCE = 100;
/** Orders of different buyers from one device or payer that may earn one sharer a rebate in REWARD_REPEAT_MS. */
export const REWARDS_PER_DEVICE_MAX = 2;
/** Rebates between the same two people in both directions within REWARD_REPEAT_MS before they are held. */
export const RING_MAX = 1;
export const SHARE_LIFE_MS = 30 * DAY;
export const AFTER_SALE_ANSWER_MS = 48 * HOUR;
/** An after-sale may be asked for so long after redemption. */
export const AFTER_SALE_WINDOW_MS = 30 * DAY;
/** How often one use of a voucher may be asked about: once more after a shop's no. Each time holds the rebate until the answer. */
export const AFTER_SALE_TRIES = 2;

/** WeChat 商家转账: at least 0.1 yuan; we ask for 1 yuan; a name is required from 2,000 yuan, so we stop below. */
export const WITHDRAWAL_MIN_FEN = 100;
export const WITHDRAWAL_MAX_FEN = 199_900;
export const WITHDRAWALS_PER_DAY_MAX = 3;
/** Unconfirmed by the person for so long → closed by WeChat. */
export const WITHDRAWAL_CONFIRM_MS = DAY;
/** After the receiving WeChat account or phone changed, withdrawals wait. */
export const PAYOUT_CHANGE_FREEZE_MS = DAY;

export const SESSION_MS = 30 * MINUTE;
export const REFRESH_MS = 30 * DAY;
export const SESSION_LEEWAY_MS = MINUTE;
/** So long after it was spent a refresh token still brings its device the same answer, which may have been lost. */
export const REFRESH_AGAIN_MS = 30_000;
export const PHONE_CODE_MS = 5 * MINUTE;
export const PHONE_CODE_TRIES = 5;
export const PHONE_CODES_PER_HOUR = 5;
/** To all phones together: each message costs some 0.05 yuan, and pumping them is a business. Many times what a full house signs in by phone. */
export const PHONE_CODES_ALL_PER_HOUR = 10_000;
/** How many spent refresh tokens of a sign-in are remembered, to notice that one comes back. */
export const REFRESH_TOKENS_KEPT = 50;
/** Messages that a person has agreed to and that were not sent yet, at most, per template. */
export const SUBSCRIPTION_QUOTA_MAX = 20;
/** Misses of voucher codes per staff member and minute before a lock. */
export const CODE_MISSES_MAX = 5;
export const CODE_MISS_WINDOW_MS = MINUTE;
export const CODE_LOCK_MS = 10 * MINUTE;

/** WeChat Pay notices: ours must be fresh within this window of the database clock (F-25, A-27). */
export const NOTICE_FRESH_MS = 5 * MINUTE;
/** Wait before a split: WeChat wants ≥ 1 min after payment; ours comes after the undo window. */
export const SPLIT_DELAY_MS = UNDO_WINDOW_MS + 5_000;
/** When an unanswered payment is asked for at WeChat, after the order was placed (F-05). */
export const PAYMENT_QUERY_DELAYS_MS = [30_000, 2 * MINUTE, 10 * MINUTE] as const;
/** Refund queries after the call was accepted. */
export const REFUND_QUERY_DELAYS_MS = [30_000, 5 * MINUTE, HOUR, 6 * HOUR] as const;
/** Refunds of one payment that WeChat takes (pay.weixin.qq.com, 申请退款); each unit may go back alone, so an order has at most so many. */
export const REFUND_MAX_PARTS = 50;

/** Days whose bill is still asked for when the worker was stopped meanwhile; WeChat keeps them for three months. */
export const BILL_DAYS = 30;
/** How far WeChat's clock may be from the database's at the edge of a bill's day. */
export const BILL_SLACK_MS = 10 * MINUTE;
/** Lines of WeChat's bill that are compared by one statement. */
export const BILL_LINES_AT_ONCE = 1_000;

export const FACT_LEASE_MS = 30_000;
export const FACT_TRIES = 8;
export const FACT_BACKOFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000] as const;
export const FACT_BATCH = 32;
export const FACT_OVERDUE_MS = MINUTE;
/** What is over is kept so long: facts that are done, accepted keys with their answers, sign-ins that ended. */
export const TRACE_KEPT_MS = 90 * DAY;
/** Who opened which share or code, events of the five stages, and notices, so that a year can be compared with the one before. */
export const VISITS_KEPT_MS = 400 * DAY;
/** How long a phone's last code, and counts of codes and wrong tries, are kept after they are over (PIPL: they may be of people who never signed in). */
export const TRIES_KEPT_MS = DAY;
/** Rows of each kind that one statement deletes, and how many times a minute. */
export const FORGET_ROWS = 500;
export const FORGET_ROUNDS = 20;
export const RETRIES = 3;
/** Attempts on one deal that are saved together at most, and that may wait for their turn in one process. */
export const PLACE_BATCH = 32;
export const PLACE_WAITING_MAX = 4_000;
/** attempts on flash deals, of a person and from a device: so many at once, and one more each time. */
export const FLASH_TRIES_PERSON = { perSecond: 1, burst: 6 } as const;
export const FLASH_TRIES_DEVICE = { perSecond: 2, burst: 12 } as const;
/** from this of WeChat's risk ranks (0 to 4) on, a flash sale begins so much later for a person. */
export const RISK_RANK_HIGH = 3;
export const FLASH_LATER_FOR_RISK_MS = 10_000;
/** How long a sign-in waits for WeChat to answer with the rank. */
export const RISK_WAIT_MS = 1_500;
/** How far a process's copy of the clock may be off before a sale's edge is left to the database (I-25). */
export const CLOCK_SLACK_MS = 1_500;

/** The person's general rate: tokens refilled a second and the most that can be saved up. */
export const RATE_PER_SECOND = 20;
export const RATE_BURST = 60;
export const RATE_ADDRESS_PER_SECOND = 200;
export const RATE_ADDRESS_BURST = 600;
/** Requests under way in one host from which on touches, looking around and placing are refused with BUSY (F-30). */
export const SHED_IN_FLIGHT = { touch: 100, browse: 200, place: 300 };
/** Database connections of the host for notices, the counter and refunds alone. */
export const URGENT_CONNECTIONS = 8;
export const SNAPSHOT_MS = 2_000;
export const NEARBY_STORES = 240;
/** A price may stand crossed out beside a lower one while somebody paid it so lately (A11). */
export const REAL_PRICE_MS = 30 * DAY;
export const NAME_MAX = 24;
/** A deal's title: at most 120 bytes, of the 127 that WeChat's bill has room for. */
export const TITLE_MAX = 40;
export const TEXT_MAX = 500;
/** What somebody says to the friends they call into a group. */
export const GROUP_WORDS_MAX = 40;
export const MINUTE_MS = MINUTE;
export const HOUR_MS = HOUR;
export const DAY_MS = DAY;
