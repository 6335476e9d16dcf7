"""Mark for tests that must hold on the embedded database and on the one for money and order."""

import pytest

both_databases = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
