"""``core.text.fold`` and ``core.text.tight`` as functions of PostgreSQL (tests/core/test_text.py)."""

from django.db import migrations

# Capitals beyond ASCII that have no simpler form, and their small letters.
CAPITALS = (
    "ÆÐØÞĐĦŁŊŒŦƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƢƤƦƧƩƬƮƱƲƳƵƷƸƼǤǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ",
    "æðøþđħłŋœŧɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵƣƥʀƨʃƭʈʊʋƴƶʒƹƽǥƕƿȝƞȣȥⱥȼƚⱦɂƀʉʌɇɉɋɍɏͱͳͷϳαβγδεζηθικλμνξοπρστυφχψωϗϙϛϝϟϡϣϥϧϩϫϭϯϸϻͻͼͽђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
)
LETTERS = ("يىےكڪةەہھٱ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "یییککهههها01234567890123456789")
DROPPED = (
    r"[\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    r"\u06ea-\u06ed\u08ca-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u200b\u200d-\u200f"
    r"\u202a-\u202e\u2060-\u2069\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+"
)
SPACES = (
    r"[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u00ab\u00bb\u060c\u061b\u061f\u066b\u066c\u1680"
    r"\u2000-\u200a\u200c\u2028\u2029\u202f\u205f\u3000]+"
)
FORWARD = f"""
create function core_fold(given text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  folded text := lower(
    regexp_replace(normalize(given, nfkd), '{DROPPED}', '', 'g') collate "C");
begin
  -- Most texts have no capital beyond ASCII: the long table is asked only where one may be.
  if folded ~ '[\\u00c0-\\u058f]' then
    folded := translate(folded, '{CAPITALS[0]}', '{CAPITALS[1]}');
  end if;
  folded := translate(folded, '{LETTERS[0]}', '{LETTERS[1]}');
  return btrim(normalize(regexp_replace(folded, '{SPACES}', ' ', 'g'), nfc), ' ');
end $$;
create function core_tight(given text) returns text
language sql immutable strict parallel safe as $$
  select replace(public.core_fold(given), ' ', '')
$$;
"""
BACKWARD = """
drop function core_tight(text);
drop function core_fold(text);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_money_keys_are_kept")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
