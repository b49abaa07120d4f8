/** Views: read-only SQL that joins modules for screens, and the checks of the books. The public face. */
export { dropSnapshots } from './market';
export { wordNotice } from './notices';
export { openApiText } from './openapi';
export { rawRoutes } from './raw-routes';
