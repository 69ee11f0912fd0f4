"""A project with a user of its own for each test."""

import pytest
from benchmarks.prove._replay_cases import project_in


@pytest.fixture
def project(tmp_path):
    return project_in(str(tmp_path))
