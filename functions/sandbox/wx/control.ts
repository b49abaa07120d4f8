/** /sandbox/wx/*: what a WeChat client would do on the person's phone: log in, press the phone button, share into a group, open a private message. */
import { ok, type Handler, type Route } from '../context';
import { PayError } from '../errors';
import { encryptForUser, issueCode, personFromControl } from './login';
import { personOf } from './people';

const bad = (message: string): PayError => new PayError(400, 'BAD_SWITCH', message);

const login: Handler = (sandbox, { body }) => {
  if (typeof body?.user !== 'string' || !body.user) throw bad('需要 user');
  const person = personOf(sandbox, body.user);
  return ok({ code: issueCode(sandbox, 'login', body.user), openid: person.openid });
};

const phone: Handler = (sandbox, { body }) => {
  if (typeof body?.phone !== 'string' || !/^1\d{10}$/.test(body.phone)) throw bad('需要 11 位手机号 phone');
  return ok({ code: issueCode(sandbox, 'phone', body.phone) });
};

const group: Handler = (sandbox, { body }) => {
  const person = personFromControl(sandbox, body);
  if (!person) throw bad('需要 user，或登录过的 openid');
  if (typeof body?.opengid !== 'string' || !body.opengid) throw bad('需要 opengid');
  // getShareInfo, the elder of the two, spells it otherwise.
  return ok(encryptForUser(sandbox, person, body.by === 'getShareInfo' ? { openGId: body.opengid } : { opengid: body.opengid, chat_type: 3 }));
};

/** What wx.authPrivateMessage gives to who came through a private message. */
const privateMessage: Handler = (sandbox, { body }) => {
  const person = personFromControl(sandbox, body);
  if (!person) throw bad('需要 user，或登录过的 openid');
  if (typeof body?.activity_id !== 'string' || !sandbox.world.get('activity', body.activity_id)) throw bad('没有这个 activity_id');
  return ok(encryptForUser(sandbox, person, { activityId: body.activity_id }));
};

const risk: Handler = (sandbox, { body }) => {
  const person = personFromControl(sandbox, body);
  if (!person) throw bad('需要 user，或登录过的 openid');
  if (!Number.isInteger(body?.riskRank) || body.riskRank < 0 || body.riskRank > 4) throw bad('riskRank 应为 0–4');
  person.riskRank = body.riskRank;
  sandbox.world.save('wxUser', person);
  return ok({ openid: person.openid, riskRank: person.riskRank });
};

export const wxControlRoutes: Route[] = ([
  ['/sandbox/wx/login', login],
  ['/sandbox/wx/phone', phone],
  ['/sandbox/wx/group', group],
  ['/sandbox/wx/private', privateMessage],
  ['/sandbox/wx/risk', risk],
] as [string, Handler][]).map(([path, handle]) => ({ method: 'POST', path, name: 'control', handle }));
