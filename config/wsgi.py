"""Entry point for the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Every view is imported now. What is loaded at start lasts as long as the process: without this the garbage
# collector looks through all of it again and again, which took a third of a large delivery's time.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
# A request makes thousands of objects, nearly all of which go with it uncollected: looking for circles at
# each 700th, as Python does unasked, took a tenth of a save's time.
gc.set_threshold(10_000, 10, 10)
