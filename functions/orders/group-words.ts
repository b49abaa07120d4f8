/** What a member of a group says to the friends they call. Guards A-29: WeChat looks at it before anybody else does. */
import { findGroup } from '../group-buys';
import { checkWords, findOpenid } from '../identity';
import { me, refuse, type App, type Story } from '../kernel';

const SOCIAL_SCENE = 4;

export const setGroupWords: Story<'setGroupWords'> = async (ctx, { params, body }) => {
  const { personId } = me(ctx);
  const group = await findGroup(ctx.db, params.groupId);
  if (!group?.seats.some((seat) => seat.personId === personId && seat.state === 'confirmed')) refuse('NOT_FOUND');
  if (body.words) await checkWords(ctx, await findOpenid(ctx.db, personId), body.words, SOCIAL_SCENE);
  return ctx.db.call('group_buys_set_words', { groupId: group.groupId, personId, words: body.words || null });
};

export async function forgetWords(app: App, personId: string): Promise<null> {
  await app.db.call('group_buys_forget_words', { personId });
  return null;
}
