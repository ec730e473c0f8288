"""Small BPMN files for tests."""

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:other="urn:other" id="file" targetNamespace="urn:t"{}>'
)


def file_of(
    body: str, shared: str = "", more: str = "", process: str = '<process id="p" isExecutable="true">'
) -> bytes:
    return f"{HEAD.format(more)}{shared}\n{process}\n{body}\n</process></definitions>".encode()


def flow(source: str, target: str, condition: str = "", identity: str = "") -> str:
    inner = f"<conditionExpression>{condition.replace('<', '&lt;')}</conditionExpression>" if condition else ""
    name = f' id="{identity}"' if identity else ""
    return f'<sequenceFlow{name} sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>\n'


def around(middle: str, first: str, last: str = "") -> bytes:
    """A process with one start and one end around `middle`."""
    ends = flow("s", first) + flow(last or first, "e")
    return file_of(f'<startEvent id="s"/>\n{middle}\n<endEvent id="e"/>\n{ends}')
