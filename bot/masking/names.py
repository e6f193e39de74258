"""Names, where the writer says that they are names, or a number beside them does."""

from bot.masking.rule import HAN, rule

_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程魏苏"
    "吕丁任沈姚卢姜崔钟谭陆汪范廖石金贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶贺顾毛郝龚邵万"
    "钱严覃武戴莫孔向汤柯阮童鲁舒涂喻詹祝游高谌易聂章施]"
    ")"
)
_NO_NAME = (
    "(?!高[血中龄兴考速度烧校层]|方[便面法案言]|白[领沙天血]|金[银额融]|黄[鹤石陂色冈]|江[夏岸汉西苏南北]|"
    "马[上路]|周[末边一二三四五六日]|陈旧|任何|严[重格]|夏[天季]|何[时况]|程[序度]|许[多可]|余[额家]|"
    "徐[东家]|杨[园春]|武[汉昌]|石[牌洞油]|胡同|丁字|毛[坯病]|向[您你上]|施[工]|万[达科一]|"
    "易[燃怒发]|谢谢|曾经|付[款费]|单[身亲]|孙子|孔雀|龙[泉湖]|钟[点头]|汉阳|东湖)"
)
"""What begins like a name and is none."""
_NOT_IN_NAME = "我你他她它们在的是家来去有今昨现想要反投举请打电手住和与跟说到被因了某"
_GIVEN = rf"(?:[{HAN}](?![{HAN}])|(?![{_NOT_IN_NAME}])[{HAN}](?:(?![{_NOT_IN_NAME}])[{HAN}])?)"
_NAME = rf"{_NO_NAME}{_SURNAME}{_GIVEN}"
_WHOLE_NAME = rf"{_NO_NAME}{_SURNAME}(?:(?![{_NOT_IN_NAME}])[{HAN}]){{1,2}}?"
_ENDS = rf"(?=[^{HAN}]|$|今年|现住|家住|住|电话|手机|身份证)"
_ROLE = "联系人|户主|投诉人|反映人|举报人|诉求人|申请人|报修人|房主|车主|户名|业主|居民|住户|租户"
_KIN = "老公|老婆|妻子|丈夫|儿子|女儿|母亲|父亲|妈妈|爸爸|爱人|孩子|邻居|同事"

_LATIN = r"[A-Z][A-Za-z'’-]+"
_NO_LATIN_NAME = (
    r"(?!(?:Not|Very|So|Too|Still|The|An?|In|On|At|From|Back|When|Now|Tomorrow|Today|Tonight|Mayor|"
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
_LATIN_KIN = "husband|wife|son|daughter|mother|father|neighbou?r|colleague|landlord"

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
        rf"(?:我是|本人|(?<=[, ])叫|(?:{_ROLE})\s?:?\s?|我的?(?:{_KIN})叫?)({_WHOLE_NAME}){_ENDS}",
        first=1,
    ),
    rule(
        "name before a number",
        rf"(?:(?<![{HAN}])|联系|找)({_WHOLE_NAME})"
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
        rf"\b(?:I\s+am|I['’]m|[Tt]his\s+is|[Mm]y\s+(?:{_LATIN_KIN}))\s+({_TWO_LATIN})",
        first=1,
    ),
    rule("name after a title", rf"\b(?:Mr|Mrs|Ms|Miss|Mx)\b\.?\s+({_FEW_LATIN})", first=1),
)
