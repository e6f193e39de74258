"""Names, where the writer says that they are names, or a number beside them does."""

from bot.masking.rule import HAN, rule

_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程魏苏"
    "吕丁任沈姚卢姜崔钟谭陆汪范廖石金贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶贺顾毛郝龚邵万"
    "钱严覃武戴莫孔向汤柯阮童鲁舒涂喻詹祝游高谌易聂章施于洪康温葛伍牛黎尤翟庞殷柳梅盛凌霍骆苗颜饶俞倪]"
    ")"
)
_NO_NAME = (
    "(?!高[血中龄兴考速度烧校层]|方[便面法案言]|白[领沙天血]|金[银额融]|黄[鹤石陂色冈]|江[夏岸汉西苏南北]|"
    "马[上路]|周[末边一二三四五六日]|陈旧|任何|严[重格]|夏[天季]|何[时况]|程[序度]|许[多可]|余[额家]|"
    "徐[东家]|杨[园春]|武[汉昌]|石[牌洞油]|胡同|丁字|毛[坯病]|向[您你上]|施[工]|万[达科一]|"
    "易[燃怒发]|谢谢|曾经|付[款费]|单[身亲]|孙子|孔雀|龙[泉湖]|钟[点头]|汉阳|东湖|"
    "石[膏头材]|任[务教职意凭]|张[口嘴贴]|钱[包财都]|江边|田[里地间]|汤[都水药里]|戴[着口眼上了]|"
    "游[泳戏玩行乐客过]|顾[不及客虑着]|毛[巾衣]|舒[服适心畅]|童年|祝[您你大愿福]|莫名|董事|严厉|高[兴高声]|"
    "黄[疸昏金]|何必|于[是今此]|洪水|温[度水暖]|康复|牛[奶肉]|黎明|尤其|盛[开饭]|苗[圃木]|颜色|余[下地款]|"
    "马[桶虎]|金[牌融]|方[才向式]|周[围日]|常[年常]|武[术功]|万[元多人]|向[来着]|林[场地业]|罗[列嗦]|龙[头虾]|"
    "叶[子落]|雷[雨电声]|范围|段[时路]|章[程]|鲁莽|沈阳|章节|许[久]|钟[情]|秦岭|柳[树絮]|梅[雨花]|"
    "高[一二三中校楼空压峰价铁层架房大温低度处位分]|施[救]|江[滩水]|陆续|程序|孔洞|苏[醒打]|郑重|"
    "唐突|王者|韩国|丁[点])"
)
"""What begins like a name and is none."""
_NOT_IN_NAME = (
    "我你他她它们在的是家来去有今昨现想要反投举请打电手住和与跟说到被因了某不没也都很把被让给"
)
_GIVEN = rf"(?:[{HAN}](?![{HAN}])|(?![{_NOT_IN_NAME}])[{HAN}](?:(?![{_NOT_IN_NAME}])[{HAN}])?)"
_NAME = rf"{_NO_NAME}{_SURNAME}{_GIVEN}"
_WHOLE_NAME = rf"{_NO_NAME}{_SURNAME}(?:(?![{_NOT_IN_NAME}])[{HAN}]){{1,2}}?"
_LONG_NAME = rf"{_NO_NAME}{_SURNAME}(?:(?![{_NOT_IN_NAME}])[{HAN}]){{1,2}}"
_ENDS = rf"(?=[^{HAN}]|$|今年|现住|家住|住|电话|手机|身份证)"
_ROLE = "联系人|户主|投诉人|反映人|举报人|诉求人|申请人|报修人|房主|车主|户名|业主|居民|住户|租户"
_KIN = (
    "(?:老公|老婆|妻子|丈夫|儿子|女儿(?!童)|闺女|母亲|父亲|妈妈|爸爸|老妈|老爸|老伴|爱人|孩子|爷爷|奶奶|外公|外婆|"
    "姥姥|姥爷|公公|婆婆|岳父|岳母|丈母娘|老丈人|孙子|孙女|外孙女?|儿媳妇?|女婿|哥哥|弟弟|姐姐|妹妹|"
    "[表堂大二三小][哥弟姐妹姨姑]|姐夫|妹夫|嫂子|弟媳|叔叔|伯伯|伯父|舅舅|舅妈|姑姑|姑妈|姨妈|侄子|侄女|"
    "外甥女?|(?<=[我她他俺咱家])(?:妈|爸|爹|娘|哥|弟|姐|妹|爷|奶|叔|舅|姑|姨|婶|先生|太太|媳妇|男人))"
)
_ACQUAINTANCE = (
    "(?:邻居|同事|同学|朋友|室友|房东|租客|班主任|老师|老板|店主|房主|保姆|护工|工友|战友|师傅|网格员|"
    "楼栋长|负责人|当事人|受害人|患者|病人|死者|伤者|老人|学生|孩子)"
)
_DOES = (
    "(?=不|没|也|都|很|太|可以|能|会|想|要|把|被|给|让|叫|去|来|住|收|说|打|骂|偷|拿|用|从|就|还|总|天天|"
    "经常|每|已|正在|刚刚|在|是|的|和|跟|与|今|现|家|因|受|摔|生病|退|拖|欠)"
)
_CALLED = r"(?:叫做?|名叫|名字叫|姓名|是|:|,|\()?\s?"

_LATIN = r"[A-Z][A-Za-z'’-]+"
_NO_LATIN_NAME = (
    r"(?!(?:Mrs?|Ms|Miss|Mx|Dr|Wuchang|Wuhan|Hubei|China|Dear|Yours|Best|Kind|Not|Very|So|Too|Still|The|An?|In|On|At|From|Back|When|Now|Tomorrow|Today|Tonight|Mayor|"
    r"President|Secretary|Director|Minister|Chinese|British|American|(?:Mon|Tues|Wednes|Thurs|Fri|"
    r"Satur|Sun)day)\b)"
)
_NO_PLACE = (
    r"(?!\s+(?:District|Road|Street|Avenue|Park|City|Lake|Station|University|Hospital|Gardens?|"
    r"Square|School|Government|Office|Community|Line|Plaza|Bridge|Lane|Mall|Market|Tower|Building)\b)"
)
_ONE_LATIN = rf"{_NO_LATIN_NAME}{_LATIN}"
_TWO_LATIN = rf"{_ONE_LATIN}{_NO_PLACE}\s+{_LATIN}(?:\s+{_LATIN})?"
_FEW_LATIN = rf"{_ONE_LATIN}(?:\s+{_LATIN}){{0,2}}"
_LATIN_KIN = (
    "(?:husband|wife|son|daughter|child|mother|father|mum|mom|dad|(?:grand|step)(?:mother|father|son|"
    "daughter|ma|pa|dad|mum)|(?:mother|father|sister|brother)-in-law|brother|sister|aunt|uncle|cousin|"
    "niece|nephew|partner|boyfriend|girlfriend|fianc[eé]e?)"
)
_LATIN_ACQUAINTANCE = (
    "(?:neighbou?r|colleague|landlord|landlady|friend|teacher|boss|tenant|flatmate|roommate|"
    "classmate|nanny|carer)"
)
_LATIN_CALLED = r"(?:\s*[,(]\s*|\s+(?:is\s+)?(?:called|named)\s+|\s+)"

_NEAR = r"(?i:flat|apartment|apt|room|unit|block|building|tower|bldg|no\.|number|#|\d)"

RULES = (
    rule(
        "name after a colon",
        rf"(?:姓名|名字|户名|联系人|户主)\s*:\s*([{HAN}]{{2,4}}?)(?=[^{HAN}]|$|[{_NOT_IN_NAME}])",
        first=1,
    ),
    rule(
        "name",
        r"(?:我叫|我名叫|名字[是叫]|本人姓名|本人叫|姓名|户名|联系人[是为]?|户主)[是为]?\s?"
        rf"({_NAME})",
        first=1,
    ),
    rule(
        "name of one who says who she is",
        rf"(?:我是|本人|(?<=[, ])叫|(?:{_ROLE})\s?:?\s?)({_WHOLE_NAME}){_ENDS}",
        first=1,
    ),
    rule(
        "name of one of her family",
        rf"{_KIN}{_CALLED}({_LONG_NAME}(?:{_ENDS}|{_DOES})|{_NAME})",
        first=1,
    ),
    rule(
        "name of somebody she knows",
        rf"{_ACQUAINTANCE}{_CALLED}({_LONG_NAME})(?:{_ENDS}|{_DOES})",
        first=1,
    ),
    rule("name of one who is called so", rf"(?<!不)叫做?({_WHOLE_NAME}){_ENDS}", first=1),
    rule(
        "name before a number",
        rf"(?:(?<![{HAN}])|联系|找|请)({_WHOLE_NAME})"
        r"(?=[ ,:]{0,2}(?:电话|手机号?)?[ :]{0,2}1[3-9]\d\*|,\s?[男女][,\s])",
        first=1,
    ),
    rule(
        "Latin name in Chinese", rf"(?:我叫|名字[是叫]|姓名:?|联系人:?)\s?({_FEW_LATIN})", first=1
    ),
    rule(
        "name, in English",
        r"\b(?i:name\s+is|name['’]s|name:|contact:|contact person:|call me)\s*"
        rf"({_FEW_LATIN}|[{HAN}]{{2,4}}(?![{HAN}]))",
        first=1,
    ),
    rule(
        "name in small letters",
        r"\b[Mm]y\s+name(?:\s+is|['’]s)\s+(?!not|on|in|the|an?\b|already|still|missing|wrong)"
        r"([a-z]+ [a-z]+)(?=\s*(?:[.,!?;\n]|$|and\b|from\b))",
        first=1,
    ),
    rule(
        "name of one who says who she is, in English",
        rf"\b(?:I\s+am|I['’]m|[Tt]his\s+is)\s+({_TWO_LATIN})",
        first=1,
    ),
    rule(
        "name of one of her family, in English",
        rf"\b(?:[Mm]y|[Oo]ur|[Hh]er|[Hh]is)\s+(?:\w+\s+)?{_LATIN_KIN}{_LATIN_CALLED}"
        rf"({_ONE_LATIN}{_NO_PLACE}(?:\s+{_LATIN}){{0,2}})",
        first=1,
    ),
    rule(
        "name of somebody she knows, in English",
        rf"\b(?:[Mm]y|[Oo]ur|[Tt]he|[Hh]er|[Hh]is)\s+(?:\w+\s+)?{_LATIN_ACQUAINTANCE}{_LATIN_CALLED}"
        rf"({_TWO_LATIN})",
        first=1,
    ),
    rule(
        "name below a letter",
        r"\b(?:[Yy]ours(?:\s+\w+)?|[Rr]egards|[Ww]ishes|[Ss]incerely|[Tt]hanks|[Tt]hank you|"
        rf"[Cc]heers)\s*[,.!]?\s+({_FEW_LATIN})(?=\W*\Z)",
        first=1,
    ),
    rule(
        "name before a place, in English",
        rf"\b(?:I\s+am|I['’]m|[Tt]his\s+is)\s+({_ONE_LATIN})(?=\s+(?:from|in|of|at)\s+(?:{_NEAR}))",
        first=1,
    ),
    rule("name after a title", rf"\b(?:Mr|Mrs|Ms|Miss|Mx)\b\.?\s+({_FEW_LATIN})", first=1),
)
