/** Pictures of people on the wire: asking for a place, the upload itself, and reading what is shown. The work is the kernel's. */
import { me, refuse, type App, type RawRoute, type Story } from '../kernel';
import { createUpload as askForPlace, readMedia, storeUpload, type MediaPlace } from '../kernel/media';

const place = (app: App): MediaPlace => ({ config: app.config, db: app.db, nowMs: app.clock.nowMs() });

export const createUpload: Story<'createUpload'> = async (ctx, { body }) => {
  const { uploadUrl, mediaUrl } = await askForPlace(place(ctx), { ownerId: me(ctx).personId, contentType: body.contentType, bytes: body.bytes });
  return { uploadUrl, mediaUrl };
};

export const mediaRoutes: RawRoute[] = [
  {
    method: 'PUT', path: /^\/api\/media\/(med_[0-9a-z]{8,28})$/,
    async handle(app, event, match) {
      await storeUpload(place(app), match[1]!, event.queryStringParameters ?? {}, Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'latin1'));
      return { statusCode: 204, body: '' };
    },
  },
  {
    method: 'GET', path: /^\/media\/(med_[0-9a-z]{8,28})$/,
    async handle(app, event, match) {
      const picture = (await readMedia(place(app), match[1]!, event.queryStringParameters ?? {})) ?? refuse('NOT_FOUND');
      return { statusCode: 200, headers: { 'content-type': picture.contentType, 'cache-control': picture.cacheControl }, body: picture.bytes.toString('base64'), isBase64Encoded: true };
    },
  },
];
