"""What a line or a credit comes to, as somebody writes it who checks it with a pocket calculator."""

from decimal import Decimal
from fractions import Fraction

from alihdaya.engagement.credit import Credit
from alihdaya.engagement.invoice import Line
from alihdaya.engagement.rates.card import Rate
from alihdaya.engagement.rates.figures import EXACT
from alihdaya.engagement.rates.wire import decimal_text
from alihdaya.kernel.money import Money

_TIMES = "\N{MULTIPLICATION SIGN}"


def line_formula(line: Line) -> str:
    """Write quantity x price = amount, with the exact product where the amount is a rounded one."""
    if line.part == "shortfall" and line.price == line.amount.amount and line.quantity == 1:
        return _number(line.amount.amount)
    exact = EXACT.multiply(line.price, line.quantity)
    return _rounded(f"{_number(line.quantity)} {_TIMES} {_number(line.price)}", exact, line.amount)


def price_formula(line: Line, digits: int) -> str:
    """Write how a line's price came of the agreed one, where it is indexed or converted; else nothing."""
    if line.agreed is None:
        return ""
    factors = [one for one in (line.indexed, line.exchanged) if one is not None]
    exact = line.agreed
    for factor in factors:
        exact = EXACT.multiply(exact, factor)
    shown = [*map(_number, (line.agreed, *factors))]
    if line.days:
        share = Fraction(line.days)
        exact = EXACT.divide(EXACT.multiply(exact, share.numerator), share.denominator)
        shown.append(line.days)
    text = f" {_TIMES} ".join(shown) + f" = {_number(exact)}"
    same = exact == line.price
    return text if same else f"{text} \N{RIGHTWARDS ARROW} {line.price:,.{digits}f}"


def overtime_formula(line: Line, rate: Rate, first: Decimal) -> str:
    """Write the price of a line of overtime: (multiplier - 1) x the first tier's price of the month."""
    rule = next(one for one in rate.overtime if one.id == line.overtime)
    return f"({_number(rule.multiplier)} - 1) {_TIMES} {_number(first)} = {_number(line.price)}"


def credit_formula(credit: Credit) -> str:
    """Write the fee's percentage that a service credit is."""
    exact = EXACT.scaleb(EXACT.multiply(credit.fee.amount, credit.percent), -2)
    share = f"{_number(credit.percent)} % {_TIMES} {_number(credit.fee.amount)}"
    return _rounded(share, exact, credit.amount if credit.kind == "credit" else -credit.amount)


def _rounded(text: str, exact: Decimal, amount: Money) -> str:
    whole = f"{text} = {_number(exact)}"
    return whole if exact == amount.amount else f"{whole} \N{RIGHTWARDS ARROW} {amount.amount:,}"


def _number(number: Decimal | int) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{Decimal(decimal_text(number)):,}"
