"""How numbers, months and units are written in two languages; data."""

SCALES = {
    "십": 10, "백": 100, "천": 10**3, "만": 10**4, "억": 10**8, "조": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
SPELLED = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
MONTHS = {
    month: value
    for value, month in enumerate(
        "january february march april may june july august september october november "
        "december".split(),
        1,
    )
}
KOREAN = {
    "한": 1, "두": 2, "세": 3, "석": 3, "네": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7,
    "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12, "열세": 13, "열네": 14, "스무": 20,
    "서른": 30,
}  # fmt: skip
UNITS = """
    개월 시간 개국 년대 년 월 일 시 분 초 주 세기 명 사람 인 개 번 회 차 층 가구 권 대 마리 장 편
    곳 살 세 원 달러 유로 엔 위안 위 등 배 점 승 패 호 건 가지 쪽 페이지 조항 조 항 평 도 톤 미터
    킬로미터 센티미터 킬로그램 그램 리터 헥타르 단계 등급 호선 학년
"""
SAME_UNIT = {
    "%": "percent", "퍼센트": "percent", "프로": "percent", "percent": "percent",
    "per cent": "percent",
    "사람": "명", "인": "명", "people": "명", "persons": "명", "person": "명",
    "year": "년", "years": "년", "month": "개월", "months": "개월", "day": "일", "days": "일",
    "hour": "시간", "hours": "시간", "minute": "분", "minutes": "분",
    "metre": "m", "metres": "m", "meter": "m", "meters": "m", "미터": "m",
    "kilometre": "km", "kilometres": "km", "kilometers": "km", "킬로미터": "km",
    "$": "달러", "dollars": "달러", "dollar": "달러", "won": "원", "₩": "원", "€": "유로",
    "hectare": "헥타르", "hectares": "헥타르", "ton": "톤", "tons": "톤", "tonnes": "톤",
    "litre": "리터", "litres": "리터", "liters": "리터", "times": "번", "세": "살",
    "센티미터": "cm", "centimetres": "cm", "centimeters": "cm", "cm": "cm", "mm": "mm",
    "millimetres": "mm", "millimeters": "mm", "킬로그램": "kg", "kilograms": "kg", "kg": "kg",
    "grams": "그램", "weeks": "주", "week": "주", "seconds": "초", "달": "개월",
    "mile": "마일", "miles": "마일", "feet": "피트", "foot": "피트", "acres": "에이커",
    "degrees": "도", "points": "점",
}  # fmt: skip
IN_ANOTHER = {
    "km": ("m", 1000), "cm": ("m", 0.01), "mm": ("m", 0.001), "kg": ("그램", 1000),
    "톤": ("그램", 1e6),
}  # fmt: skip
"""Units that are reckoned in another one of the same kind."""
