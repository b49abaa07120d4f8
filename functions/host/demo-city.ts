/**
 * The demo city as data: merchants, stores and deals around 拱宸桥 in Hangzhou. All names are made up. Positions GCJ-02 in
 * micro-degrees, money in fen, rates in basis points, hours in minutes of the day.
 */
import type { RouteTypes } from '../contract/shapes';
import type { Category, Fulfilment } from '../contract/states';

type GroupRule = NonNullable<RouteTypes['createDeal']['body']['group']>;

export interface CityStore {
  name: string;
  address: string;
  latE6: number;
  lngE6: number;
  phone: string;
  opensAtMinute: number;
  closesAtMinute: number;
}
export interface CityDeal {
  title: string;
  subtitle: string;
  pictureUrls: string[];
  fulfilment: Fulfilment;
  items: { name: string; quantity: number }[];
  notes: string[];
  tags: string[];
  priceFen: number;
  friendDiscountFen: number;
  rebateBps: number;
  rebateCapFen: number;
  stock: number;
  perPersonLimit: number;
  validDays: number;
  /** Hours from the moment the city is made; null: no bound. */
  startsInHours: number | null;
  endsInHours: number | null;
  /** Positions in the merchant's list of stores; empty: all. */
  at: number[];
  /** How much more often than others it is bought in the made history. */
  weight: number;
  group?: GroupRule;
}
export interface CityMerchant {
  name: string;
  subMchid: string;
  category: Category;
  logoInk: string;
  commissionBps: number;
  attribution: 'last' | 'first';
  keeper: string;
  stores: CityStore[];
  deals: CityDeal[];
}

let phones = 0;
const store = (
  name: string,
  address: string,
  latE6: number,
  lngE6: number,
  opens: number,
  closes: number,
): CityStore => ({
  name,
  address: `杭州市拱墅区${address}`,
  latE6,
  lngE6,
  phone: `0571-8800${String((phones += 1)).padStart(4, '0')}`,
  opensAtMinute: opens * 60,
  closesAtMinute: closes * 60,
});

const table = (size: number, priceFen: number, hostBenefitFen: number): GroupRule => ({
  kind: 'standard',
  size,
  hours: 24,
  priceFen,
  hostBenefitFen,
  tiers: [],
});
/** 老带新: anybody opens one, newcomers join. */
const newcomers = (size: number, priceFen: number): GroupRule => ({ ...table(size, priceFen, 0), kind: 'newcomer' });
const ladder = (...steps: [size: number, priceFen: number][]): GroupRule => ({
  ...table(steps.at(-1)![0], steps[0]![1], 0),
  kind: 'ladder',
  hours: 48,
  tiers: steps.map(([size, priceFen]) => ({ size, priceFen })),
});

interface More {
  notes?: string[];
  tags?: string[];
  bps?: number;
  cap?: number;
  stock?: number;
  limit?: number;
  days?: number;
  starts?: number;
  ends?: number;
  at?: number[];
  weight?: number;
  art?: string;
  group?: GroupRule;
  /** Made to be fetched: picked up at the counter with a code. */
  pickup?: true;
}
/** `items`: "牛肉 ×2、毛肚" reads as two names with their quantities. */
const dealsOf =
  (art: string, notes: string[], tags: string[]) =>
  (title: string, subtitle: string, items: string, priceFen: number, offFen: number, more: More = {}): CityDeal => ({
    title,
    subtitle,
    pictureUrls: [`/art/dish-${more.art ?? art}.svg`],
    fulfilment: more.pickup ? 'pickup' : 'voucher',
    items: items.split('、').map(readItem),
    notes: [...notes, ...(more.notes ?? [])],
    tags: ['随时退', ...(more.tags ?? tags)],
    priceFen,
    friendDiscountFen: offFen,
    rebateBps: more.bps ?? 800,
    rebateCapFen: more.cap ?? 2_000,
    stock: more.stock ?? 500,
    perPersonLimit: more.limit ?? 5,
    validDays: more.days ?? 30,
    startsInHours: more.starts ?? null,
    endsInHours: more.ends ?? null,
    at: more.at ?? [],
    weight: more.weight ?? 1,
    ...(more.group ? { group: more.group } : {}),
  });
function readItem(text: string): { name: string; quantity: number } {
  const [name, quantity] = text.split(' ×');
  return { name: name!, quantity: Number(quantity ?? 1) };
}

const hotpot = dealsOf(
  'hotpot',
  ['周末和节假日通用', '到店出示券码，找店员核销', '不和店内其他优惠同用'],
  ['免预约', '周末通用'],
);
const fish = dealsOf('fish', ['活鱼现杀，约等 25 分钟', '可打包，打包盒每个 1 元'], ['周末通用']);
const bakery = dealsOf('bakery', ['当天出炉，当天取', '含奶、蛋、麸质，过敏请先问店员'], ['免预约', '可外带']);
const dimsum = dealsOf('dimsum', ['早茶供应到 14:00', '菊普可换铁观音'], ['2 人份', '免预约']);
const pottery = dealsOf('pottery', ['请提前一天电话约时间', '作品 20 天后烧好，到店取或到付寄'], ['需预约', '亲子']);
const noodle = dealsOf('noodle', ['面可加一份，不加钱', '免葱免香菜请和店员说'], ['免预约']);
const coffee = dealsOf('coffee', ['可换燕麦奶，加 3 元', '杯型 360 ml'], ['免预约', '可外带']);
const tea = dealsOf('tea', ['甜度和冰量到店选', '杯型 500 ml'], ['可外带']);
const grill = dealsOf('grill', ['18:00 后供应', '酒水另点'], ['晚市', '免预约']);
const hair = dealsOf('hair', ['请提前两小时电话约时间', '不限发长，不加价'], ['需预约']);
const court = dealsOf('court', ['请穿不掉色的运动鞋', '球拍可借，押金 50 元'], ['需预约']);
const flower = dealsOf('flower', ['花材看当季到货，档次不变', '材料和工具都含在内'], ['需预约']);

export const city: readonly CityMerchant[] = [
  {
    name: '渡口老灶',
    subMchid: '1900100001',
    category: 'food',
    logoInk: '#A0330B',
    commissionBps: 300,
    attribution: 'last',
    keeper: '王姐',
    stores: [
      store('桥弄街店', '桥弄街 26 号', 30_320_900, 120_142_100, 0, 24),
      store('运河天地店', '金华路 58 号运河天地 B 座 2 楼', 30_312_500, 120_141_900, 10, 22),
      store('大关店', '大关路 189 号', 30_305_700, 120_152_800, 10, 23),
    ],
    deals: [
      hotpot(
        '双人鸳鸯锅套餐',
        '鲜切牛肉、毛肚、时蔬等 6 道，含锅底和蘸料',
        '锅底任选 ×2、蘸料 ×2、鲜切牛肉、毛肚、时蔬拼盘、豆腐、糍粑、酸梅汤 ×2',
        12_800,
        1_000,
        { cap: 900, weight: 9, group: table(3, 10_800, 300) },
      ),
      hotpot(
        '四人大桌套餐',
        '两荤三素加手打虾滑，四个人吃得饱',
        '鸳鸯锅底、鲜切牛肉 ×2、虾滑、鸭血、时蔬拼盘 ×2、宽粉、酸梅汤 ×4',
        23_800,
        2_000,
        { bps: 700, weight: 4, group: ladder([2, 20_800], [3, 19_800], [4, 18_800]) },
      ),
      hotpot('一人小锅', '午市一人位，锅底加一荤两素', '小锅底、肥牛、时蔬、米饭', 3_990, 300, {
        weight: 5,
        notes: ['周一到周五 10:30–14:00 可用'],
        tags: ['午市', '免预约'],
      }),
      hotpot('老灶牛油锅底券', '只买锅底，菜单点', '牛油锅底', 4_900, 500, { bps: 600, weight: 2 }),
      hotpot('夜宵双拼：毛肚 + 黄喉', '22:00 后可用，桥弄街店通宵', '毛肚、黄喉、冰粉 ×2', 6_800, 600, {
        at: [0],
        weight: 3,
        tags: ['夜宵', '免预约'],
      }),
      hotpot('手打虾滑 12 份限量', '每天手打，卖完就没有了', '手打虾滑 ×2、锅底', 5_900, 500, {
        stock: 12,
        limit: 2,
        weight: 6,
        at: [0],
      }),
    ],
  },
  {
    name: '老坛渔家',
    subMchid: '1900100002',
    category: 'food',
    logoInk: '#3B5E8C',
    commissionBps: 500,
    attribution: 'last',
    keeper: '老沈',
    stores: [
      store('小河直街店', '小河直街 37 号', 30_314_100, 120_139_000, 10, 22),
      store('米市巷店', '米市巷 12 号', 30_291_500, 120_157_100, 10, 21),
      store('城北万象店', '杭行路 666 号 3 楼', 30_343_800, 120_118_600, 10, 22),
    ],
    deals: [
      fish('金汤酸菜鱼 3 人餐', '两斤活鱼，配三碗米饭和两样小菜', '金汤酸菜鱼、凉拌木耳、拍黄瓜、米饭 ×3', 9_900, 900, {
        cap: 600,
        weight: 4,
      }),
      fish('藤椒鱼 2 人餐', '麻得清爽，鱼片去刺', '藤椒鱼、红糖糍粑、米饭 ×2、冰豆浆 ×2', 8_800, 800, { weight: 2 }),
      fish('番茄鱼 4 人餐', '小朋友也能吃，不辣', '番茄鱼、咸蛋黄南瓜、蒜蓉生菜、米饭 ×4、酸奶 ×2', 13_800, 1_200, {
        tags: ['不辣', '周末通用'],
      }),
      fish('工作日单人鱼套餐', '一人份鱼加米饭，午市可用', '小份酸菜鱼、米饭、例汤', 2_990, 200, {
        tags: ['午市', '免预约'],
        weight: 2,
      }),
      fish('100 元代金券', '全场菜品可用，每桌一张', '100 元代金券', 8_500, 500, { bps: 500, limit: 3 }),
    ],
  },
  {
    name: '半亩烘焙',
    subMchid: '1900100003',
    category: 'bakery',
    logoInk: '#8A5A2B',
    commissionBps: 400,
    attribution: 'last',
    keeper: '阿麦',
    stores: [
      store('桥西店', '桥西直街 8 号', 30_321_700, 120_140_300, 7, 21),
      store('大兜路店', '大兜路 121 号', 30_309_200, 120_140_300, 8, 21),
      store('湖墅南路店', '湖墅南路 268 号', 30_287_800, 120_155_600, 7, 21),
    ],
    deals: [
      bakery('蛋挞 + 肉桂卷 6 枚礼盒', '18:30 新出炉，3 枚蛋挞 3 枚肉桂卷', '蛋挞 ×3、肉桂卷 ×3', 3_990, 400, {
        bps: 900,
        cap: 300,
        weight: 5,
        group: newcomers(2, 2_990),
        pickup: true,
      }),
      bakery('海盐卷 4 枚', '外脆里空，黄油 82%', '海盐卷 ×4', 1_990, 200, { weight: 4 }),
      bakery('乡村酸面包一整个', '自养酵种，发酵 18 小时，约 700 克', '乡村酸面包', 3_600, 300),
      bakery('6 寸巴斯克蛋糕', '提前一天订，冷藏两天内吃完', '6 寸巴斯克', 12_900, 1_200, {
        tags: ['需预约'],
        weight: 2,
      }),
      bakery('早餐组合：贝果 + 美式', '10:00 前可用', '原味贝果、美式咖啡', 2_200, 200, {
        tags: ['早餐', '可外带'],
        weight: 2,
      }),
      bakery('亲子饼干课 1 大 1 小', '周末下午两小时，带走一盒', '饼干课', 15_800, 1_500, {
        tags: ['需预约', '亲子'],
        at: [1],
      }),
    ],
  },
  {
    name: '荷风粤点',
    subMchid: '1900100004',
    category: 'food',
    logoInk: '#23775F',
    commissionBps: 500,
    attribution: 'first',
    keeper: '阿芬',
    stores: [
      store('远洋乐堤港店', '丽水路 66 号乐堤港 4 楼', 30_318_600, 120_130_500, 9, 21),
      store('西湖文化广场店', '文晖路 303 号', 30_280_500, 120_164_900, 9, 21),
      store('武林店', '武林路 410 号', 30_274_200, 120_161_800, 8, 21),
    ],
    deals: [
      dimsum(
        '早茶四笼 + 菊普双人份',
        '虾饺、烧卖、凤爪、叉烧包，一壶菊普',
        '虾饺、烧卖、豉汁凤爪、叉烧包、菊普',
        7_600,
        700,
        { cap: 550, weight: 4 },
      ),
      dimsum('烧腊双拼饭', '叉烧加烧鹅，例汤一碗', '叉烧、烧鹅、米饭、例汤', 4_200, 400, {
        weight: 3,
        tags: ['免预约'],
      }),
      dimsum('全家早茶 8 笼', '四个人的周末早上', '虾饺 ×2、烧卖 ×2、流沙包、肠粉 ×2、萝卜糕、茶位 ×4', 16_800, 1_600),
      dimsum('杨枝甘露 2 份', '芒果当季才做', '杨枝甘露 ×2', 3_200, 300, { tags: ['可外带'] }),
      dimsum('煲仔饭 + 老火汤', '腊味或排骨任选', '煲仔饭、老火汤', 4_800, 400, { tags: ['免预约'], weight: 2 }),
    ],
  },
  {
    name: '白盏陶艺',
    subMchid: '1900100005',
    category: 'kids',
    logoInk: '#6B5B4D',
    commissionBps: 600,
    attribution: 'last',
    keeper: '白老师',
    stores: [
      store('桥西工坊', '桥西直街 52 号', 30_325_400, 120_138_900, 10, 20),
      store('祥园路工坊', '祥园路 39 号创意园 5 幢', 30_333_600, 120_122_900, 10, 20),
    ],
    deals: [
      pottery('双人拉坯体验 2 小时', '老师一对二，含一件烧成', '拉坯体验 ×2、素烧、上釉', 16_800, 1_600, {
        cap: 1_200,
        weight: 3,
      }),
      pottery('亲子手捏陶', '5 岁以上，两小时做两件', '手捏陶 ×2、烧成 ×2', 12_800, 1_000, { weight: 2 }),
      pottery('单人拉坯体验', '一个人也能来，90 分钟', '拉坯体验、烧成', 9_800, 800, { tags: ['需预约'] }),
      pottery('釉上彩绘马克杯', '现成素杯，画完代烧', '素坯马克杯、彩绘颜料', 6_800, 500),
      pottery('全家陶艺半日', '两大两小，四小时，每人一件', '拉坯体验 ×4、上釉 ×4、茶点', 29_800, 2_800, {
        days: 60,
        limit: 2,
      }),
    ],
  },
  {
    name: '小河面馆',
    subMchid: '1900100006',
    category: 'food',
    logoInk: '#5B4636',
    commissionBps: 300,
    attribution: 'last',
    keeper: '方叔',
    stores: [
      store('小河店', '小河路 458 号', 30_313_700, 120_140_200, 6, 21),
      store('拱宸桥东店', '台州路 2 号', 30_321_300, 120_145_900, 6, 21),
      store('德胜店', '德胜路 86 号', 30_297_400, 120_161_200, 6, 22),
    ],
    deals: [
      noodle('片儿川一碗', '笋片、雪菜、肉片，现炒浇头', '片儿川', 990, 100, { weight: 6, bps: 1_000 }),
      noodle('虾爆鳝面', '河虾现剥，鳝片先炸后爆', '虾爆鳝面', 3_800, 300, { weight: 2 }),
      noodle('双人面 + 小菜三样', '两碗任选面，三样小菜', '任选面 ×2、小菜 ×3', 4_600, 400, { weight: 2 }),
      noodle('葱油拌面 + 豆浆', '早餐供应到 10:30', '葱油拌面、豆浆', 1_280, 100, {
        tags: ['早餐', '免预约'],
        weight: 3,
      }),
      noodle('卤味拼盘', '牛腱、鸭胗、素鸡，可外带', '卤牛腱、卤鸭胗、素鸡', 3_200, 300, { tags: ['可外带'] }),
    ],
  },
  {
    name: '拾阶咖啡',
    subMchid: '1900100007',
    category: 'tea',
    logoInk: '#3B5E8C',
    commissionBps: 400,
    attribution: 'last',
    keeper: '阿树',
    stores: [
      store('运河边店', '丽水路 101 号', 30_319_300, 120_138_000, 8, 22),
      store('桥东店', '金华路 19 号', 30_320_300, 120_144_400, 8, 21),
      store('武林广场店', '体育场路 178 号', 30_275_600, 120_164_200, 7, 22),
    ],
    deals: [
      coffee('手冲两杯', '豆子到店选，两杯可以不一样', '手冲咖啡 ×2', 5_600, 500, { weight: 3 }),
      coffee('拿铁一杯', '全天可用', '拿铁', 1_590, 150, { weight: 5 }),
      coffee('下午茶双人', '两杯饮品加一块蛋糕', '任选饮品 ×2、巴斯克切块', 6_800, 600, { weight: 2 }),
      coffee('挂耳 10 包', '三支豆子混装，可带走', '挂耳咖啡 ×10', 6_900, 600),
      coffee('咖啡入门课 90 分钟', '认豆子、学手冲，六人小班', '手冲课、咖啡豆 100 克', 12_800, 1_200, {
        starts: 30,
        tags: ['需预约', '新上'],
      }),
    ],
  },
  {
    name: '一叶知茶',
    subMchid: '1900100008',
    category: 'tea',
    logoInk: '#23775F',
    commissionBps: 500,
    attribution: 'last',
    keeper: '阿青',
    stores: [
      store('大悦城店', '莫干山路 800 号 1 楼', 30_308_900, 120_118_900, 10, 22),
      store('信义坊店', '信义坊 26 号', 30_293_600, 120_149_400, 10, 22),
      store('水晶城店', '上塘路 458 号', 30_309_700, 120_158_400, 10, 22),
    ],
    deals: [
      tea('龙井轻乳茶', '当年龙井，少糖更好喝', '龙井轻乳茶', 1_290, 100, { weight: 5, bps: 1_000 }),
      tea('桂花乌龙两杯', '桂花现撒，冷热都行', '桂花乌龙 ×2', 2_400, 200, { weight: 3 }),
      tea('水果茶大桶 1 升', '四种当季水果', '水果茶大桶', 2_690, 250, { weight: 2 }),
      tea('茶点双人席', '一壶茶四样点心，坐两小时', '九曲红梅、定胜糕 ×2、绿豆糕 ×2、瓜子', 8_800, 800, { at: [1] }),
      tea('四人分享装', '任选四杯，一次做好', '任选中杯 ×4', 4_800, 500, { weight: 2 }),
    ],
  },
  {
    name: '炭里烧鸟',
    subMchid: '1900100009',
    category: 'food',
    logoInk: '#7A4A6A',
    commissionBps: 500,
    attribution: 'last',
    keeper: '大刚',
    stores: [
      store('大兜路店', '大兜路 88 号', 30_309_900, 120_140_700, 17, 2),
      store('胜利河店', '胜利河美食街 16 号', 30_308_300, 120_144_500, 17, 1),
    ],
    deals: [
      grill('烧鸟 12 串双人', '鸡腿葱、提灯、手羽，三种口味', '烧鸟 ×12、渍物、乌龙茶 ×2', 11_800, 1_000, {
        weight: 3,
      }),
      grill('四人畅烤拼盘', '24 串加两份主食', '烧鸟 ×24、烤饭团 ×4、渍物 ×2', 21_800, 2_000),
      grill('精酿 + 6 串小份', '一个人的下班', '精酿啤酒、烧鸟 ×6', 5_900, 500, { weight: 2 }),
      grill('牛舌厚切一份', '炭火现烤', '厚切牛舌', 4_800, 400),
      grill('夜场双人券：今晚', '只卖到今晚，卖完为止', '烧鸟 ×8、烤饭团 ×2、乌龙茶 ×2', 8_800, 800, {
        ends: 6,
        days: 7,
        tags: ['晚市', '限时'],
      }),
    ],
  },
  {
    name: '理一理造型',
    subMchid: '1900100010',
    category: 'beauty',
    logoInk: '#7A4A6A',
    commissionBps: 800,
    attribution: 'last',
    keeper: '阿理',
    stores: [
      store('湖墅店', '湖墅南路 401 号', 30_290_200, 120_153_900, 10, 21),
      store('拱宸桥店', '温州路 77 号', 30_324_200, 120_147_800, 10, 21),
    ],
    deals: [
      hair('洗剪吹一次', '先聊再剪，约 50 分钟', '洗发、剪发、吹造型', 6_800, 600, { art: 'hair', weight: 3 }),
      hair('头皮护理 60 分钟', '检测、清洁、按摩', '头皮检测、清洁、按摩', 12_800, 1_200),
      hair('染发（不含漂）', '植物染膏，含护理一次', '染发、护理', 29_800, 2_500, { bps: 600 }),
      hair('儿童剪发', '3–12 岁，剪得快，不哭', '儿童剪发', 3_900, 300, { tags: ['需预约', '亲子'] }),
    ],
  },
  {
    name: '野渡球馆',
    subMchid: '1900100011',
    category: 'sport',
    logoInk: '#3B5E8C',
    commissionBps: 500,
    attribution: 'last',
    keeper: '老余',
    stores: [
      store('祥符店', '祥符路 218 号', 30_329_800, 120_115_700, 8, 23),
      store('石祥店', '石祥路 59 号', 30_334_900, 120_166_300, 8, 23),
    ],
    deals: [
      court('羽毛球 1 小时（平日）', '周一到周五 17:00 前', '羽毛球场 1 小时', 3_900, 400, { weight: 3 }),
      court('羽毛球 2 小时（周末）', '周末任选时段', '羽毛球场 2 小时', 12_800, 1_000, { weight: 2 }),
      court('教练课一节', '一对一 60 分钟，含场地', '教练课、球拍借用', 19_800, 1_800),
      court('少儿体验课', '6–12 岁，4 人小班', '体验课', 2_900, 300, { tags: ['需预约', '亲子'] }),
      court('乒乓球 1 小时', '两张台子任选', '乒乓球台 1 小时', 2_500, 200),
    ],
  },
  {
    name: '花时工坊',
    subMchid: '1900100012',
    category: 'kids',
    logoInk: '#23775F',
    commissionBps: 600,
    attribution: 'last',
    keeper: '阿萝',
    stores: [store('桥西店', '吉祥寺弄 9 号', 30_324_300, 120_141_500, 10, 20)],
    deals: [
      flower('亲子插花 1 大 1 小', '90 分钟，做一盆带走', '花材 ×2、花器', 13_800, 1_300),
      flower('一束当季小花', '下单后包好，到店取', '花束', 4_990, 500, { tags: ['免预约'], weight: 2, pickup: true }),
      flower('餐桌花一组', '一大两小三盆，摆一张长桌', '餐桌花 ×3', 16_800, 1_500, { limit: 2 }),
      flower('干花相框手作', '一小时，小朋友也能做', '相框、干花材料', 6_800, 600, { weight: 1 }),
    ],
  },
];
