/**
 * States and their transitions as data. Guards I-08: a save names the state it expects, and only these steps exist.
 * The database repeats the table (kernel `transition`), so that no other path can be written.
 */
export const transitions = {
  order: {
    unpaid: ['paid', 'cancelled', 'expired'],
    paid: ['completed', 'refunded'],
    completed: ['paid', 'refunded'],
    cancelled: [],
    expired: [],
    refunded: [],
  },
  payment: {
    created: ['prepared', 'succeeded', 'closed'],
    prepared: ['succeeded', 'closed'],
    succeeded: [],
    closed: ['succeeded'],
  },
  voucher: {
    issued: ['redeemed', 'refunding'],
    redeemed: ['issued', 'refunding'],
    refunding: ['refunded', 'redeemed'],
    refunded: [],
  },
  refund: {
    requested: ['accepted', 'declined'],
    accepted: ['sent', 'succeeded', 'stuck'],
    sent: ['succeeded', 'stuck'],
    stuck: ['sent', 'succeeded'],
    declined: [],
    succeeded: [],
  },
  reward: {
    expected: ['pending', 'cancelled'],
    pending: ['expected', 'available', 'cancelled'],
    available: ['clawed_back'],
    cancelled: [],
    clawed_back: [],
  },
  split: {
    due: ['sent', 'succeeded', 'stuck'],
    sent: ['succeeded', 'stuck'],
    stuck: ['sent', 'succeeded'],
    succeeded: [],
  },
  coupon: {
    available: ['held', 'passing', 'expired', 'void'],
    held: ['used', 'available'],
    used: ['available'],
    passing: ['available', 'expired', 'void'],
    expired: [],
    void: [],
  },
  couponOffer: {
    active: ['paused'],
    paused: ['active'],
  },
  groupBuy: {
    opening: ['open', 'cancelled'],
    open: ['closing', 'succeeded', 'failed'],
    closing: ['succeeded', 'failed'],
    succeeded: [],
    failed: [],
    cancelled: [],
  },
  seat: {
    held: ['confirmed', 'released'],
    confirmed: ['released'],
    released: [],
  },
  subsidy: {
    due: ['succeeded', 'stuck', 'cancelled'],
    stuck: ['succeeded', 'cancelled'],
    succeeded: [],
    cancelled: [],
  },
  withdrawal: {
    requested: ['awaiting_person', 'succeeded', 'failed'],
    awaiting_person: ['succeeded', 'failed'],
    succeeded: [],
    failed: [],
  },
} as const;

type Subject = keyof typeof transitions;
export type StateOf<S extends Subject> = keyof (typeof transitions)[S] & string;
export type OrderState = StateOf<'order'>;
export type PaymentState = StateOf<'payment'>;
export type VoucherState = StateOf<'voucher'>;
export type RefundState = StateOf<'refund'>;
export type SplitState = StateOf<'split'>;
export type WithdrawalState = StateOf<'withdrawal'>;
export type CouponState = StateOf<'coupon'>;
export type GroupState = StateOf<'groupBuy'>;

export const groupKinds = ['standard', 'ladder', 'newcomer'] as const;
export type GroupKind = (typeof groupKinds)[number];
export const couponKinds = ['amount', 'percent', 'exchange'] as const;
export type CouponKind = (typeof couponKinds)[number];
export const couponAudiences = ['everyone', 'new_guest', 'win_back'] as const;
export type CouponAudience = (typeof couponAudiences)[number];
export const priceKinds = ['single', 'group', 'flash', 'off_peak'] as const;
export type PriceKind = (typeof priceKinds)[number];
export const fulfilments = ['voucher', 'pickup'] as const;
export type Fulfilment = (typeof fulfilments)[number];
/** What an order is priced from. The lines sum to what is paid. */
export const lineKinds = ['price', 'host_benefit', 'friend_discount', 'platform_coupon', 'merchant_coupon'] as const;

export const categories = ['food', 'tea', 'bakery', 'beauty', 'sport', 'kids'] as const;
export type Category = (typeof categories)[number];

export const surfaces = ['weapp', 'h5', 'h5_wechat'] as const;
export type Surface = (typeof surfaces)[number];

export const shareChannels = ['chat', 'group', 'poster', 'link', 'moments'] as const;
export type ShareChannel = (typeof shareChannels)[number];

export const staffRoles = ['clerk', 'manager'] as const;
export type StaffRole = (typeof staffRoles)[number];

export type AccountKind =
  | 'provider' | 'merchant-frozen' | 'merchant-available' | 'merchant-debt' | 'provider-fee' | 'platform-fee' | 'reward-pending' | 'reward-available'
  | 'reward-debt' | 'campaign-budget' | 'coupon-subsidy' | 'refund-transit' | 'payout-transit';

export const consents = ['location', 'privacy', 'profiling'] as const;
export type ConsentKind = (typeof consents)[number];
/** What a person said of themselves, kept with its time like a consent: 18 or older, asked before money leaves. It stays with the account, not with the device. */
export const statements = ['adult'] as const;

/** Why a rebate waits for somebody to look at it (A-02 … A-04). */
export const rewardFlags = ['same_payer', 'same_phone', 'same_device', 'device_farm', 'ring', 'same_person'] as const;
export type RewardFlag = (typeof rewardFlags)[number];

/** What a person is called who deleted the account; stored in Chinese, said in the reader's language. */
export const GONE_NAME = { zh: '已注销', en: 'Deleted account' } as const;
