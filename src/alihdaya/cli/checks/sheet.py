"""The HTML page that studies and measures are written on: one file that needs nothing else."""

from html import escape

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2b2a; background: #f7f9f8; margin: 2rem auto; padding: 0 1rem }
section { background: #fff; border: 1px solid #dfe6e4; border-radius: 8px; padding: .2rem 1.2rem 1rem; margin: 1rem 0 }
h1 { font-size: 1.5rem } text { font-size: 13px; fill: #1c2b2a } .dim { fill: #6b7a78 }
.warn { color: #9a3412 } p { margin: .3rem 0 } .small { color: #6b7a78; font-size: .9rem }
"""


def sheet(title: str, said: str, body: str, *, style: str, language: str) -> str:
    """Write a page: its title, a small sentence below it (both plain text), and the HTML of its body.

    `style`: what the page's CSS adds to that of all of them.
    """
    title = escape(title)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}{style}</style></head>'
        f'<body><h1>{title}</h1><p class="small">{escape(said)}</p>{body}</body></html>\n'
    )
