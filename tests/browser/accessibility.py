"""What axe-core finds wrong with a page, but for what is Streamlit's own and out of our reach."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SEVERE = {"serious", "critical"}


@dataclass(frozen=True)
class Known:
    """A fault inside one of Streamlit's own widgets. `selector` matches the faulty elements."""

    rule: str
    selector: str


# Seen with Streamlit 1.67 and axe-core 4.12. A test fails for each line that has become needless.
KNOWN = (
    # The sections of st.navigation stand as <div> between the items of one list.
    Known("list", '[data-testid="stSidebarNavItems"]'),
    Known("listitem", '[data-testid="stSidebarNavItems"] li'),
)


@dataclass
class Inspector:
    """Looks at pages and remembers which of the known faults it met."""

    met: set[Known] = field(default_factory=set)

    def faults(self, page: Page) -> list[str]:
        """Serious and critical violations of WCAG and good practice, one line each."""
        found = Axe().run(page).response["violations"]
        return [
            f"{fault['impact']} {fault['id']}: {node['html']} {_reason(node)}"
            for fault in found
            if fault["impact"] in SEVERE
            for node in fault["nodes"]
            if not self._is_known(page, fault["id"], node["target"][-1])
        ]

    def _is_known(self, page: Page, rule: str, target: str) -> bool:
        for known in KNOWN:
            if known.rule == rule and page.evaluate(
                "([target, selector]) => document.querySelector(target)?.matches(selector)",
                [target, known.selector],
            ):
                self.met.add(known)
                return True
        return False


def _reason(node: dict[str, list[dict[str, str]]]) -> str:
    return "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])
