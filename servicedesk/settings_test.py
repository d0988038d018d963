"""Settings of the test suite: Postgres is real (tests/conftest.py starts one), passwords are hashed cheaply."""

import os

os.environ.setdefault("SERVICEDESK_MODE", "test")

from servicedesk.settings import *  # noqa: F403 - test settings are the settings, plus what follows

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
AXES_ENABLED = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = None  # type: ignore[assignment] # nothing is collected; WhiteNoise finds files in static/ itself
SPAM_PROOF_MAX = 2
