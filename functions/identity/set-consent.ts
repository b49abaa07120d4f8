/** What a person agrees to: location, privacy, profiling, and messages (one consent = one message). Guards I-28. */
import { SUBSCRIPTION_QUOTA_MAX } from '../contract/limits';
import { me, refuse, type Story } from '../kernel';

export const setConsent: Story<'setConsent'> = (ctx, { params, body }) =>
  ctx.db.call('identity_set_consent', { personId: me(ctx).personId, kind: params.kind, granted: body.granted });

export const addSubscriptions: Story<'addSubscriptions'> = (ctx, { body }) => {
  if (body.templates.some((template) => !ctx.config.subscribeTemplates.includes(template))) refuse('BAD_INPUT', { where: 'body.templates', problem: 'unknown template' });
  return ctx.db.call('identity_add_subscriptions', { personId: me(ctx).personId, templates: body.templates, most: SUBSCRIPTION_QUOTA_MAX });
};

export const readNotices: Story<'readNotices'> = (ctx, { body }) => ctx.db.call('identity_read_notices', { personId: me(ctx).personId, upToMs: body.upToMs });
