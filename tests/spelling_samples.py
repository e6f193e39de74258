"""What residents write: ordinary sentences that must stay as they are, and slips to be mended."""

_CHINESE = """
我家楼下的路灯坏了三天了没人修 今天天气真好啊 你好在吗 谢谢你帮了大忙 请问派出所的电话是多少
我想投诉隔壁装修太吵 昨天晚上停电停了四个小时 楼上漏水把我家天花板泡坏了
小区门口的早点摊占道经营 孩子明年上小学要带什么证件 我爸爸退休金怎么还没到账
徐东大街堵得一塌糊涂 光谷广场怎么坐地铁 洪山区的房价多少 江岸区今年有什么活动
江汉路步行街几点关门 汉阳的江滩好不好玩 青山区的公租房怎么申请 硚口的中山公园要门票吗
东西湖的别墅贵不贵 我在武大读书 华师的食堂好吃 水果湖的樱花开了没有 岳家嘴那边修路修到什么时候
街道口的商场打折吗 楚河汉街今晚有灯光秀吗 户部巷的热干面正宗吗 黄鹤楼门票多少钱
昙华林周末人多不多 我姓张叫张伟 王芳是我邻居 李静老师教得很好 刘主任今天上班吗
陈师傅修空调手艺不错 周医生什么时候坐诊 外卖小哥骑车太快差点撞到我 快递放在门卫室被人拿走了
物业费一个月要两百多 电动车在楼道里充电很危险 有人往楼下扔烟头 狗没有拴绳子在小区里乱跑
广场舞音响开到晚上十点 工地半夜还在打桩 油烟从一楼飘到六楼 下水道堵了臭得不得了
井盖丢了一个骑车的摔了 消防通道被私家车堵死了 公交车半个小时都不来一趟 红绿灯时间太短老人过不去
人行道上的砖松了 盲道被共享单车占了 斑马线看不清了 路边的树枝快断了 垃圾桶满了没有人来收
有人在河里电鱼 湖边有人烧烤 水龙头流出来的水发黄 燃气灶打不着火 暖气一点都不热
医保卡丢了去哪里补 身份证过期了怎么办 结婚证要预约吗 驾照换证需要体检吗 公积金怎么提取
社保断了一个月有影响吗 我想查一下我的案子到哪一步了 打了三次电话都没人接 你们的态度太差了
上次反映的问题一直没有回复 什么时候给我答复 我要撤回刚才的投诉 晚饭吃什么好呢
今天晚上看电影去不去 他昨天刚从北京回来 我们明天去爬山吧 这个菜太咸了 手机没电了
妈妈给我买了一件新衣服 爷爷奶奶身体都很好 弟弟考上大学了 妹妹喜欢画画 老婆生日送什么礼物
孩子发烧三十九度 猫不见了 狗狗走丢了请帮忙找 隔壁老王天天唱歌 楼上小两口吵架
对面那栋楼有人放鞭炮 家里进了小偷 请假条怎么写 这道数学题我不会做 英语作业太多了 老师布置的手工
期末考试什么时候 暑假去哪里玩 股票又跌了 黄金价格多少一克 今天油价涨了没有 房贷利率是多少
银行几点下班 微信转账转错了 火车票买不到 飞机晚点两个小时 高铁站怎么走 打车软件叫不到车
地铁末班车几点 停车场收费贵 鸡蛋多少钱一斤 菜场的肉不新鲜 超市的牛奶过期了 面包店的蛋糕好吃
火锅店排队 奶茶太甜了 牙疼得厉害 感冒了吃什么药 打疫苗要不要预约 失眠怎么办 头发掉得厉害
眼睛近视了 电脑死机了 手机屏幕碎了 网速慢得要命 密码忘记了 验证码收不到 软件打不开 你是机器人吗
你叫什么名字 你会唱歌吗 讲个笑话听听 现在几点了 今天星期几 几百年的古树要砍掉吗 我前年交过一次钱
他已经走了半年了 她一直在找工作 我以为你不来了 这是一个误会 那是一个小问题 这里是一个老厂房
他假装没听见 请小心台阶 要小心扒手 会不会不小心弄丢 门口的石狮子 桥下的流浪汉 墙上的小广告
屋顶的鸽子 阳台上的花盆 院子里的桂花 楼道堆满了纸箱子 电表箱门坏了 水表转得飞快 煤气味道很重
天然气管道老化 空调外机滴水 夜里有人飙车 摩托车噪音大 洒水车放音乐 渣土车洒了一路 货车压坏了路面
校车超载 小摊贩卖的烤肠 无证诊所害人 黑网吧 传销窝点 麻将馆吵到半夜 棋牌室抽烟 幼儿园老师打人
学校门口接送拥堵 食堂饭菜里有虫子 学费又涨了 班主任收红包 补习班跑路不退钱 养老院收费高
护工虐待老人 残疾证怎么办 低保户有什么补贴 军人优待证 独生子女费 拆迁款什么时候发 房产证办不下来
开发商跑路了 烂尾楼谁来管 二手房过户 租房押金不退 老板拖欠工资 工伤怎么赔 劳动合同到期
辞职要提前多久 加班没有加班费 试用期被辞退 业主群里吵翻了 物业不作为 业委会怎么成立
维修基金怎么用 电梯年检 门禁坏了 垃圾分类太麻烦 可回收的卖给谁 旧衣服捐到哪里 废电池丢哪里
大件家具谁来拉 厨余垃圾臭 今年的雪下得真大 梅雨季节衣服晾不干 夏天蚊子多 冬天暖和 秋天落叶
春天花粉过敏 长江水位 东湖绿道骑车 沙湖公园散步 紫阳湖边钓鱼 首义广场放风筝 蛇山爬山
粮道街的热干面 中南路的书店 积玉桥的房子 杨园的菜场 白沙洲大桥堵车 南湖花园小区
武昌火车站寄存行李 付家坡客运站 彭刘杨路 解放路改单行 和平大道 友谊大道 司门口天桥 阅马场
洪山礼堂 省图书馆 省博物馆要预约 湖北大学 阿姨好 叔叔您贵姓 大哥帮个忙 师傅停一下 美女问个路
老板来碗面 算了不说了 随便吧 无所谓 真是气死人 笑死我了 不好意思打扰了 辛苦了 早上好 晚安 再见
改天再聊 新年快乐 那个穿红衣服的人 桌子上的书 杯子打碎了 椅子腿断了 窗户关不严 钥匙忘带了
我住在三楼 我今年六十五岁 我有两个孩子 我家有五口人 我在银行上班 我是外地人 他的脚受伤了
她的手机丢了 它的尾巴很长 我们的班车晚了 你们的服务真好 他们家的狗 打球去 游泳馆 健身房办卡
跑步机 羽毛球拍 篮球架歪了 洗衣机漏水 冰箱不制冷 电视没有信号 电饭煲 热水器 抽油烟机 钢琴声太大
小提琴 吉他 二胡 合唱团 舞蹈班 蚂蚁 老鼠 蟑螂 白蚁 马蜂窝 蛇 工地的噪音吵得人睡不着
我的户口迁到哪里 邻居把杂物堆在走廊 地下室进水了 天桥的扶梯停了 公园的长椅坏了 河边的栏杆松动
夜市的垃圾没人扫 老人摔倒了谁来扶 井水能喝吗 路口的摄像头 骑行要戴头盔 孩子想学游泳 猫粮哪里买
周末去郊外烧烤 同事请客吃饭 手表停了 雨伞借给谁了 牙刷该换了 鞋带散了
"""
_ENGLISH = """
My neighbour plays loud music every night|Dogs are barking outside all night long
The bride wore a white dress|Where can I buy fresh flowers|What time does the bank open
I lost my wallet on the bus|My landlord kept the deposit|The lamb was delicious
He plaited her hair|She practised the piano for hours|The villa near the lake is empty
I have a streak of bad luck|Can you tell me a joke|Who are you|Thanks a lot for your help
Good morning|The toilet in my flat is leaking|There is a smell of gas in the corridor
My bicycle was stolen yesterday|The elevator is making a strange noise
Someone smashed the window of my car|Street vendors block the pavement
Trucks rumble past at midnight|The drain overflowed again|Rats in the basement
Cockroaches everywhere|How do I renew my passport|Where is the nearest pharmacy
My son has a fever|The dentist was rude|I want to complain about a teacher
The canteen food was cold|The playground swing is broken|Thieves broke in
Is it going to rain tomorrow|What is the weather like|I love spicy noodles|The soup is too salty
My grandmother fell on the stairs|The ambulance took forty minutes|The nurse was very kind
The surgeon left|The bus never stops here|Taxi drivers refuse short trips|The tram is crowded
Parking fines are too high|I cannot connect to the internet|My phone battery died
Reset my password please|The app keeps crashing|The manager insulted me
Please cancel my complaint|When will you reply|Nobody answers the phone
What is the meaning of life|Sing me a song|Do you speak English|Are you a robot|What can you do
The painter fell off the ladder|The roofers left rubble behind|Scaffolding blocks the door
Dust everywhere|The plaster is crumbling|Mould on the ceiling|Tiles are loose|The sewer stinks
The gutter is clogged|My cat is stuck in a tree|A stray puppy followed me|Pigeons on the balcony
Mosquitoes breed in the pond|The swimming coach shouted|Football practice was cancelled
The stadium lights are blinding|Boxing gloves|Cherry blossoms are lovely
Autumn leaves clog the drains|Snow closed the bridge|Thunder scared the kids
He was arrested for speeding|She works as a translator|They divorced last winter
We adopted a kitten|Our flight was delayed|The hostel was filthy|The waiter spilled wine
The chef burned the steak|The lawyer charged too much|A burglar stole my laptop|The jury was out
Bail was denied|How tall is Mount Everest|Who won the match|What is the capital of France
How far is the moon|The mortgage rate went up|Shares tumbled|Gold is dear|The broker cheated us
Inflation bites|My knees hurt|She broke her ankle|A sore throat and a cough
Diabetes runs in the family|He is allergic to pollen|The barber cut my ear|Her nails look nice
The tailor ruined my suit|The cobbler retired|A plumber came|Wilson moved to Chicago
Martin and Walter are cousins|Johnson called twice|Mrs Brooks complained|Mr Harper
Wuchang is lovely in spring|How do I get to Hongshan|Is Hankou far|Hanyang has an old temple
East Lake at dusk|Jiyuqiao is noisy|Shouyi Road is closed|The Yangtze is high
Optics Valley is far|Xudong mall is crowded|I was wondering whether you could help
Could you please explain|It does not matter|Never mind|See you soon|The scanner jammed
Printer ink is costly|Keyboard keys stuck|The monitor flickers|Cables everywhere
The referee was biased|A painter and a sculptor|The orchestra rehearsed|He strummed a guitar
Drums all night|The baker sells stale bread|Butchers cheat on weight|Fishmongers shout
Grapes are cheap|Lettuce wilted|Drunkards loiter near the shop|Gamblers gather upstairs
A beggar sleeps here|Hawkers yell|Smokers litter|Fireworks scared the baby|Sirens wail
The generator hums|Drilling at dawn|Hammering on Sundays|Chainsaws roar|The lecture was dull
Tutors overcharge|Exams are stressful|Homework piles up|The syllabus changed|Recess is short
Her pension is late|Widows get nothing|Orphans need care|The hospice is kind
Wheelchairs cannot pass|The witness lied|The clerk was asleep|The notary is closed
The envoy waved|The mayor smiled|The sheriff|The marble floor is slippery|A steep ramp
The railing is rusty|The hinge squeaks|The lock jammed|A cracked mirror|Our lift is slow
The fence fell down|A bus hit a cyclist|The clinic was shut|The beach was littered
Graffiti on the wall|The kettle boils|My ring is lost|A spider bit me|The mower is loud
Please fix the bench|Snakes in the grass|He is a plumber and a poet|The violin is out of tune
The ferry sank|Bring your own umbrella|The oven is broken|A goose chased us
The parcel is missing|She painted the fence blue|The candle went out|Buy me a sandwich
Pick up the trash|Fill the form
"""
_TYPOS = """
学卫:学位 学味:学位 电体:电梯 店梯:电梯 电替:电梯 垃极:垃圾 拉圾:垃圾 垃级:垃圾 幼耳园:幼儿园
幼儿元:幼儿园 又儿园:幼儿园 幼儿院:幼儿园 老旧小曲:老旧小区 老就小区:老旧小区 老旧晓区:老旧小区
小渠:小区 改早:改造 该造:改造 加庄:加装 家状:加装 加装电体:加装电梯 社趋:社区 设区:社区
社去卫生:社区卫生 卫升:卫生 为生服务:卫生服务 医原:医院 养佬:养老 养老院服物:养老院服务
服物:服务 扶务:服务 就叶:就业 九业:就业 创夜:创业 企叶:企业 起业:企业 产叶:产业 总布:总部
搂宇:楼宇 楼雨:楼宇 投姿:投资 头资:投资 招伤:招商 财正:财政 收如:收入 居名:居民 增涨:增长
增掌:增长 经挤:经济 径济:经济 文话:文化 闻化:文化 旅由:旅游 旅遊:旅游 博勿馆:博物馆
图书管:图书馆 体育管:体育馆 公圆:公园 公元绿化:公园绿化 绿画:绿化 率化:绿化 绿到:绿道
东湖绿岛:东湖绿道 长姜:长江 常江:长江 污税:污水 圬水:污水 官网改造:管网改造 管往:管网 排税:排水
渍税:渍水 内劳:内涝 河张制:河长制 湖张制:湖长制 环竟:环境 环静:环境 空汽质量:空气质量 空七:空气
扬沉:扬尘 杨尘:扬尘 渣图:渣土 渣士:渣土 垃圾分累:垃圾分类 垃圾份类:垃圾分类 厕索:厕所 侧所:厕所
厕所革名:厕所革命 道路整知:道路整治 交同:交通 教通:交通 停扯:停车 亭车:停车 停车味:停车位
拥睹:拥堵 用堵:拥堵 地贴:地铁 的铁:地铁 公交撤:公交车 违章建住:违章建筑 违建拆初:违建拆除
拆千:拆迁 拆签:拆迁 棚护区:棚户区 朋户区:棚户区 征守:征收 房无:房屋 住仿:住房 保漳:保障
食品安权:食品安全 安佺:安全 消访:消防 小防安全:消防安全 食唐:食堂 老年石堂:老年食堂
教育姿源:教育资源 教肓:教育 叫育:教育 学叫:学校 雪校:学校 中学教市:中学教师 小雪:小学
义务较育:义务教育 特收教育:特殊教育 人材公寓:人才公寓 人财:人才 大学升:大学生 高薪企业:高新企业
高新技数:高新技术 科计创新:科技创新 科机:科技 创薪:创新 数子经济:数字经济 数据重心:数据中心
互连网:互联网 网罗:网络 只慧:智慧 智会城市:智慧城市 营商环镜:营商环境 审皮:审批
政务服勿:政务服务 正务:政务 扶贫攻间:扶贫攻坚 脱贫工坚:脱贫攻坚 贫昆:贫困 志元者:志愿者
自愿者:志愿者 婴幼儿照护服物:婴幼儿照护服务 退役均人:退役军人 残急人:残疾人 无章碍:无障碍
楼长治:楼长制 二手方:二手房 服务业曾加值:服务业增加值 固定姿产:固定资产
"""
_PINYIN = """
youeryuan:幼儿园 you er yuan:幼儿园 dianti:电梯 dian ti:电梯 jiazhuang dianti:加装电梯
jiazhuangdianti:加装电梯 xuewei:学位 xue wei:学位 lao xiaoqu gaizao:老小区改造 laojiu xiaoqu
gaizao:老旧小区改造 laojiuxiaoqu:老旧小区 shequ:社区 shequ weisheng:社区卫生 lajifenlei:垃圾分类
laji fenlei:垃圾分类 tushuguan:图书馆 bowuguan:博物馆 gongyuan:公园 lvdao:绿道 jiuye:就业
chuangye:创业 touzi:投资 shouru:收入 yanglao:养老 weijian:违建 tingche:停车 jiaotong:交通
wushui:污水 huanjing:环境 kongqi zhiliang:空气质量 changjiang:长江 wenhua:文化 lvyou:旅游
jiaoyu:教育 xuexiao:学校 cesuo geming:厕所革命
"""
_ENGLISH_SLIPS = """
kindergarden:kindergarten kindergardens:kindergartens kindergaten:kindergarten elevater:elevator
elavator:elevator elevtor:elevator libary:library librery:library comunity:community
communty:community goverment:government govermnent:government hospitol:hospital
hosptial:hospital enviroment:environment neighborhod:neighborhood garbge:garbage
polution:pollution pollutoin:pollution buiding:building buildng:building renovaton:renovation
investmant:investment employmnet:employment econmy:economy ecomony:economy educaton:education
heritge:heritage museem:museum emision:emission qualty:quality recyling:recycling
drainge:drainage sewege:sewage subwey:subway constuction:construction distict:district
servise:service
"""


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for line in text.strip().splitlines() for part in line.split("|"))


def _slips(text: str) -> tuple[tuple[str, str], ...]:
    """Each slip and what was meant; a pinyin slip may have spaces inside."""
    found: list[tuple[str, str]] = []
    written: list[str] = []
    for word in text.split():
        before, colon, meant = word.partition(":")
        written.append(before)
        if colon:
            found.append((" ".join(written), meant))
            written = []
    return tuple(found)


ORDINARY_CHINESE = tuple(_CHINESE.split())
ORDINARY_ENGLISH = _lines(_ENGLISH)
TYPOS, PINYIN, ENGLISH_SLIPS = _slips(_TYPOS), _slips(_PINYIN), _slips(_ENGLISH_SLIPS)
