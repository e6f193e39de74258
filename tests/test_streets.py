"""A street office's area by every spelling people use, and what only sounds like one."""

import pytest

from bot.matters import MatterReader

NAMED = {
    "jiyuqiao": [
        "积玉桥街道的路灯坏了",
        "我住积玉桥，楼下太吵",
        "積玉橋街道辦沒人接電話",
        "积玉桥街那边垃圾没人清",
        "Garbage everywhere in Jiyuqiao",
        "Ji Yu Qiao has no parking",
        "the Jiyuqiao Sub-district office is closed",
        "jī yù qiáo 这边停水了",
        "Ji-yu-qiao needs a park",
    ],
    "yangyuan": [
        "杨园街道办事处在哪办",
        "楊園這邊晚上施工",
        "杨园街的路破了",
        "杨圆那里停电",
        "Yangyuan Street has potholes",
        "Yang Yuan community noise",
        "YANGYUAN SUBDISTRICT",
    ],
    "xujiapeng": [
        "徐家棚街道堵车",
        "徐家朋这边渍水",
        "徐家棚街有人占道",
        "Xujiapeng floods when it rains",
        "Xu Jia Peng has no bus",
        "Xu Jiapeng, lamp broken",
        "徐家棚街办不理人",
    ],
    "liangdaojie": [
        "粮道街胭脂路口路灯坏了",
        "糧道街的小巷很黑",
        "粮道街街道办",
        "粮道街道的社区",
        "粮道街社区垃圾",
        "Liangdao Street lamp is out",
        "Liang Dao Jie is dirty",
        "Liangdaojie has stray dogs",
        "liángdào jiē 停水",
    ],
    "zhonghualu": [
        "中华路街道的老房子",
        "中華路街路面壞了",
        "中华路上乱停车",
        "Zhonghua Road is blocked",
        "Zhong Hua Lu noise",
        "Zhonghualu subdistrict",
        "中华路街办",
    ],
    "huanghelou": [
        "黄鹤楼街道停水",
        "黃鶴樓街道的路燈",
        "黄鹤楼街的社区医院",
        "Huanghelou Subdistrict garbage",
        "Yellow Crane Tower Subdistrict noise",
        "Huanghelou Sub-district office",
        "黄鹤楼街办没人",
    ],
    "ziyang": [
        "紫阳街道井盖坏了",
        "紫陽街的路燈不亮",
        "Ziyang Subdistrict office",
        "Zi Yang Street is dirty",
        "紫阳街办电话打不通",
        "Ziyang sub-district lamp",
    ],
    "baishazhou": [
        "白沙洲街道自来水发黄",
        "白沙州这边停水",
        "住在白沙洲，公交太少",
        "Baishazhou has no metro",
        "Bai Sha Zhou dust",
        "Baisha Zhou street trucks",
        "白沙洲街办",
    ],
    "shouyilu": [
        "首义路街道噪音",
        "首義路街的垃圾",
        "首义路小区化粪池满了",
        "Shouyi Road smells",
        "Shou Yi Lu parking",
        "Shouyilu Subdistrict",
        "首义街道那边路灯坏了",
    ],
    "zhongnanlu": [
        "中南路街道停车难",
        "中南路街的广场舞",
        "中南路99号门口乱停车",
        "Zhongnan Road metro exit",
        "Zhong Nan Lu lights out",
        "Zhongnan-lu is noisy",
        "中南街道办事处",
        "中南路街办态度差",
    ],
    "shuiguohu": [
        "水果湖街道的网格员",
        "水果湖街东湖路143号",
        "水果湖第二小学门口堵车",
        "Shuiguohu needs parking",
        "Shui Guo Hu noise",
        "Shuiguo Lake Subdistrict lamp",
        "shuǐguǒhú 的路灯坏了",
        "Fruit Lake Subdistrict",
    ],
    "luojiashan": [
        "珞珈山街道的社区医院",
        "珞珈山街的路灯",
        "落珈山街道停水",
        "珞加山那边的垃圾",
        "Luojiashan clinic",
        "Luo Jia Shan street is dark",
        "Luojia Hill Subdistrict",
        "珞珈街道办",
    ],
    "shidong": [
        "石洞街道停水",
        "石洞街社区医院没有医生",
        "Shidong Subdistrict bus",
        "Shi Dong Street lamp",
        "石洞街办",
    ],
    "nanhu": [
        "南湖街道文治街积水",
        "南湖街的菜场",
        "我住南湖，噪音太大",
        "Nanhu Subdistrict flood",
        "Nan Hu Street is dark",
        "South Lake Subdistrict parking",
        "南湖街办",
    ],
}
NOT_NAMED = [
    "黄鹤楼门票多少钱",
    "黄鹤楼公园人太多",
    "Yellow Crane Tower tickets",
    "紫阳湖公园的水臭",
    "紫阳路下水道堵了",
    "Ziyang Road sewage",
    "白沙洲大桥堵车",
    "白沙洲大道扬尘",
    "Baishazhou Bridge is jammed",
    "白沙洲农副产品大市场",
    "南湖大道修路",
    "南湖水质差",
    "南湖中学",
    "Nanhu Avenue works",
    "Nanhu Lake stinks",
    "洪山区的路灯坏了",
    "粮食涨价了",
    "一条街道的路灯",
    "街道办的人不接电话",
    "水果店占道",
    "中南医院挂不到号",
    "Zhongnan Hospital queue",
    "中南财经政法大学门口",
    "首义广场的灯坏了",
    "首义园小吃",
    "中华人民共和国",
    "石头洞里积水",
    "积玉桥和杨园都停水",
    "the street is dark",
]


@pytest.mark.parametrize(
    ("text", "street"), [(text, code) for code, texts in NAMED.items() for text in texts]
)
def test_a_street_is_known_by_every_spelling(reader: MatterReader, text: str, street: str) -> None:
    assert reader.street(text) == street


@pytest.mark.parametrize("text", NOT_NAMED)
def test_what_only_sounds_like_a_street_is_none(reader: MatterReader, text: str) -> None:
    assert reader.street(text) == ""
