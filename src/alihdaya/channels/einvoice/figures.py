"""Figures as they stand in an electronic invoice."""

from decimal import Decimal

from alihdaya.engagement.einvoice.totals import rounded


def amount(value: Decimal, currency: str) -> str:
    """Write an amount with the decimals that the currency has on an invoice."""
    return f"{rounded(value, currency):f}"


def plain(value: Decimal) -> str:
    """Write a price, quantity or rate without exponent and idle zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
