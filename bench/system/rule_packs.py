"""Rules to measure with, in any number or over any window, for the reference stream.

The mix is that of bench/micro/rule_bench.cc: most rules ask for a sort of payment, an amount and a
figure; one in ten for less. Limits are high, and a rule alerts of an account once a day, as in a
bank, so that alerts stay few: what is measured is to find that a leg concerns no rule.
"""

import math
import random

KINDS = ("credit_transfer", "card_payment", "instant_transfer", "cash_deposit", "cash_withdrawal",
         "direct_debit", "cheque", "salary")
CHANNELS = ("online", "mobile", "branch", "api", "pos", "card", "cash")
COUNTRIES = ("DE", "FR", "NL", "ES", "IT", "AT", "GB", "CH", "US", "SE", "PL", "TR", "AE", "CY",
             "PA", "KY", "NG", "RU", "IR", "MM")
CURRENCIES = ("USD", "GBP", "CHF", "JPY", "SEK", "PLN")
WINDOWS = ("10m", "1h", "6h", "24h", "3d", "7d", "30d", "90d")
WHERES = ("", "kind == cash_deposit", 'amount >= money("1000 EUR")', 'channel == "branch"',
          "kind == instant_transfer")
FORMS = ("count: {}", "sum: amount, of: {}", "distinct: counterparty, of: {}",
         "mean: amount, of: {}")
RULES_A_PACK = 500
HEAD = """pack: {name}
version: 1
owner: bench@vigla.example
about: Rules to measure with; they watch nothing.
{rates}lists:
  watched: {{of: account, items: [W1, W2, W3]}}
features:
"""
RATES = "rates: {base: EUR, USD: 0.92, GBP: 1.17, CHF: 1.05, JPY: 0.0061}\n"


def feature(number):
    """Feature `number` of a pool: count, sum, distinct and mean over windows and directions."""
    form = FORMS[number % 4].format("credits" if number // 32 % 2 else "debits")
    where = WHERES[number // 64 % 5]
    where = f", where: '{where}'" if where else ""
    return f"{{{form}, over: {WINDOWS[number // 4 % 8]}{where}, status: any}}"


def limit_on(number, dice):
    window = number // 4 % 8
    if number % 2:  # money
        return f"f{number} >= {euros(1_000_000 * (1 + window) * math.exp(dice.gauss(0, 1)))}"
    return f"f{number} >= {400 + window * 400 + dice.randrange(4000)}"


def euros(amount):
    return f'money("{int(amount)} EUR")'


def gate(dice):
    """What sort of payment a rule is about; early kinds and channels are drawn more often."""
    def skewed(words):
        return words[min(dice.randrange(len(words)), dice.randrange(len(words)))]

    countries = ", ".join(f'"{dice.choice(COUNTRIES)}"' for _ in range(3))
    sort = dice.randrange(12)
    if sort < 3:
        return f"kind == {skewed(KINDS)}"
    if sort < 5:
        return f'channel == "{skewed(CHANNELS)}"'
    if sort < 7:
        return f"country in [{countries}]"
    return (f'counterparty == "W{dice.randrange(2000)}"',
            f'currency == "{dice.choice(CURRENCIES)}"',
            f"(debtor.country in [{countries}] || creditor.country in [{countries}])",
            "counterparty in watched",
            f'startsWith(remittance, "Invoice {dice.randrange(10, 100)}")')[sort - 7]


def condition(features, dice):
    parts = [gate(dice)] if dice.random() < 0.85 else []
    if dice.random() < 0.40:
        parts.append(gate(dice))
    if dice.random() < 0.75:
        parts.append(f"amount >= {euros(2_000 * math.exp(1.2 * dice.gauss(0, 1)))}")
    number = dice.randrange(features)
    parts.append(limit_on(number, dice))
    if dice.random() < 0.20:
        parts.append(limit_on(dice.randrange(features), dice))
    if dice.random() < 0.10 and (number | 1) < features:
        parts.append(f"amount * 3 >= f{number | 1}")
    return parts


def write_mix(folder, rules):
    """`rules` rules over 60 + rules / 50 features at most, in packs of 500."""
    folder.mkdir()
    dice = random.Random(1)
    features = 60 + rules // 50
    for first in range(0, rules, RULES_A_PACK):
        conditions = [condition(features, dice)
                      for _ in range(first, min(rules, first + RULES_A_PACK))]
        used = sorted({int(word[1:]) for parts in conditions for part in parts
                       for word in part.split() if word[0] == "f" and word[1:].isdigit()})
        declared = [f"  f{number}: {feature(number)}\n" for number in used]
        lines = [rule(f"r{100_000 + first + i}", " && ".join(parts))
                 for i, parts in enumerate(conditions)]
        write(folder / f"p{first}.yaml", declared, lines, RATES if first == 0 else "")


def write_windows(folder, window):
    """Five rules over one window each; none ever matches, so all figures are asked for in vain."""
    folder.mkdir()
    features = {
        "number": f"{{count: debits, over: {window}, status: any}}",
        "total": f"{{sum: amount, of: debits, over: {window}, status: any}}",
        "banded": f"{{count: debits, over: {window}, where: 'amount >= money(\"8000 EUR\") && "
                  "amount < money(\"10000 EUR\")', status: any}",
        "parties": f"{{distinct: counterparty, of: debits, over: {window}, status: any}}",
        "paid_before": f"{{count: debits, over: {window}, prior: true, per: counterparty, "
                       "status: any}"}
    never = {"total": 'money("900000000000 EUR")'}
    write(folder / "windows.yaml",
          [f"  {name}: {text}\n" for name, text in features.items()],
          [rule(f"over_{name}", f"{name} >= {never.get(name, 1_000_000_000)}")
           for name in features], RATES)


def rule(name, when):
    return (f"  - {{rule: {name}, title: t, subject: debtor, severity: low, score: 1, reason: r, "
            f"once_per: {{key: account, for: 24h}}, when: '{when}'}}\n")


def write(path, features, rules, rates):
    path.write_text(HEAD.format(name=path.stem, rates=rates) + "".join(features) + "rules:\n"
                    + "".join(rules), encoding="utf-8")
