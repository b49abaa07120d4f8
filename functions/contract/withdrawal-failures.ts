/**
 * Why WeChat moved no money, in the words of who asked for it: what happened, where the money is, what now. WeChat's codes are those of
 * `fail_reason` (pay.weixin.qq.com/doc/v3/merchant, 商家转账 查询转账单) with the longer list of its batches, its refusals of the request,
 * and CANCELLED, which is a state. Dependency-free.
 */
type Words = Record<'zh' | 'en', string>;

const say = (zh: string, en: string): Words => ({ zh, en });

const overdue = say('24 小时里没在微信点收款，钱退回钱包了。再提一次，提完点收款。', 'Not confirmed in WeChat within 24 hours, so the money is back in your wallet. Withdraw again, then confirm it.');
const cancelled = say('你收款前这笔撤回了，钱退回钱包了，可以再提。', 'Called back before you confirmed it. The money is back in your wallet; you can withdraw again.');
const frozen = say('你的微信支付账户被冻结了，收不了。钱退回钱包了；在微信支付里解冻后再提。', 'Your WeChat Pay account is frozen. The money is back in your wallet; withdraw again once WeChat Pay has unfrozen it.');
const noAccount = say('微信说没有这个收款账户。钱退回钱包了；退出后用收款的微信重新登录，再提。', 'WeChat does not know this account. The money is back in your wallet; log out, log in with the WeChat that is to get it, and withdraw again.');
const identity = say('微信支付要你先补全身份信息才能收款。钱退回钱包了；在微信支付里补好再提。', 'WeChat Pay needs your identity completed first. The money is back in your wallet; complete it in WeChat Pay and withdraw again.');
const limit = say('你的微信收款到限额了。钱退回钱包了；在微信支付里看限到哪天，之后再提。', 'WeChat limits what you can receive, and it is reached. The money is back in your wallet; WeChat Pay says until when, withdraw after that.');
const risk = say('微信认为这笔转账有风险，拦下了。钱退回钱包了；过一天再试，还不行问微信支付客服 95017。', 'WeChat stopped the transfer as risky. The money is back in your wallet; try again in a day, or ask WeChat Pay on 95017.');
const ours = say('问题在平台这边，不在你。钱退回钱包了；平台已收到提醒，晚点再提。', 'The fault is ours, not yours. The money is back in your wallet; we have been alerted, withdraw again later.');
const unknown = say('微信没转成，也没说原因。钱退回钱包了，可以再提。', 'WeChat did not transfer it and gave no reason. The money is back in your wallet; you can withdraw again.');

const OURS = [
  'PAYER_ACCOUNT_ABNORMAL', 'TRANSFER_SCENE_INVALID', 'TRANSFER_SCENE_UNAVAILABLE', 'TRANSFER_REMARK_SET_FAIL', 'PRODUCT_AUTH_CHECK_FAIL', 'RECEIVE_ACCOUNT_NOT_PERMMIT',
  'RECEIVE_ACCOUNT_NOT_CONFIGURE', 'NOT_ENOUGH', 'NO_AUTH', 'PARAM_ERROR', 'INVALID_REQUEST', 'MERCHANT_REJECT', 'MERCHANT_NOT_CONFIRM', 'APPID_MCHID_NOT_MATCH', 'REQUEST_BLOCKED',
];

const BY_CODE = new Map<string, Words>([
  [overdue, ['OVERDUE_CLOSE']], [cancelled, ['CANCELLED']], [frozen, ['ACCOUNT_FROZEN']], [noAccount, ['ACCOUNT_NOT_EXIST', 'OPENID_INVALID']],
  [identity, ['PAYEE_ACCOUNT_ABNORMAL', 'REAL_NAME_CHECK_FAIL', 'NAME_NOT_CORRECT', 'ID_CARD_NOT_CORRECT']],
  [limit, [
    'TRANSFER_QUOTA_EXCEED', 'DAY_RECEIVED_QUOTA_EXCEED', 'MONTH_RECEIVED_QUOTA_EXCEED', 'DAY_RECEIVED_COUNT_EXCEED', 'REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED',
    'BLOCK_B2C_USERLIMITAMOUNT_BSRULE_MONTH', 'BLOCK_B2C_USERLIMITAMOUNT_MONTH',
  ]],
  [risk, ['TRANSFER_RISK']], [ours, OURS],
].flatMap(([words, codes]) => (codes as string[]).map((code): [string, Words] => [code, words as Words])));

/** Only the operator can put it right, so the operator is told. */
export const isOurFault = (code: string): boolean => OURS.includes(code);

export const whyWithdrawalFailed = (code: string | null, language: 'zh' | 'en'): string => (BY_CODE.get(code ?? '') ?? unknown)[language];
