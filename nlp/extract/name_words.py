"""Words that the extractor of names is told by, of all languages together."""

from __future__ import annotations

from nlp.extract.lexicon import word_set

#: Cues that stand before ordinary nouns just as often: they help a known name, they do not make one of a capitalised word.
WEAK = frozenset([
    "i am", "i'm", "contact", "call", "text", "with", "from", "this is", "message", "meet", "whatsapp", "ring",
    "write to", "dm", "regards", "signed", "named", "called", "я", "это", "це", "питайте", "пишите", "звоните",
    "звонить", "писать", "контакт", "администратор", "менеджер", "аз съм", "за контакт", "зови", "зовите", "звати",
    "име", "sunt", "bin", "ich bin", "name", "nach", "bei", "kontakt", "ruf", "hausdame", "sofer", "ben", "irtibat",
    "iletisim", "yetkili", "soy", "contacto", "η", "ο", "την", "τον", "ειμαι η", "ειμαι ο", "επικοινωνια",
])  # fmt: skip
COMPANY = word_set(
    """
    ltd gmbh ag inc llc оод еоод ад ооо srl sa kg ug ets plc co sample gbr d.o.o doo ип тов фоп sl hotel hostel
    agency bv nv lda aps oy sro zoo kft sarl as ab спол етд ες εε οε αε επε ικε
    """
)
MONTHS = word_set(
    """
    ιουνιος ιουλιος αυγουστος μαιος απριλιος ιανουαριος μαρτιος june april may august july juni mai юни юли май март
    januar avril κυριακη παρασκευη неделя
    """
)
PREPOSITIONS = word_set(
    """
    am im an in zum zur beim at near der die das the στο στην
    """
)
#: Forms of address before a given name, and those before a surname.
FAMILIAR = word_set(
    """
    пані пан панi don dona дон донья бай кака леля чичо дядо баба батко вуйчо стрина тетка bai bay kaka lelq chicho baba
    dqdo tetka tante onkel
    tia tio abi dona tanti nea nenea aunt auntie uncle sister brother fr тетя дядя тітка дядько чика тета кума кум бачо
    """
)
FORMAL = word_set("herr frau mr mrs ms mister")
#: Forms of address and everyday words that name lists hold.
NEVER = word_set("gospoja gospozha gospodin gospojica hanim hanım bey bay bayan imam team abi abla teyze amca")
#: Words with which somebody tells the own name, or asks for one.
PRESENTS = (
    "аз съм", "казвам се", "ние сме", "питай за", "питайте за", "търси", "търсете", "меня зовут", "зовут", "звать",
    "мене звати", "звати", "зовем се", "зовите", "питать", "питати", "спросить", "ma numesc", "ma cheama", "intreaba de",
    "me llamo", "pregunta por", "preguntar por", "με λενε", "ζητηστε", "adim", "питај за", "ja sam", "ја сам", "домакин",
    "домакиня", "собственик", "собственичка", "домакинът",
)  # fmt: skip
