"""The sample terms with all that an EN 16931 invoice asks for."""

from sample_terms import TEXT

from alihdaya.engagement.terms import parse

PARTIES = {
    "[client]": """[client.invoice]
street = "1 Example Quay"
postcode = "10001"
vat = "FR12345678901"
""",
    "[provider]": """[provider.invoice]
street = "Jalan Contoh 5"
vat = "DE123456789"
registration = "0123456789"
electronic = "invoices@provider.example"
electronic_scheme = "EM"
contact = "Accounts"
mail = "accounts@provider.example"
""",
}
VAT = """[service.vat]
category = "S"
rate = 19
"""
BILLING = """
[invoice]
days = 30
account = "DE02120300000000202051"
holder = "The provider"
buyer_reference = "Cost centre 7"
"""


def registered(vat=VAT, billing=BILLING, without=()):
    text = TEXT
    for table, added in PARTIES.items():
        kept = "".join(line for line in added.splitlines(keepends=True) if line.split(" = ")[0] not in without)
        text = text.replace(table, f"{kept}\n{table}", 1)
    rates = text.index("[service.rates")
    return parse(f"{text[:rates]}{vat}\n{text[rates:]}{billing}".encode(), "terms.toml")
