"""Hypothesis profiles: new examples at the desk, the same ones in every run of the CI."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No deadline: the first example of a test reads tables, which says nothing about the test.
settings.register_profile("desk", deadline=None)
# A red CI run should say something about the change at hand and be the same when repeated.
# Other checks share its cores: how long it takes to draw an example says nothing, either.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
