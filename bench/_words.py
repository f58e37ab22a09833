"""Persian titles from lists of words, as sellers write them: each follows from its number alone.

15 % are written with Arabic letters (ي ك), 30 % of the compounds without their half-space, half of
those joined and half with a blank.
"""

ZWNJ = "\u200c"
# slug of the category: things of that kind
NOUNS = {
    "women": ("مانتو", "شومیز", "دامن", "روسری", "شال نخی", "پیراهن زنانه"),
    "men": ("پیراهن مردانه", "کت تک", "شلوار کتان", "تی‌شرت", "پلیور"),
    "kids": ("سرهمی نوزاد", "بلوز بچگانه", "شلوارک بچگانه", "لباس خواب بچگانه"),
    "shoes": ("کفش چرم", "کفش پیاده‌روی", "صندل", "نیم‌بوت", "دمپایی طبی"),
    "bags": ("کیف دوشی", "کوله‌پشتی", "چمدان", "کیف پول چرمی"),
    "phones": ("گوشی", "تبلت", "ساعت هوشمند", "گوشی ساده"),
    "laptops": ("لپ‌تاپ", "نمایشگر", "صفحه‌کلید", "موشواره"),
    "audio": ("هدفون", "بلندگوی بلوتوث", "هندزفری", "میکروفون یقه‌ای"),
    "accessories": ("قاب گوشی", "شارژر", "پاوربانک", "کابل شارژ", "محافظ صفحه‌نمایش"),
    "kitchen": (
        "قوری",
        "کتری",
        "سرویس قابلمه",
        "تابه",
        "فنجان و نعلبکی",
        "سماور",
        "چاقوی آشپزخانه",
    ),
    "decor": ("آینه‌کاری", "گلدان", "شمعدان", "تابلو فرش", "ساعت دیواری", "کوسن"),
    "carpets": ("فرش دست‌بافت", "گلیم", "قالیچه", "گبه", "پادری"),
    "tools": ("دریل", "پیچ‌گوشتی", "جعبه‌ابزار", "چسب‌زن", "متر لیزری"),
    "saffron": ("زعفران", "زردچوبه", "دارچین", "هل سبز", "فلفل سیاه", "زعفران سرگل"),
    "nuts": ("پسته", "بادام درختی", "مغز گردو", "آجیل چهارمغز", "توت خشک", "انجیر خشک"),
    "sweets": ("سوهان", "گز آردی", "باقلوا", "نان‌برنجی", "قطاب", "حاج‌بادامی"),
    "organic": ("عسل", "روغن زیتون", "رب انار", "سرکهٔ سیب", "برنج", "چای لاهیجان"),
    "skin": ("کرم مرطوب‌کننده", "ضدآفتاب", "صابون زردچوبه", "گلاب", "ماسک صورت"),
    "perfume": ("عطر", "ادکلن", "بخور خوشبو", "عطر جیبی"),
    "makeup": ("رژ لب", "خط چشم", "پالت سایه", "کرم‌پودر"),
    "jewellery": ("گردنبند", "گوشواره", "دستبند مهره‌ای", "انگشتر فیروزه"),
    "pottery": ("کاسهٔ سفالی", "بشقاب میناکاری", "لیوان سرامیکی", "تنگ سفالی"),
    "textile": ("شال دست‌دوز", "ترمه", "سوزن‌دوزی", "رومیزی قلمکار", "جاجیم"),
    "fiction": ("رمان", "مجموعه‌داستان", "دیوان حافظ", "شاهنامه"),
    "study": ("کتاب کمک‌درسی", "فرهنگ واژگان", "جزوهٔ کنکور"),
    "stationery": ("دفتر", "خودنویس", "مداد رنگی", "برنامه‌ریز روزانه"),
    "toys": ("عروسک بافتنی", "پازل چوبی", "ماشین کنترلی", "خانه‌سازی"),
    "baby": ("پوشک", "شیشه‌شیر", "پتوی نوزاد", "کالسکه"),
    "camping": ("چادر کوه‌نوردی", "کیسه‌خواب", "فلاسک", "چراغ‌قوه"),
    "fitness": ("دمبل", "کش ورزشی", "تشک یوگا", "طناب"),
}
QUALITIES = (
    "دست‌ساز", "اصل", "درجه‌یک", "سنتی", "ساده", "طرح‌دار", "سبک", "ضدآب", "تمام‌چرم", "هدیه",
    "کلاسیک", "تازه", "ممتاز", "نفیس", "رنگی", "دست‌دوز", "خوش‌بافت", "بی‌بو", "کم‌مصرف", "بزرگ",
)  # fmt: skip
PLACES = (
    "قائنات", "کاشان", "اصفهان", "تبریز", "یزد", "کرمان", "قم", "لاهیجان", "شیراز", "همدان",
    "مشهد", "گیلان", "سنندج", "ترکمن", "نیشابور", "میبد", "لالجین", "رفسنجان", "بوشهر", "نطنز",
)  # fmt: skip
BRANDS = (
    "نارون", "سپیدار", "آوان", "پرنیان", "ماهور", "یاسمن", "سروش", "آذین", "دماوند", "زاگرس",
    "نیلوفر", "ارغوان", "کیمیا", "رویان", "تیام", "ونوس", "هیرمند", "پارس", "آریا", "لوتوس",
)  # fmt: skip
UNITS = ("کوچک", "متوسط", "بزرگ", "دو عددی", "سه عددی", "یک کیلویی", "نیم کیلویی", "جعبه‌ای", "")
COLOURS = ("سبز", "آبی", "سرمه‌ای", "زرشکی", "کرم", "مشکی")
SENTENCES = (
    "با ضمانت بازگشت تا هفت روز.", "ارسال از انبار خود فروشگاه.", "مناسب هدیه، با بسته‌بندی زیبا.",
    "ساخته‌شده به دست هنرمندان ایرانی.", "کیفیت آن را خودمان آزموده‌ایم.", "برای استفادهٔ روزانه.",
)  # fmt: skip
SLUGS = tuple(NOUNS)
_ARABIC = str.maketrans("یک", "يك")


def mixed(number: int) -> int:
    """Return 64 bits that follow from a number and look like chance (splitmix64)."""
    value = (number + 0x9E3779B97F4A7C15) & (1 << 64) - 1
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    value = (value ^ value >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
    return value ^ value >> 31


def thing(number: int) -> tuple[str, str, str, list[str]]:
    """Return the category's slug, the title, the description and the tags of a product."""
    bits = mixed(number)
    # A few kinds are common and most are rare, as in life.
    slug = SLUGS[int(len(SLUGS) * ((bits & 0xFFFF) / 0x10000) ** 1.6)]
    nouns = NOUNS[slug]
    words = [
        nouns[(bits >> 16) % len(nouns)],
        QUALITIES[(bits >> 24) % len(QUALITIES)],
        PLACES[(bits >> 32) % len(PLACES)]
        if bits >> 40 & 1
        else BRANDS[(bits >> 32) % len(BRANDS)],
        UNITS[(bits >> 41) % len(UNITS)],
    ]
    if bits >> 45 & 3 == 0:
        words.append(f"مدل {chr(65 + number % 26)}{number % 9973}")
    title = " ".join(word for word in words if word)
    told = f"{title}. {SENTENCES[(bits >> 47) % 6]} {SENTENCES[(bits >> 50) % 6]}"
    tags = [words[1], words[2]]
    return slug, spelled(title, number), spelled(told, number), tags


def spelled(text: str, number: int) -> str:
    """Return the text as this seller's keyboard writes it."""
    bits = mixed(~number & (1 << 63) - 1)
    if bits % 100 < 30:
        text = text.replace(ZWNJ, "" if bits >> 8 & 1 else " ")
    if (bits >> 16) % 100 < 15:
        text = text.translate(_ARABIC)
    return text
