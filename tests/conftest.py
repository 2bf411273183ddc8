"""Fixtures of all tests come from the kernel."""

pytest_plugins = ("pytester", "suwen.kernel.testing.fixtures", "suwen.kernel.testing.markers")
