/** People: the public face. */
export { demoPeople, ensureDemoPerson, findDemoPeople, type DemoName, type DemoPerson } from './demo';
export { findOrAddByPhone, openGroup, openPrivateMessage } from './people';
export {
  findFingerprint, findPayout, findPeople, findSubscriber, type Fingerprint, type Payout, type Person,
} from './store';
export { wechatApi, type WechatApi } from './wechat-api';
export { checkPicture } from './check-picture';
export { checkWords } from './check-words';
