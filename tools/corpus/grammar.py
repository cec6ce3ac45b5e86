"""Weighted grammars of what callers say to machines: the closed vocabulary of spoken-numbers-en.

Every rule takes a `random.Random` and returns words in upper case, `,` where one pauses, and `=A` for
a letter's name; `sample` turns them into a `Sentence`.
"""

import string

from phrases import ALPHABET, CHECKS, NAMES, REQUESTS, TOPICS, YES_NO, CONTROL
from sentence import sentence
from spoken import DIGITS, below_hundred, cardinal, ordinal, year

MONTHS = ("JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER "
          "DECEMBER").split()
WEEKDAYS = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY".split()
DAYPARTS = ["IN THE MORNING", "IN THE AFTERNOON", "IN THE EVENING", "AT NIGHT"]
RELATIVE_DAYS = ["TODAY", "TOMORROW", "YESTERDAY", "NEXT WEEK", "LAST WEEK", "THIS WEEK", "NEXT MONTH",
                 "LAST MONTH", "THIS MONTH", "THE DAY AFTER TOMORROW"]
GROUPINGS = {3: [[3]], 4: [[4], [2, 2]], 5: [[3, 2], [2, 3], [5]], 6: [[3, 3], [2, 2, 2], [2, 4]],
             7: [[3, 4], [3, 2, 2]], 8: [[4, 4], [2, 3, 3], [2, 2, 2, 2]], 9: [[3, 3, 3], [3, 2, 4]],
             10: [[3, 3, 4], [5, 5], [2, 4, 4]], 11: [[5, 3, 3], [4, 3, 4], [1, 3, 3, 4]],
             12: [[4, 4, 4], [3, 3, 3, 3]]}


def pick(rng, weighted):
    """One value of a list of (weight, value)."""
    return rng.choices([v for _, v in weighted], [w for w, _ in weighted])[0]


def maybe(rng, probability, words):
    return words if rng.random() < probability else ""


# Digit strings -------------------------------------------------------------------------------------

def digit_string(rng):
    """Three to twelve digits (now and then one or two), read evenly, in groups or digit by digit."""
    count = pick(rng, [(3, 1), (3, 2), (11, 3), (16, 4), (14, 5), (14, 6), (14, 7), (9, 8), (6, 9),
                       (7, 10), (4, 11), (3, 12)])
    zero = pick(rng, [(70, "ZERO"), (30, "OH")])
    digits = [rng.choice(DIGITS) for _ in range(count)]
    words = [zero if d == "ZERO" else d for d in digits]
    style = pick(rng, [(30, "even"), (16, "each"), (24, "joined"), (22, "groups"), (8, "repeats")])
    if style == "each":
        words = " , ".join(words).split()
    elif style == "joined":
        words = " | ".join(words).split()
    elif style == "groups" and count >= 3:
        words = grouped(rng, words)
    elif style == "repeats":
        words = repeats(words)
    if style != "joined" and rng.random() < 0.06:
        words = [rng.choice(["MY NUMBER IS", "IT IS", "IT'S", "THE NUMBER IS", "THE CODE IS",
                             "MY PIN IS", "ACCOUNT NUMBER", "NUMBER"]), *words]
    return words


def grouped(rng, words):
    out = []
    for size in rng.choice(GROUPINGS[len(words)]):
        out += [*words[:size], ","]
        words = words[size:]
    return out


def repeats(words):
    """Runs as DOUBLE and TRIPLE; a string without one gets its second digit doubled."""
    if len(words) >= 3 and all(a != b for a, b in zip(words, words[1:])):
        words = [words[0], words[0], *words[2:]]
    out, i = [], 0
    while i < len(words):
        run = 1
        while run < 3 and i + run < len(words) and words[i + run] == words[i]:
            run += 1
        out += [["", "DOUBLE", "TRIPLE"][run - 1], words[i]]
        i += run
    return out


# Numbers -------------------------------------------------------------------------------------------

def magnitude(rng):
    """A number from one to millions, small ones more often, round ones often."""
    digits = pick(rng, [(10, 1), (30, 2), (26, 3), (17, 4), (9, 5), (5, 6), (3, 7)])
    n = rng.randrange(10 ** (digits - 1), 10**digits)
    if digits >= 3 and rng.random() < 0.35:
        unit = 10 ** rng.randrange(1, digits)
        n = max(unit, n // unit * unit)
    return n


def number(rng):
    n = magnitude(rng)
    form = pick(rng, [(70, "cardinal"), (12, "pairs"), (12, "ordinal"), (6, "a")])
    if form == "pairs" and 1000 <= n < 10000 and n % 100 >= 10:
        return [below_hundred(n // 100), below_hundred(n % 100)] if n >= 1000 else [cardinal(n)]
    if form == "ordinal" and n < 1000:
        return [maybe(rng, 0.5, "THE"), ordinal(n)]
    words = cardinal(n, british=rng.random() < 0.35)
    if form == "a" and words.startswith(("ONE HUNDRED", "ONE THOUSAND", "ONE MILLION")):
        words = "A" + words[3:]
    prefix = maybe(rng, 0.08, rng.choice(["MINUS", "ABOUT", "NUMBER", "OPTION", "EXTENSION"]))
    if rng.random() < 0.05:
        words += " POINT " + " ".join(rng.choices(DIGITS, k=rng.choice([1, 1, 2])))
    elif rng.random() < 0.05:
        words += " PERCENT"
    return [prefix, words]


def money(rng):
    whole, part, one, one_part = pick(rng, [
        (60, ("DOLLARS", "CENTS", "DOLLAR", "CENT")), (20, ("POUNDS", "PENCE", "POUND", "PENNY")),
        (20, ("EUROS", "CENTS", "EURO", "CENT"))])
    n = magnitude(rng)
    cents = pick(rng, [(40, rng.randrange(1, 100)), (30, rng.randrange(5, 100, 5)), (30, 99)])
    unit = one if n == 1 else whole
    cent_unit = one_part if cents == 1 else part
    british = rng.random() < 0.3
    form = pick(rng, [(40, "whole"), (28, "both"), (22, "short"), (10, "cents")])
    if form == "both" and n < 10000:
        joint = maybe(rng, 0.65, "AND")
        words = [cardinal(n, british), unit, joint, below_hundred(cents), cent_unit]
    elif form == "short" and n < 1000:
        tail = f"OH {DIGITS[cents]}" if cents < 10 else below_hundred(cents)
        words = [cardinal(n, british), maybe(rng, 0.3, unit), tail]
    elif form == "cents":
        words = [below_hundred(cents), cent_unit]
    else:
        words = [cardinal(n, british), unit]
    lead = maybe(rng, 0.12, rng.choice(["PAY", "TRANSFER", "SEND", "ABOUT", "THE AMOUNT IS", "IT IS"]))
    return [lead, *words]


# Times and dates -----------------------------------------------------------------------------------

def clock(rng):
    hour = rng.randrange(1, 13)
    minute = pick(rng, [(40, 0), (25, rng.randrange(5, 60, 5)), (35, rng.randrange(1, 60))])
    name = below_hundred(hour)
    after = below_hundred(hour % 12 + 1)
    form = pick(rng, [(60, "digital"), (25, "relative"), (8, "day"), (7, "military")])
    if form == "day":
        return [rng.choice(["NOON", "MIDNIGHT", "MIDDAY"])]
    if form == "military":
        head = rng.randrange(0, 24)
        lead = "OH " + DIGITS[head] if head < 10 else below_hundred(head)
        return [lead, "HUNDRED HOURS" if minute < 10 else below_hundred(minute)]
    suffix = pick(rng, [(40, ""), (20, "=A =M"), (20, "=P =M"), (20, rng.choice(DAYPARTS))])
    if form == "relative":
        if rng.random() < 0.6:
            return [rng.choice([f"HALF PAST {name}", f"QUARTER PAST {name}", f"QUARTER TO {after}",
                                f"A QUARTER TO {after}", f"A QUARTER PAST {name}"]), suffix]
        minutes = rng.choice([5, 10, 20, 25])
        unit = maybe(rng, 0.3, "MINUTES")
        side = rng.choice([f"PAST {name}", f"TO {after}", f"AFTER {name}"])
        return [below_hundred(minutes), unit, side, suffix]
    if minute == 0:
        return [name, maybe(rng, 0.4, "O'CLOCK"), suffix]
    tail = f"OH {DIGITS[minute]}" if minute < 10 else below_hundred(minute)
    return [name, tail, suffix]


def time(rng):
    lead = maybe(rng, 0.25, rng.choice(["AT", "AT", "AROUND", "BEFORE", "AFTER", "UNTIL", "FROM"]))
    words = [lead, *clock(rng)]
    if lead == "FROM":
        words += ["TO", *clock(rng)]
    return words


def date(rng):
    month = rng.choice(MONTHS)
    day = rng.randrange(1, 32)
    tail = maybe(rng, 0.45, year(pick(rng, [(60, rng.randrange(1930, 2010)),
                                            (40, rng.randrange(2010, 2036))])))
    form = pick(rng, [(26, "british"), (30, "american"), (18, "weekday"), (12, "relative"),
                      (8, "digits"), (6, "year")])
    if form == "british":
        return [maybe(rng, 0.7, "THE"), ordinal(day), maybe(rng, 0.8, "OF"), month, tail]
    if form == "american":
        return [month, maybe(rng, 0.2, "THE"), rng.choice([ordinal(day), below_hundred(day)]), tail]
    if form == "weekday":
        lead = maybe(rng, 0.4, rng.choice(["NEXT", "THIS", "ON", "LAST"]))
        more = maybe(rng, 0.3, f"THE {ordinal(day)}" + maybe(rng, 0.4, f" OF {month}"))
        return [lead, rng.choice(WEEKDAYS), more or maybe(rng, 0.3, rng.choice(DAYPARTS[:3]))]
    if form == "relative":
        return [rng.choice([*RELATIVE_DAYS,
                            f"IN {below_hundred(rng.randrange(2, 13))} DAYS",
                            f"IN {below_hundred(rng.randrange(2, 9))} WEEKS",
                            f"{below_hundred(rng.randrange(2, 13))} MONTHS AGO"])]
    if form == "digits":
        pair = [below_hundred(rng.randrange(1, 32)), below_hundred(rng.randrange(1, 13))]
        return [*pair, year(rng.randrange(1930, 2030))]
    return [maybe(rng, 0.4, "IN"), year(rng.randrange(1930, 2036))]


# Letters -------------------------------------------------------------------------------------------

def letters(rng):
    form = pick(rng, [(34, "random"), (26, "name"), (24, "as in"), (16, "code")])
    if form == "name":
        name = rng.choice(NAMES)
        spelled = [f"={c}" for c in name]
        return [maybe(rng, 0.2, rng.choice(["THAT IS", "THAT'S", "IT IS SPELLED", "SPELLED"])), *spelled]
    if form == "as in":
        return as_in(rng)
    if form == "code":
        symbols = rng.choices(["=" + c for c in string.ascii_uppercase] + DIGITS * 2,
                              k=rng.randrange(3, 9))
        return symbols
    spelled = [f"={rng.choice(string.ascii_uppercase)}" for _ in range(rng.randrange(1, 9))]
    return " , ".join(spelled).split() if rng.random() < 0.4 else spelled


def as_in(rng):
    joint = rng.choice(["AS IN", "AS IN", "FOR", "LIKE"])
    out = []
    for _ in range(pick(rng, [(55, 1), (30, 2), (15, 3)])):
        word = rng.choice(ALPHABET)
        out += [f"={word[0]}", joint, word, ","]
    return out


# Words ---------------------------------------------------------------------------------------------

def yes_no(rng):
    return [rng.choice(YES_NO)]


def command(rng):
    """A command word or phrase, bare or as callers wrap it."""
    form = pick(rng, [(34, "control"), (33, "topic"), (33, "request")])
    if form == "control":
        return [rng.choice(CONTROL), maybe(rng, 0.12, "PLEASE")]
    if form == "topic":
        carrier = pick(rng, [(45, "{}"), (12, "{} PLEASE"), (9, "I HAVE A QUESTION ABOUT {}"),
                             (8, "I'M CALLING ABOUT {}"), (8, "I NEED HELP WITH {}"), (6, "IT'S ABOUT {}"),
                             (6, "TELL ME ABOUT {}"), (6, "CONNECT ME TO {}")])
        return [carrier.format(rng.choice(TOPICS))]
    carrier = pick(rng, [(40, "{}"), (12, "I WANT TO {}"), (12, "I'D LIKE TO {}"), (8, "I NEED TO {}"),
                         (8, "CAN I {}"), (8, "PLEASE {}"), (7, "{} PLEASE"), (5, "HOW DO I {}")])
    return [carrier.format(rng.choice(REQUESTS))]


def check(rng):
    """A question or correction around a value that the machine has to confirm."""
    value = pick(rng, [(1, clock), (1, money), (1, date)])(rng)
    return [rng.choice(CHECKS), *value]


RULES = [(45, "digits", digit_string), (10, "numbers", number), (8, "money", money),
         (6, "times", time), (7, "dates", date), (8, "letters", letters), (4, "yes_no", yes_no),
         (10, "commands", command), (2, "checks", check)]
BARE = frozenset([*YES_NO, *CONTROL, *TOPICS, *REQUESTS, *RELATIVE_DAYS])


KINDS = [kind for _, kind, _ in RULES]


def sample(rng, weights=None):
    """One sentence of the whole grammar; `weights` (kind: weight) replace those of RULES."""
    weighted = [(weights or {}).get(kind, weight) for weight, kind, _ in RULES]
    _, kind, rule = rng.choices(RULES, weighted)[0]
    return sentence(rule(rng), kind)


def can_be_held_out(said):
    """Whether leaving this sentence out of training teaches nothing less: it is put together from
    parts that other sentences have too, and is long enough not to be the only way to say it."""
    return said.text not in BARE and len(said.text.split()) >= 3
