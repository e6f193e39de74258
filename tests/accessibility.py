"""What axe-core says of a page in a real browser."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import Browser

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(
    not AXE.exists() and shutil.which("npm") is None,
    reason="no npm here to bring axe-core (Debian: apt-get install npm)",
)


def serious_faults(browser: Browser) -> list[str]:
    """What axe-core calls serious or critical on the page, with where it is."""
    assert AXE.exists(), "axe-core is not there: run `make test`, which installs it with npm"
    driver = browser.driver
    driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    run: Callable[..., str] = driver.execute_async_script
    told = run(
        """
        const done = arguments[arguments.length - 1];
        axe.run(document, {resultTypes: ["violations"]})
            .then(result => done(JSON.stringify(result.violations)));
        """
    )
    return [
        f"{fault['id']}: {node['target']}"
        for fault in json.loads(told)
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
