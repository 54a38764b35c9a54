"""What all tests share: how hypothesis draws, and which tests are slow."""
from hypothesis import settings

# The same examples in every run, so that a failure can be looked at again; and, to look for new ones,
# `python -m pytest --hypothesis-profile=search`. No deadline: these machines are shared.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile("repeat")
