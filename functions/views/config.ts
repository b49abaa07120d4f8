/** What the app must know before anybody logs in, and places to pick where there is no location permission. */
import { findDemoPeople } from '../identity';
import type { Answer } from '../contract/shapes';
import type { Story } from '../kernel';
import { snapshotOf } from './market';

type DemoPeople = Answer<'getConfig'>['demoPeople'];

export const getConfig: Story<'getConfig'> = async (ctx) => ({
  demo: ctx.config.demo,
  sandboxUrl: ctx.config.demo ? ctx.config.sandboxUrl : null,
  demoPeople: ctx.config.demo
    ? await snapshotOf<DemoPeople>(ctx.db, 'demo people').get(ctx.language, () => findDemoPeople(ctx.db, ctx.language))
    : [],
  weappId: ctx.config.wechat.appid,
  features: { rebateInWechatH5: ctx.config.rebateInWechatH5 },
  subscribeTemplates: ctx.config.subscribeTemplates,
  nowMs: ctx.clock.nowMs(),
});

type Place = Answer<'listPlaces'>['items'][number];
const place = (zh: string, en: string, latE6: number, lngE6: number) => ({ zh, en, latE6, lngE6 });
/** Well-known spots of 杭州拱墅, GCJ-02 in micro-degrees, to about 200 m: a start, not an address. */
const PLACES = [
  place('拱宸桥西', 'Gongchen Bridge West', 30_321_500, 120_138_200),
  place('大关', 'Daguan', 30_305_900, 120_153_600),
  place('武林广场', 'Wulin Square', 30_274_600, 120_163_500),
  place('运河天地', 'Canal World', 30_312_300, 120_141_300),
  place('湖墅南路', 'Hushu South Road', 30_287_600, 120_155_900),
  place('西湖文化广场', 'West Lake Culture Square', 30_280_300, 120_164_600),
  place('小河直街', 'Xiaohe Street', 30_314_400, 120_138_600),
  place('米市巷', 'Mishi Lane', 30_291_700, 120_156_800),
];

export const listPlaces: Story<'listPlaces'> = async (ctx) => ({
  items: PLACES.map(({ zh, en, latE6, lngE6 }): Place => ({
    name: ctx.language === 'zh' ? zh : en,
    district: ctx.language === 'zh' ? '拱墅区' : 'Gongshu',
    latE6,
    lngE6,
  })),
});
