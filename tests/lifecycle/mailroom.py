"""The shop's mail: on its way until somebody hands it over, late with the drafts that it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bridge import failpoints
from simulator.webhooks.deliveries import log
from tests.lifecycle.views import Views
from tests.simulator.listening import Letter


@dataclass
class Mailroom(Views):
    """`mail`: what the shop has sent and nobody has handed over yet.

    `late_mail`: of drafts that Shopify has made, and shows to nobody yet.
    """

    mail: list[Letter] = field(default_factory=list)
    late_mail: list[Letter] = field(default_factory=list)

    def has_mail(self) -> bool:
        self.collect()
        return bool(self.mail)

    def collect(self) -> None:
        """Put what the shop has sent into the mail, in the order in which it happened."""
        arrived = {letter.webhook_id: letter for letter in self.sent()}
        if arrived:
            with self.simulator.store.lock:
                happened = [each["webhook_id"] for each in log(self.simulator.store)]
            self.mail += [arrived[each] for each in happened if each in arrived]

    def hand_over(self, letters: Sequence[Letter]) -> None:
        """Deliver letters; Shopify does so again until the bridge has said that it has them."""
        for letter in letters:
            try:
                self.deliver([letter])
            except failpoints.FailpointError:
                self.deliver([letter])

    def show_late_drafts(self) -> None:
        """What was late is there from now on, and its mail is on its way."""
        with self.simulator.store.lock:
            for draft in self.late:
                self.simulator.store.add(draft)
        self.mail += self.late_mail
        self.late, self.late_mail = [], []
