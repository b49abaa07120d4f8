/** Each way in which WeChat says no to a withdrawal has words for the person; the codes are those that WeChat lists. */
import { isOurFault, whyWithdrawalFailed } from '../../../functions/contract/withdrawal-failures';

// 查询转账单, and 商家转账到零钱's longer list of the same field.
const LISTED = [
  'ACCOUNT_FROZEN', 'ACCOUNT_NOT_EXIST', 'PAYEE_ACCOUNT_ABNORMAL', 'PAYER_ACCOUNT_ABNORMAL', 'TRANSFER_SCENE_INVALID', 'TRANSFER_SCENE_UNAVAILABLE', 'TRANSFER_RISK', 'OVERDUE_CLOSE',
  'REAL_NAME_CHECK_FAIL', 'NAME_NOT_CORRECT', 'OPENID_INVALID', 'TRANSFER_QUOTA_EXCEED', 'DAY_RECEIVED_QUOTA_EXCEED', 'MONTH_RECEIVED_QUOTA_EXCEED', 'DAY_RECEIVED_COUNT_EXCEED', 'PRODUCT_AUTH_CHECK_FAIL',
  'ID_CARD_NOT_CORRECT', 'REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED', 'RECEIVE_ACCOUNT_NOT_PERMMIT', 'TRANSFER_REMARK_SET_FAIL', 'RECEIVE_ACCOUNT_NOT_CONFIGURE', 'BLOCK_B2C_USERLIMITAMOUNT_BSRULE_MONTH',
  'BLOCK_B2C_USERLIMITAMOUNT_MONTH', 'MERCHANT_REJECT', 'MERCHANT_NOT_CONFIRM', 'CANCELLED',
];

test('every listed reason has its own words, and says that the money is back', () => {
  for (const language of ['zh', 'en'] as const) {
    const unknown = whyWithdrawalFailed(null, language);
    for (const code of LISTED) {
      const said = whyWithdrawalFailed(code, language);
      expect([code, said === unknown]).toEqual([code, false]);
      expect(said).toMatch(language === 'zh' ? /钱退回钱包了/ : /back in your wallet/);
    }
    expect(whyWithdrawalFailed('OTHER_FAIL_REASON_TYPE', language)).toBe(unknown);
    expect(whyWithdrawalFailed('constructor', language)).toBe(unknown);
  }
  expect(LISTED.filter(isOurFault)).toHaveLength(9);
});
