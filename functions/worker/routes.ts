/** Fact → reactions: the table of contents of everything that happens later. The stories are in reactions.ts. */
export const factRoutes = [
  { kind: 'order.placed', reaction: 'watch-order' },
  { kind: 'order.ended', reaction: 'close-payments' },
  { kind: 'order.paid', reaction: 'report-shipping' },
  { kind: 'provider.noticed', reaction: 'handle-notice' },
  { kind: 'payment.unwanted', reaction: 'refund-unwanted' },
  { kind: 'voucher.expiring', reaction: 'expire-vouchers' },
  { kind: 'order.served', reaction: 'serve-order' },
  { kind: 'order.reopened', reaction: 'serve-order' },
  { kind: 'order.splittable', reaction: 'split-order' },
  { kind: 'redemption.undone', reaction: 'drop-undone-after-sale' },
  { kind: 'reward.pending', reaction: 'release-reward' },
  { kind: 'refund.accepted', reaction: 'send-refund' },
  { kind: 'after_sale.requested', reaction: 'answer-late-after-sale' },
  { kind: 'after_sale.accepted', reaction: 'fund-refund' },
  { kind: 'split.returning', reaction: 'return-split' },
  { kind: 'withdrawal.requested', reaction: 'send-withdrawal' },
  { kind: 'notice.added', reaction: 'send-subscribe-message' },
  { kind: 'person.joined', reaction: 'join-person' },
  { kind: 'merchant.created', reaction: 'add-split-receiver' },
  { kind: 'bill.due', reaction: 'reconcile-bill' },
  { kind: 'media.uploaded', reaction: 'check-media' },
] as const;

export type ReactionName = (typeof factRoutes)[number]['reaction'];
