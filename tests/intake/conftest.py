"""What holds for every file that a test of intake opens, whatever else it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from retnet_core.intake import load
from retnet_core.intake.understanding import Understanding


@pytest.fixture(scope="module", autouse=True)
def every_trial_is_accounted_for() -> Iterator[None]:
    """Rows read are used or set aside, and findings say what is wrong and what to do."""
    understand = load.understand

    def checked(*given: Any, **named: Any) -> Understanding:
        understood = understand(*given, **named)
        if understood.trial:
            source, findings = understood.trial.source, understood.trial.findings
            assert source.rows_read == source.rows_used + source.rows_set_aside
            assert findings["problem"].str.strip().ne("").all()
            assert findings["remedy"].str.strip().ne("").all()
        return understood

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "understand", checked)
        yield
