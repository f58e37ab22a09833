/** The menu: prices are whole tomans, `tone` is the hue behind the drawing. */
export const CATEGORIES = [
  { id: "hot", name: "قهوه" },
  { id: "tea", name: "چای و دمنوش" },
  { id: "cold", name: "خنک" },
  { id: "sweet", name: "شیرینی" },
  { id: "breakfast", name: "صبحانه" },
];

export const ITEMS = [
  { id: "espresso", category: "hot", name: "اسپرسو", about: "دو شات، دانهٔ تازه‌رُست", price: 68000, tone: 24 },
  { id: "latte", category: "hot", name: "لاته", about: "شیر مخملی، یک شات اسپرسو", price: 95000, tone: 30 },
  { id: "cappuccino", category: "hot", name: "کاپوچینو", about: "با کف پرپشت و کمی کاکائو", price: 92000, tone: 20 },
  { id: "tea", category: "tea", name: "چای لاهیجان", about: "استکان کمرباریک، با قند و نبات", price: 38000, tone: 14 },
  { id: "saffron", category: "tea", name: "چای زعفران", about: "با شاخه‌نبات زعفرانی", price: 59000, tone: 46 },
  { id: "iced", category: "cold", name: "آیس لاته", about: "شیر سرد، یخ، دو شات", price: 105000, tone: 28 },
  { id: "lemonade", category: "cold", name: "لیموناد نعنا", about: "لیموی تازه، نعنای باغچه", price: 84000, tone: 56 },
  { id: "sharbat", category: "cold", name: "شربت سکنجبین", about: "با خیار رنده‌شده", price: 72000, tone: 130 },
  { id: "carrot", category: "sweet", name: "کیک هویج و گردو", about: "خامهٔ پنیری، یک برش", price: 98000, tone: 34 },
  { id: "baklava", category: "sweet", name: "باقلوای یزدی", about: "سه تکه، با پستهٔ تازه", price: 76000, tone: 44 },
  { id: "cookie", category: "sweet", name: "کلوچهٔ شکلاتی", about: "گرم، از تنور همین امروز", price: 52000, tone: 26 },
  { id: "omelette", category: "breakfast", name: "املت گوجه", about: "دو تخم‌مرغ، با نان بربری", price: 128000, tone: 12 },
  { id: "paneer", category: "breakfast", name: "نان و پنیر و گردو", about: "با سبزی خوردن و چای", price: 115000, tone: 80 },
];

export const BY_ID = new Map(ITEMS.map((item) => [item.id, item]));

/** Minutes from now at which an order can be picked up. */
export const PICKUP_MINUTES = [10, 20, 30, 45, 60];

/** The most of one thing in one order. */
export const MOST_OF_ONE = 12;
