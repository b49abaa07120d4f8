/** Every route of the stand-in in one list. */
import type { Route } from './context';
import { certificateRoutes } from './pay/certificates';
import { refundRoutes } from './pay/refunds';
import { transactionRoutes } from './pay/transactions';
import { cashierRoutes } from './pages/cashier';
import { controlRoutes } from './control';
import { loginRoutes } from './wx/login';
import { wxControlRoutes } from './wx/control';
import { smsRoutes } from './sms';

export const allRoutes: Route[] = [
  ...transactionRoutes,
  ...refundRoutes,
  ...certificateRoutes,
  ...loginRoutes,
  ...wxControlRoutes,
  ...cashierRoutes,
  ...controlRoutes,
  ...smsRoutes,
];
