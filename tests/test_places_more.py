"""Where something is, in 124 messages as residents write them."""

import pytest

from bot.places import PlaceFinder, public_names
from bot.service import Service

NAMED = {
    # Chinese
    "沙湖路和友谊大道交叉口的红绿灯坏了": "沙湖路和友谊大道交叉口",
    "楚河汉街地铁站D口扶梯不动": "楚河汉街地铁站D口",
    "东湖路156号湖北省博物馆门口乱停车": "东湖路156号湖北省博物馆门口",
    "复兴路地铁站C出口没有电梯": "复兴路地铁站C出口",
    "我住万科金域华府5栋，电梯老坏": "万科金域华府5栋",
    "保利城小区门口路灯不亮": "保利城小区门口",
    "才华街和秦园路路口积水": "才华街和秦园路路口",
    "中北路岳家嘴立交桥下面好多垃圾": "中北路岳家嘴立交桥",
    "阅马场公交站没有座椅": "阅马场公交站",
    "彭刘杨路小学门口车子太快": "彭刘杨路小学门口",
    "大东门立交桥底下有人睡觉": "大东门立交桥",
    "武昌火车站西广场出租车拒载": "武昌火车站西广场",
    "武汉音乐学院旁边工地噪音大": "武汉音乐学院旁边",
    "解放路司门口天桥的电梯停了": "解放路司门口天桥",
    "请修一下丁字桥路的人行道": "丁字桥路",
    "在梅苑小区3栋前面有个大坑": "梅苑小区3栋",
    "巡司河边上的护栏断了": "巡司河边上",
    "紫阳公园里的路灯全黑": "紫阳公园",
    "内沙湖公园的水发臭": "内沙湖公园",
    "徐东大街欧亚达门口占道": "徐东大街",
    "临江大道88号楼下烧烤油烟": "临江大道88号楼",
    "水果湖第一中学放学堵车": "水果湖第一中学",
    "东一路菜场臭气熏天": "东一路菜场",
    "石牌岭路一楼餐馆噪音大": "石牌岭路一楼",
    "静安路公厕关门了": "静安路公厕",
    "晒湖小区没有充电桩": "晒湖小区",
    "街道口地铁站太挤": "街道口地铁站",
    "广八路夜市垃圾没人扫": "广八路夜市",
    "八一路延长线施工没围挡": "八一路延长线",
    "雄楚大道高架噪音": "雄楚大道",
    "南湖花园城二期停水": "南湖花园城二期",
    "中央花园B座电梯困人": "中央花园B座",
    "武青三干道渣土车超速": "武青三干道",
    "杨园南路电线掉下来了": "杨园南路",
    "铁机路十字路口没有红绿灯": "铁机路十字路口",
    "和平大道750号绿地国际金融城工地": "和平大道750号",
    "新生路社区医院没有儿科": "新生路社区医院",
    "四美塘公园厕所没水": "四美塘公园厕所",
    "长江大桥武昌桥头堡附近太黑": "长江大桥",
    "鲁磨路那家KTV吵到凌晨": "鲁磨路",
    "我家在粮道街98号2栋1单元": "粮道街98号2栋1单元",
    "螃蟹岬地铁站旁边有个坑": "螃蟹岬地铁站旁边",
    "民主路省人民医院对面乱摆摊": "民主路省人民医院对面",
    "小东门建材市场门口占道": "小东门建材市场门口",
    "小東門建材市場門口佔道": "小東門建材市場門口",
    "積玉橋萬達廣場後面很髒": "積玉橋萬達廣場後面",
    "请问东湖听涛景区什么时候修路": "东湖听涛景区",
    "白沙洲大道加油站排队排到路上": "白沙洲大道加油站",
    "张家湾路口红灯太长": "张家湾路口",
    "江民路江国路口没有斑马线": "江民路江国路口",
    "江南明珠园6栋漏水": "江南明珠园6栋",
    "凤凰城A区门口有野狗": "凤凰城A区门口",
    "复地东湖国际七期噪音": "复地东湖国际七期",
    "千家街社区网格员很好": "千家街社区",
    "武珞路442号中南国际城A座漏水": "武珞路442号中南国际城A座",
    "烽胜路的树枝断了": "烽胜路",
    # English
    "Street lights are out on Tanhualin Street": "Tanhualin Street",
    "The lift at Chuhe Hanjie metro station is broken": "Chuhe Hanjie metro station",
    "Noise from the construction site next to Shahu Bridge": "Shahu Bridge",
    "There is rubbish outside 181 Donghu Road": "181 Donghu Road",
    "Taxi drivers refuse passengers at Wuchang Railway Station": "Wuchang Railway Station",
    "Potholes along Youyi Avenue near Xudong": "Youyi Avenue",
    "Water pipes burst in Meiyuan Community": "Meiyuan Community",
    "Illegal parking at the south gate of Ziyang Park": "south gate of Ziyang Park",
    "Please put a crossing at Heping Avenue and Qinyuan Road": "Heping Avenue and Qinyuan Road",
    "Building 5, Dongting Garden has no water": "Building 5, Dongting Garden",
    "Traffic jams outside Shuiguohu No. 2 Primary School when school ends": (
        "Shuiguohu No. 2 Primary School"
    ),
    "No. 99 Zhongnan Road is full of scooters": "No. 99 Zhongnan Road",
    "exit C of Fuxing Road station has no ramp": "exit C of Fuxing Road station",
    "the market on liangdao street smells": "liangdao street",
    "Stray dogs in Hongshan Square": "Hongshan Square",
    "Trees block the signal at Bayi Road": "Bayi Road",
    "The toilets in Simeitang Park are filthy": "Simeitang Park",
    "Sewage near Caihua Street Primary School": "Caihua Street Primary School",
    "Zhongnan Hospital car park is always full": "Zhongnan Hospital",
    "Shop owners block Hubu Alley": "Hubu Alley",
    "The bus stop on Linjiang Avenue has no roof": "Linjiang Avenue",
    "Street vendors at Simenkou Footbridge": "Simenkou Footbridge",
    "Lamp post 14 on Zhangzhidong Rd is dark": "Zhangzhidong Rd",
    "Muddy water in Xunsi River": "Xunsi River",
}
UNNAMED = [
    "那边的石板路松了",
    "主干道太堵",
    "小河边有人钓鱼",
    "电梯坏了三天没人修",
    "我们这条路天天堵",
    "楼上漏水漏到我家",
    "门口的路灯不亮",
    "公园里没有厕所",
    "学校门口车太多",
    "建议多建停车场",
    "希望街道加强管理",
    "隔壁装修太吵",
    "垃圾站太近了",
    "菜场涨价",
    "物业不作为",
    "社区服务态度好",
    "我要投诉公交司机",
    "医保卡丢了怎么办",
    "路边摊太多",
    "红绿灯时间太短",
    "自来水有味道",
    "一楼住户私搭乱建",
    "楼道里堆满杂物",
    "五一放假吗",
    "三楼太吵",
    "走到路口摔了一跤",
    "大马路上晒被子",
    "小区里面没有路灯",
    "地铁口太挤",
    "对面工地半夜施工",
    "The lift is broken again",
    "My neighbour is too loud",
    "Please build more parks",
    "No parking near my home",
    "The bus is always late",
    "Stop the noise at night",
    "Trash bins are full",
    "The water smells bad",
    "There is no hospital nearby",
    "Our primary school needs a crossing",
    "The gate is locked",
    "I fell on the stairs",
    "Thanks to the street office",
    "It is dark under the bridge",
]


@pytest.fixture(scope="module")
def places(service: Service) -> PlaceFinder:
    """As the bot has it, knowing Wuchang's streets."""
    return PlaceFinder(name for one in service.street for name in (one.name, *one.aliases))


@pytest.mark.parametrize(("text", "place"), NAMED.items())
def test_a_place_is_read_as_it_is_named(places: PlaceFinder, text: str, place: str) -> None:
    assert places.find(text) == place


@pytest.mark.parametrize("text", UNNAMED)
def test_what_names_no_place_has_none(places: PlaceFinder, text: str) -> None:
    assert places.find(text) == ""


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("粮道街胭脂路口", ("粮道街", "胭脂路")),
        ("东亭花园小区12栋3单元501", ("东亭花园",)),
        ("中南路99号门口", ("中南路",)),
        ("湖北省武汉市武昌区民主路717号旁边", ("民主路",)),
        ("糧道街胭脂路口", ("糧道街", "胭脂路")),
        ("3栋2单元", ()),
        ("我家，张三13812345678", ()),
        ("99 Zhongnan Road", ("Zhongnan Road",)),
        ("3rd floor of Building 5", ()),
        ("north gate of Shahu Park", ("Shahu Park",)),
        ("", ()),
    ],
)
def test_others_see_the_names_in_a_place_and_no_house_number(
    place: str, names: tuple[str, ...]
) -> None:
    assert public_names(place) == names
