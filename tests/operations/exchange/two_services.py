"""Two services of one client on one store: claims by rule, and appeals by experts, under terms of their own."""

from claims_pack import MANIFEST, ROSTER, TERMS, person, write_pack
from small_desk import SmallDesk

from alihdaya.engagement import terms as agreement
from alihdaya.operations.exchange.handover.commands import HandBack, HandOver
from alihdaya.operations.sign import open_service
from alihdaya.packs import load
from alihdaya.store.views import items
from alihdaya.work.handover import HandedBack, HandedOver, TakenOver

PEOPLE = ROSTER + person("xena") + person("yuri", certificate="2013-02-01")
"""xena does the appeals, as ana does the claims; any of them may do both, as far as the gate is asked."""

CALL = """
<callActivity id="race" name="Ask the experts" alihdaya:service="appeals-desk"{more}/>
<boundaryEvent id="no" attachedToRef="race"><errorEventDefinition/></boundaryEvent>
<sequenceFlow sourceRef="no" targetRef="declined"/>
"""


def terms(pack, service, engagement="acme", client="Acme", more=""):
    text = TERMS.replace('pack = "claims"', f'pack = "{pack}"').replace('"claims-desk"\npack', f'"{service}"\npack')
    text = text.replace('id = "acme"', f'id = "{engagement}"').replace('name = "Acme"', f'name = "{client}"')
    return text.replace("attainment = 90", f"attainment = 90\n{more}")


def asking(process, more=""):
    """Let the lane "race" of the claims ask the experts: answered, declined if they refuse, lapsed after 30 hours."""
    return process.replace('<receiveTask id="race" messageRef="reply"/>', CALL.format(more=more))


class TwoServices(SmallDesk):
    """The claims desk, with the appeals beside it; `others`: further engagements that the appeals are signed in."""

    def __init__(self, store, folder, *, claims="", appeals=None, process="", more="", card=""):
        changes = {"claims": process} if process else {}
        changes |= {"pack": MANIFEST + card} if card else {}
        pack = load(
            write_pack(folder / "claims", terms=terms("claims", "claims-desk", more=claims), roster=PEOPLE, **changes)
        )
        experts = write_pack(folder / "appeals", pack=MANIFEST.replace('name = "claims"', 'name = "appeals"') + more)
        self.experts = load(experts)
        self.appeals = appeals or [terms("appeals", "appeals-desk", "acme-appeals")]
        super().__init__(store, folder, pack=pack)

    def open(self):
        desk = super().open()
        for text in self.appeals:
            signed = agreement.parse(text.encode())
            self.expert = open_service(desk, self.experts, signed, max(self.at, desk.at), trusted=True)
        return desk

    def hand_over(self, item, person="ana", token=1, **more):
        given = {"kind": "judge", **more.pop("given", {})}
        return self.command(HandOver(item, token, person, more.pop("service", "appeals-desk"), given=given, **more))

    def hand_back(self, item, person, reason="", token=0):
        return self.command(HandBack(item, person, reason, token))

    def told(self, item, *kinds):
        self.commit()
        wanted = kinds or (HandedOver, TakenOver, HandedBack)
        return [one for entry in self.store.read_log(item=item) for one in entry.events if isinstance(one, wanted)]

    def states(self):
        self.commit()
        return {row.id: row.status for row in items(self.store)}
