// What the app asks of the device it runs on. device.weapp.ts and device.h5.ts answer alike.

export interface Place {
  /** GCJ-02 micro-degrees */
  latE6: number;
  lngE6: number;
}

export type LocationAnswer = { ok: true; place: Place } | { ok: false; why: 'denied' | 'unavailable' };

export interface NavMetrics {
  /** height of the system's status bar, px */
  statusBarPx: number;
  /** height of our bar below it, px */
  barPx: number;
  /** space at the right that WeChat's capsule covers, px; 0 in a browser */
  capsulePx: number;
}

export interface MapTarget {
  latE6: number;
  lngE6: number;
  name: string;
  address: string;
}

export interface PaymentTicket {
  jsapi: { timeStamp: string; nonceStr: string; package: string; signType: 'RSA'; paySign: string } | null;
  h5Url: string | null;
}

/** left: the page was handed over to the cashier and comes back at pay-return */
export type PaymentOutcome = 'done' | 'cancelled' | 'left';

export interface TransferTicket {
  mchId: string;
  appId: string;
  package: string;
  url: string | null;
}

export interface GroupInfo {
  encryptedData: string;
  iv: string;
}

/** What WeChat says of the card that led here: whether it was sent to this person or their group, and the proof that only the server reads. */
export interface PrivateMessage {
  valid: boolean;
  proof: { encryptedData: string; iv: string };
}
