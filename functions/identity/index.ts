/** People: the public face. */
export { demoPeople, findDemoPeople } from './demo';
export { findOrAddByPhone, openGroup, openPrivateMessage } from './people';
export { findFingerprint, findOpenid, findPayout, findPeople, findSubscriber } from './store';
export { wechatApi } from './wechat-api';
export { checkPicture } from './check-picture';
export { checkWords } from './check-words';
