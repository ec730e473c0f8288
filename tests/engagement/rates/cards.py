"""Terms with one service whose rate card, penalty and dates a test gives as TOML."""

from alihdaya.engagement.terms import parse

HEAD = """
[engagement]
id = "acme"
currency = "{currency}"
signed = 2026-01-01
from = {start}
until = {until}
[client]
name = "Acme"
country = "US"
city = "New York"
time_zone = "America/New_York"
[provider]
name = "PT Contoh"
country = "ID"
city = "Jakarta"
time_zone = "Asia/Jakarta"
[[service]]
id = "desk"
pack = "desk"
delivery_country = "ID"
[service.calendar]
time_zone = "{zone}"
monday = ["09:00-12:00", "13:00-17:00"]
tuesday = ["09:00-17:00"]
wednesday = ["09:00-17:00"]
thursday = ["09:00-17:00"]
friday = ["09:00-17:00"]
closed = {{ "2026-07-03" = "Independence Day" }}
[service.sla]
respond = {{ working_hours = 4 }}
attainment = 95
"""
FLAT = """
[service.rates.case]
name = { en = "Case", id = "Kasus" }
tiers = [{ price = 0.5 }]
"""
PENALTY = """
[service.penalty]
per_point = 2
at_risk = 10
"""


def card(rates=FLAT, *, penalty=PENALTY, start="2026-01-01", until="2027-12-31", currency="USD", zone="UTC"):
    """The bytes of terms.toml."""
    head = HEAD.format(start=start, until=until, currency=currency, zone=zone)
    return (head + rates + penalty).encode()


def terms_of(rates=FLAT, **given):
    return parse(card(rates, **given), "terms.toml")


def rate_of(rates, **given):
    """The first rate."""
    return terms_of(rates, **given).services[0].rates[0]


def unit(body, name="case", tiers="tiers = [{ price = 0.5 }]"):
    """The table of one unit, with these lines in it."""
    return f'[service.rates.{name}]\nname = {{ en = "{name}" }}\n{tiers}\n{body}\n'
