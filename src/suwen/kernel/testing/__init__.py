"""What tests of every room stand on: a real database each, a workspace, markers for real external servers.

`tests/conftest.py` names `suwen.kernel.testing.fixtures` and `suwen.kernel.testing.markers` as pytest plug-ins.
"""
