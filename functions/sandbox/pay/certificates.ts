/** GET /v3/certificates: the platform certificates, each sealed with the APIv3 key (F-32: old and new together). */
import { ok, type Route } from '../context';
import { rfc3339 } from '../time';
import { seal } from '../wire';

export const certificateRoutes: Route[] = [{
  method: 'GET',
  path: '/v3/certificates',
  name: 'certificates',
  handle: ({ keys }) => ok({
    data: keys.certificates().map((key) => {
      const { algorithm, nonce, associated_data, ciphertext } = seal(keys.apiV3Key, key.certificatePem!, 'certificate');
      return {
        serial_no: key.serial,
        effective_time: rfc3339(key.fromMs),
        expire_time: rfc3339(key.toMs),
        encrypt_certificate: { algorithm, nonce, associated_data, ciphertext },
      };
    }),
  }),
}];
