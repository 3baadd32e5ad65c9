"""The hub as a WSGI application: settings from the environment, and the worker beside it."""

import logging
import os
import secrets

from flask import Flask

from marke_ground.store.engine import open_engine
from marke_ground.store.migrate import check_schema
from marke_hub.app import RealClock, create_app_of
from marke_hub.config import MIGRATIONS, HubConfig
from marke_hub.jobs.runner import start_worker
from marke_hub.services.hub import open_hub


def make_application() -> Flask:
    """Open the hub of this environment and start its worker; `marke hub serve` brought its tables up to date."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = HubConfig.from_environ(os.environ)
    hub = open_hub(config, secrets.token_bytes)
    engine = open_engine(config.database_url)
    check_schema(engine, MIGRATIONS)
    app = create_app_of(hub, engine=engine)
    if config.worker_inside:
        start_worker(engine, hub, RealClock())
    return app


application = make_application()
