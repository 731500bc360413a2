"""Hong Kong: the general holidays of Cap. 149, for offices that work Monday to Friday.

Written by tools/make_calendars.py from holidays 0.109 (MIT licence, the
Vacanza team and contributors); never edited by hand.
"""

from __future__ import annotations

from typing import Final

SOURCE: Final = "holidays 0.109"
EDITION: Final = "2026-11-23"
ANNOUNCED_THROUGH: Final = 2027
"""The last year settled by the list of general holidays gazetted for the year."""

NAMES: Final = (
    ("The first day of January", "一月一日", "一月一日"),
    ("Lunar New Year's Day", "農曆年初一", "农历年初一"),
    ("The fourth day of Lunar New Year", "農曆年初四", "农历年初四"),
    ("Good Friday", "耶穌受難節", "耶稣受难节"),
    ("Easter Monday", "復活節星期一", "复活节星期一"),
    ("Labour Day", "勞動節", "劳动节"),
    ("The Birthday of the Buddha", "佛誕", "佛诞"),
    ("Tuen Ng Festival", "端午節", "端午节"),
    (
        "Hong Kong Special Administrative Region Establishment Day",
        "香港特別行政區成立紀念日",
        "香港特别行政区成立纪念日",
    ),
    ("The day following the Chinese Mid-Autumn Festival", "中秋節翌日", "中秋节翌日"),
    ("National Day", "國慶日", "国庆日"),
    ("Chung Yeung Festival", "重陽節", "重阳节"),
    ("Christmas Day", "聖誕節", "圣诞节"),
    ("The first weekday after Christmas Day", "聖誕節後第一個周日", "圣诞节后第一个周日"),
    ("The second day of Lunar New Year", "農曆年初二", "农历年初二"),
    ("The day following Ching Ming Festival", "清明節翌日", "清明节翌日"),
    ("The day following Easter Monday", "復活節星期一翌日", "复活节星期一翌日"),
    (
        "The 70th anniversary day of the victory of the Chinese people's war of resistance against Japanese aggression",
        "中國人民抗日戰爭勝利70周年紀念日",
        "中国人民抗日战争胜利70周年纪念日",
    ),
    ("The third day of Lunar New Year", "農曆年初三", "农历年初三"),
    ("Ching Ming Festival", "清明節", "清明节"),
    ("The day following Labour Day", "勞動節翌日", "劳动节翌日"),
    ("The day following Chung Yeung Festival", "重陽節翌日", "重阳节翌日"),
    ("The second weekday after Christmas Day", "聖誕節後第二個周日", "圣诞节后第二个周日"),
    ("The day following the first day of January", "一月一日翌日", "一月一日翌日"),
    ("National Day (observed)", "國慶日（補假）", "国庆日（补假）"),
    ("The day following National Day", "國慶日翌日", "国庆日翌日"),
    (
        "The day following Hong Kong Special Administrative Region Establishment Day",
        "香港特別行政區成立紀念日翌日",
        "香港特别行政区成立纪念日翌日",
    ),
    ("The day following the Birthday of the Buddha", "佛誕翌日", "佛诞翌日"),
    ("The second day following the Chinese Mid-Autumn Festival", "中秋節後第二日", "中秋节后第二日"),
    ("Easter Monday / The day following Ching Ming Festival", "復活節星期一 / 清明節翌日", "复活节星期一 / 清明节翌日"),
    ("The day following Tuen Ng Festival", "端午節翌日", "端午节翌日"),
)
"""The names that HOLIDAYS points to: English, Traditional and Simplified Chinese."""

HOLIDAYS: Final = {
    2014: (
        "01-01=0 01-31=1 02-03=2 04-18=3 04-21=4 05-01=5 05-06=6 06-02=7 07-01=8 09-09=9 10-01=10 "
        "10-02=11 12-25=12 12-26=13"
    ),
    2015: (
        "01-01=0 02-19=1 02-20=14 04-03=3 04-06=15 04-07=16 05-01=5 05-25=6 07-01=8 09-03=17 09-28=9 "
        "10-01=10 10-21=11 12-25=12"
    ),
    2016: (
        "01-01=0 02-08=1 02-09=14 02-10=18 03-25=3 03-28=4 04-04=19 05-02=20 06-09=7 07-01=8 09-16=9 "
        "10-10=21 12-26=13 12-27=22"
    ),
    2017: (
        "01-02=23 01-30=18 01-31=2 04-04=19 04-14=3 04-17=4 05-01=5 05-03=6 05-30=7 10-02=24 10-03=25 "
        "10-05=9 12-25=12 12-26=13"
    ),
    2018: (
        "01-01=0 02-16=1 02-19=2 03-30=3 04-02=4 04-05=19 05-01=5 05-22=6 06-18=7 07-02=26 09-25=9 "
        "10-01=10 10-17=11 12-25=12 12-26=13"
    ),
    2019: (
        "01-01=0 02-05=1 02-06=14 02-07=18 04-05=19 04-19=3 04-22=4 05-01=5 05-13=27 06-07=7 07-01=8 "
        "10-01=10 10-07=11 12-25=12 12-26=13"
    ),
    2020: (
        "01-01=0 01-27=18 01-28=2 04-10=3 04-13=4 04-30=6 05-01=5 06-25=7 07-01=8 10-01=10 10-02=9 "
        "10-26=21 12-25=12"
    ),
    2021: (
        "01-01=0 02-12=1 02-15=2 04-02=3 04-05=15 04-06=16 05-19=6 06-14=7 07-01=8 09-22=9 10-01=10 "
        "10-14=11 12-27=13"
    ),
    2022: (
        "02-01=1 02-02=14 02-03=18 04-05=19 04-15=3 04-18=4 05-02=20 05-09=27 06-03=7 07-01=8 09-12=28 "
        "10-04=11 12-26=13 12-27=22"
    ),
    2023: (
        "01-02=23 01-23=14 01-24=18 01-25=2 04-05=19 04-07=3 04-10=4 05-01=5 05-26=6 06-22=7 10-02=24 "
        "10-03=25 10-23=11 12-25=12 12-26=13"
    ),
    2024: (
        "01-01=0 02-12=18 02-13=2 03-29=3 04-01=4 04-04=19 05-01=5 05-15=6 06-10=7 07-01=8 09-18=9 "
        "10-01=10 10-11=11 12-25=12 12-26=13"
    ),
    2025: (
        "01-01=0 01-29=1 01-30=14 01-31=18 04-04=19 04-18=3 04-21=4 05-01=5 05-05=6 07-01=8 10-01=10 "
        "10-07=9 10-29=11 12-25=12 12-26=13"
    ),
    2026: (
        "01-01=0 02-17=1 02-18=14 02-19=18 04-03=3 04-06=29 04-07=16 05-01=5 05-25=27 06-19=7 07-01=8 "
        "10-01=10 10-19=21 12-25=12"
    ),
    2027: (
        "01-01=0 02-08=18 02-09=2 03-26=3 03-29=4 04-05=19 05-13=6 06-09=7 07-01=8 09-16=9 10-01=10 "
        "10-08=11 12-27=13"
    ),
    2028: (
        "01-26=1 01-27=14 01-28=18 04-04=19 04-14=3 04-17=4 05-01=5 05-02=6 05-29=30 10-02=24 10-03=25 "
        "10-04=9 10-26=11 12-25=12 12-26=13"
    ),
}
"""Days off that fall on Monday to Friday: month-day=place in NAMES, by year."""

MAKE_UP: Final[dict[int, str]] = {}
"""Saturdays and Sundays that are worked: month-day, by year."""
