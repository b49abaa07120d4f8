/** Deleting one's account (PIPL §47), refused while money or rights are open (a wallet of less than can be withdrawn is given up). Pictures lose their rows first: without one no file is ever served. */
import { WITHDRAWAL_MIN_FEN } from '../contract/limits';
import { GONE_NAME } from '../contract/states';
import { me, type Story } from '../kernel';
import { mediaStore } from '../kernel/media-store';

const NOBODY = { name: GONE_NAME.zh, avatarUrl: '/art/avatar-0.svg' };

export const deleteMe: Story<'deleteMe'> = async (ctx) => {
  const { personId, familyId } = me(ctx);
  const { mediaIds } = await ctx.db.call<{ mediaIds: string[] }>('identity_delete', { personId, familyId, ...NOBODY, leastFen: WITHDRAWAL_MIN_FEN });
  const files = mediaStore(ctx.config);
  for (const mediaId of mediaIds) await files.remove(mediaId).catch((error: Error) => ctx.log.warn({ mediaId, reason: error.message }, 'a picture of a deleted person is still on disk'));
  return { ok: true };
};
