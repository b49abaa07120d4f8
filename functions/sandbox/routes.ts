/** Every route of the stand-in in one list. */
import type { Route } from './context';
import { billRoutes } from './pay/bills';
import { certificateRoutes } from './pay/certificates';
import { combineRoutes } from './pay/combine';
import { refundRoutes } from './pay/refunds';
import { splitReturnRoutes } from './pay/split-returns';
import { splitRoutes } from './pay/splits';
import { transactionRoutes } from './pay/transactions';
import { transferRoutes } from './pay/transfers';
import { cashierRoutes } from './pages/cashier';
import { indexRoutes } from './pages/index';
import { transferPageRoutes } from './pages/transfer';
import { controlRoutes } from './control';
import { codeRoutes } from './wx/codes';
import { loginRoutes } from './wx/login';
import { wxControlRoutes } from './wx/control';
import { messageRoutes } from './wx/messages';
import { shippingRoutes } from './wx/shipping';
import { smsRoutes } from './sms';

export const allRoutes: Route[] = [
  ...transactionRoutes,
  ...combineRoutes,
  ...refundRoutes,
  ...splitRoutes,
  ...splitReturnRoutes,
  ...transferRoutes,
  ...billRoutes,
  ...certificateRoutes,
  ...loginRoutes,
  ...codeRoutes,
  ...messageRoutes,
  ...shippingRoutes,
  ...wxControlRoutes,
  ...indexRoutes,
  ...cashierRoutes,
  ...transferPageRoutes,
  ...controlRoutes,
  ...smsRoutes,
];
