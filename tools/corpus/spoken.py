"""Numbers as English words, upper case, the way a caller says them."""

DIGITS = "ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE".split()
TEENS = ("TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN SEVENTEEN "
         "EIGHTEEN NINETEEN").split()
TENS = "TWENTY THIRTY FORTY FIFTY SIXTY SEVENTY EIGHTY NINETY".split()
SCALES = [(10**9, "BILLION"), (10**6, "MILLION"), (10**3, "THOUSAND")]
IRREGULAR_ORDINALS = {
    "ONE": "FIRST", "TWO": "SECOND", "THREE": "THIRD", "FIVE": "FIFTH",
    "EIGHT": "EIGHTH", "NINE": "NINTH", "TWELVE": "TWELFTH",
}


def below_hundred(n):
    """Words of 0..99."""
    if n < 10:
        return DIGITS[n]
    if n < 20:
        return TEENS[n - 10]
    tens = TENS[n // 10 - 2]
    return tens if n % 10 == 0 else f"{tens} {DIGITS[n % 10]}"


def cardinal(n, british=False):
    """Words of 0 <= n < 10**12; `british` puts AND before the last tens and units."""
    if not 0 <= n < 10**12:
        raise ValueError(f"cardinal takes 0 to 10**12 - 1, got {n}")
    words = []
    rest = n
    for size, name in SCALES:
        if rest >= size:
            words += [cardinal(rest // size, british), name]
            rest %= size
    if rest >= 100:
        words += [DIGITS[rest // 100], "HUNDRED"]
        rest %= 100
    if rest or not words:
        if words and british:
            words.append("AND")
        words.append(below_hundred(rest))
    return " ".join(words)


def ordinal(n):
    """Words of the n-th, n >= 1."""
    *head, last = cardinal(n).split()
    if last in IRREGULAR_ORDINALS:
        last = IRREGULAR_ORDINALS[last]
    elif last.endswith("Y"):
        last = last[:-1] + "IETH"
    else:
        last += "TH"
    return " ".join([*head, last])


def year(n):
    """Words of a year between 1100 and 2099: NINETEEN EIGHTY FIVE, TWO THOUSAND FOUR."""
    high, low = divmod(n, 100)
    if high % 10 == 0 and low < 10:
        return cardinal(n)
    if low == 0:
        return f"{below_hundred(high)} HUNDRED"
    if low < 10:
        return f"{below_hundred(high)} OH {DIGITS[low]}"
    return f"{below_hundred(high)} {below_hundred(low)}"
