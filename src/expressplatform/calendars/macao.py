"""Macao: public holidays and their compensatory days off; an afternoon off is a working day.

Written by tools/make_calendars.py from holidays 0.109 (MIT licence, the
Vacanza team and contributors); never edited by hand.
"""

from __future__ import annotations

from typing import Final

SOURCE: Final = "holidays 0.109"
EDITION: Final = "2026-11-23"
ANNOUNCED_THROUGH: Final = 2026
"""The last year settled by the government's list of public holidays for the year."""

NAMES: Final = (
    ("New Year's Day", "元旦", "元旦"),
    ("Lunar New Year's Day", "農曆正月初一", "农历正月初一"),
    ("The fourth day of Lunar New Year", "農曆正月初四", "农历正月初四"),
    ("The fifth day of Lunar New Year", "農曆正月初五", "农历正月初五"),
    ("The first working day after Ching Ming Festival", "清明節後首個工作日", "清明节后首个工作日"),
    ("Good Friday", "耶穌受難日", "耶稣受难日"),
    ("The first working day after The Day before Easter", "復活節前日後首個工作日", "复活节前日后首个工作日"),
    ("Labour Day", "勞動節", "劳动节"),
    ("The Buddha's Birthday (Feast of Buddha)", "佛誕節", "佛诞节"),
    ("Tung Ng Festival (Dragon Boat Festival)", "端午節", "端午节"),
    ("The Day following Chong Chao (Mid-Autumn) Festival", "中秋節翌日", "中秋节翌日"),
    ("National Day of the People's Republic of China", "中華人民共和國國慶日", "中华人民共和国国庆日"),
    (
        "Chung Yeung Festival (Festival of Ancestors) / The day following National Day of the People's Republic of China",  # noqa: E501
        "中華人民共和國國慶日翌日 / 重陽節",
        "中华人民共和国国庆日翌日 / 重阳节",
    ),
    (
        "Overlapping of the Day following National Day of the People's Republic of China and the Chung Yeung Festival (Festival of Ancestors)",  # noqa: E501
        "中華人民共和國國慶日翌日及重陽節重疊",
        "中华人民共和国国庆日翌日及重阳节重迭",
    ),
    ("The first working day after All Soul's Day", "追思節後首個工作日", "追思节后首个工作日"),
    ("Immaculate Conception", "聖母無原罪瞻禮", "圣母无原罪瞻礼"),
    ("Winter Solstice", "冬至", "冬至"),
    (
        "The first working day after Macao S.A.R. Establishment Day",
        "澳門特別行政區成立紀念日後首個工作日",
        "澳门特别行政区成立纪念日后首个工作日",
    ),
    ("Christmas Eve", "聖誕節前日", "圣诞节前日"),
    ("Christmas Day", "聖誕節", "圣诞节"),
    ("The second day of Lunar New Year", "農曆正月初二", "农历正月初二"),
    ("The first working day after Tung Ng Festival (Dragon Boat Festival)", "端午節後首個工作日", "端午节后首个工作日"),
    (
        "70th Anniversary of the Victory of the Chinese People's War of Resistance against Japanese Aggression and the World Anti-Fascist War",  # noqa: E501
        "中國人民抗日戰爭暨世界反法西斯戰爭勝利七十周年紀念日",
        "中国人民抗日战争暨世界反法西斯战争胜利七十周年纪念日",
    ),
    (
        "The day following National Day of the People's Republic of China",
        "中華人民共和國國慶日翌日",
        "中华人民共和国国庆日翌日",
    ),
    ("Chung Yeung Festival (Festival of Ancestors)", "重陽節", "重阳节"),
    ("All Soul's Day", "追思節", "追思节"),
    ("The third day of Lunar New Year", "農曆正月初三", "农历正月初三"),
    ("Ching Ming Festival", "清明節", "清明节"),
    ("The first working day after Labour Day", "勞動節後首個工作日", "劳动节后首个工作日"),
    ("The first working day after The Buddha's Birthday (Feast of Buddha)", "佛誕節後首個工作日", "佛诞节后首个工作日"),
    (
        "The first working day after National Day of the People's Republic of China",
        "中華人民共和國國慶日後首個工作日",
        "中华人民共和国国庆日后首个工作日",
    ),
    (
        "The first working day after The day following National Day of the People's Republic of China",
        "中華人民共和國國慶日翌日後首個工作日",
        "中华人民共和国国庆日翌日后首个工作日",
    ),
    (
        "The first working day after Chung Yeung Festival (Festival of Ancestors)",
        "重陽節後首個工作日",
        "重阳节后首个工作日",
    ),
    ("Macao S.A.R. Establishment Day", "澳門特別行政區成立紀念日", "澳门特别行政区成立纪念日"),
    ("The first working day after Christmas Eve", "聖誕節前日後首個工作日", "圣诞节前日后首个工作日"),
    ("The first working day after Christmas Day", "聖誕節後首個工作日", "圣诞节后首个工作日"),
    ("The first working day after New Year's Day", "元旦後首個工作日", "元旦后首个工作日"),
    ("The first working day after Immaculate Conception", "聖母無原罪瞻禮後首個工作日", "圣母无原罪瞻礼后首个工作日"),
    ("The first working day after Winter Solstice", "冬至後首個工作日", "冬至后首个工作日"),
    (
        "The first working day after The Day following Chong Chao (Mid-Autumn) Festival",
        "中秋節翌日後首個工作日",
        "中秋节翌日后首个工作日",
    ),
    ("Compensatory rest day for Lunar New Year's Day", "農曆正月初一的補假", "农历正月初一的补假"),
    ("Compensatory rest day for The second day of Lunar New Year", "農曆正月初二的補假", "农历正月初二的补假"),
    ("Compensatory rest day for Ching Ming Festival", "清明節的補假", "清明节的补假"),
    ("Compensatory rest day for The Day before Easter", "復活節前日的補假", "复活节前日的补假"),
    (
        "The Day following Chong Chao (Mid-Autumn) Festival / The day following National Day of the People's Republic of China",  # noqa: E501
        "中秋節翌日 / 中華人民共和國國慶日翌日",
        "中华人民共和国国庆日翌日 / 中秋节翌日",
    ),
    (
        "Overlapping of the Day following National Day of the People's Republic of China and the Day following Chong Chao (Mid-Autumn) Festival",  # noqa: E501
        "中華人民共和國國慶日翌日及中秋節翌日重疊",
        "中华人民共和国国庆日翌日及中秋节翌日重迭",
    ),
    ("Compensatory rest day for Chung Yeung Festival (Festival of Ancestors)", "重陽節的補假", "重阳节的补假"),
    (
        "Compensatory rest day for Macao S.A.R. Establishment Day",
        "澳門特別行政區成立紀念日的補假",
        "澳门特别行政区成立纪念日的补假",
    ),
    ("Compensatory rest day for The third day of Lunar New Year", "農曆正月初三的補假", "农历正月初三的补假"),
    ("Compensatory rest day for Labour Day", "勞動節的補假", "劳动节的补假"),
    (
        "Compensatory rest day for The day following National Day of the People's Republic of China",
        "中華人民共和國國慶日翌日的補假",
        "中华人民共和国国庆日翌日的补假",
    ),
    ("Compensatory rest day for Christmas Day", "聖誕節的補假", "圣诞节的补假"),
    ("Compensatory rest day for New Year's Day", "元旦的補假", "元旦的补假"),
    ("Compensatory rest day for The Buddha's Birthday (Feast of Buddha)", "佛誕節的補假", "佛诞节的补假"),
    (
        "Compensatory rest day for The Day following Chong Chao (Mid-Autumn) Festival",
        "中秋節翌日的補假",
        "中秋节翌日的补假",
    ),
    (
        "Compensatory rest day for National Day of the People's Republic of China",
        "中華人民共和國國慶日的補假",
        "中华人民共和国国庆日的补假",
    ),
    ("Compensatory rest day for Christmas Eve", "聖誕節前日的補假", "圣诞节前日的补假"),
    ("Compensatory rest day for All Soul's Day", "追思節的補假", "追思节的补假"),
    ("Compensatory rest day for Immaculate Conception", "聖母無原罪瞻禮的補假", "圣母无原罪瞻礼的补假"),
    ("Compensatory rest day for Winter Solstice", "冬至的補假", "冬至的补假"),
    ("Compensatory rest day for Tung Ng Festival (Dragon Boat Festival)", "端午節的補假", "端午节的补假"),
)
"""The names that HOLIDAYS points to: English, Traditional and Simplified Chinese."""

HOLIDAYS: Final = {
    2014: (
        "01-01=0 01-31=1 02-03=2 02-04=3 04-07=4 04-18=5 04-21=6 05-01=7 05-06=8 06-02=9 09-09=10 "
        "10-01=11 10-02=12 10-03=13 11-03=14 12-08=15 12-22=16 12-23=17 12-24=18 12-25=19"
    ),
    2015: (
        "01-01=0 02-19=1 02-20=20 02-23=3 04-03=5 04-06=6 04-07=4 05-01=7 05-25=8 06-22=21 09-03=22 "
        "09-28=10 10-01=11 10-02=23 10-21=24 11-02=25 12-08=15 12-21=17 12-22=16 12-24=18 12-25=19"
    ),
    2016: (
        "01-01=0 02-08=1 02-09=20 02-10=26 03-25=5 03-28=6 04-04=27 05-02=28 05-16=29 06-09=9 09-16=10 "
        "10-03=30 10-04=31 10-10=32 11-02=25 12-08=15 12-20=33 12-21=16 12-26=34 12-27=35"
    ),
    2017: (
        "01-02=36 01-30=26 01-31=2 02-01=3 04-04=27 04-14=5 04-17=6 05-01=7 05-03=8 05-30=9 10-02=23 "
        "10-03=30 10-05=10 10-30=32 11-02=25 12-08=15 12-20=33 12-22=16 12-25=19 12-26=34"
    ),
    2018: (
        "01-01=0 02-16=1 02-19=2 02-20=3 03-30=5 04-02=6 04-05=27 05-01=7 05-22=8 06-18=9 09-25=10 "
        "10-01=11 10-02=23 10-17=24 11-02=25 12-10=37 12-20=33 12-24=18 12-25=19 12-26=38"
    ),
    2019: (
        "01-01=0 02-05=1 02-06=20 02-07=26 04-05=27 04-19=5 04-22=6 05-01=7 05-13=29 06-07=9 09-16=39 "
        "10-01=11 10-02=23 10-07=24 11-04=14 12-09=37 12-20=33 12-23=38 12-24=18 12-25=19"
    ),
    2020: (
        "01-01=0 01-27=26 01-28=40 01-29=41 04-06=42 04-10=5 04-13=43 04-30=8 05-01=7 06-25=9 10-01=11 "
        "10-02=44 10-05=45 10-26=46 11-02=25 12-08=15 12-21=16 12-22=47 12-24=18 12-25=19"
    ),
    2021: (
        "01-01=0 02-12=1 02-15=41 02-16=48 04-02=5 04-05=43 04-06=42 05-03=49 05-19=8 06-14=9 09-22=10 "
        "10-01=11 10-04=50 10-14=24 11-02=25 12-08=15 12-20=33 12-21=16 12-24=18 12-27=51"
    ),
    2022: (
        "01-03=52 02-01=1 02-02=20 02-03=26 04-05=27 04-15=5 04-18=43 05-02=49 05-09=53 06-03=9 "
        "09-12=54 10-03=55 10-04=24 10-05=50 11-02=25 12-08=15 12-20=33 12-22=16 12-26=56 12-27=51"
    ),
    2023: (
        "01-02=52 01-23=20 01-24=26 01-25=40 04-05=27 04-07=5 04-10=43 05-01=7 05-26=8 06-22=9 10-02=23 "
        "10-03=54 10-04=55 10-23=24 11-02=25 12-08=15 12-20=33 12-22=16 12-25=19 12-26=56"
    ),
    2024: (
        "01-01=0 02-12=26 02-13=40 02-14=41 03-29=5 04-01=43 04-04=27 05-01=7 05-15=8 06-10=9 09-18=10 "
        "10-01=11 10-02=23 10-11=24 11-04=57 12-09=58 12-20=33 12-23=59 12-24=18 12-25=19"
    ),
    2025: (
        "01-01=0 01-29=1 01-30=20 01-31=26 04-04=27 04-18=5 04-21=43 05-01=7 05-05=8 06-02=60 10-01=11 "
        "10-02=23 10-07=10 10-29=24 11-03=57 12-08=15 12-22=47 12-23=59 12-24=18 12-25=19"
    ),
    2026: (
        "01-01=0 02-17=1 02-18=20 02-19=26 04-03=5 04-06=43 04-07=42 05-01=7 05-25=53 06-19=9 09-28=54 "
        "10-01=11 10-02=23 10-19=46 11-02=25 12-08=15 12-21=47 12-22=16 12-24=18 12-25=19"
    ),
    2027: (
        "01-01=0 02-08=26 02-09=40 02-10=41 03-26=5 03-29=43 04-05=27 05-03=49 05-13=8 06-09=9 09-16=10 "
        "10-01=11 10-04=50 10-08=24 11-02=25 12-08=15 12-20=33 12-22=16 12-24=18 12-27=51"
    ),
    2028: (
        "01-03=52 01-26=1 01-27=20 01-28=26 04-04=27 04-14=5 04-17=43 05-01=7 05-02=8 05-29=60 10-02=23 "
        "10-03=55 10-04=10 10-26=24 11-02=25 12-08=15 12-20=33 12-21=16 12-25=19 12-26=56"
    ),
}
"""Days off that fall on Monday to Friday: month-day=place in NAMES, by year."""

MAKE_UP: Final[dict[int, str]] = {}
"""Saturdays and Sundays that are worked: month-day, by year."""
