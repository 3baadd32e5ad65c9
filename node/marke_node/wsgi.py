"""For servers that import an app: `marke_node.wsgi:application`. The agent runs apart, with `marke node poll`."""

import os

from marke_node.app import create_app
from marke_node.config import NodeConfig

application = create_app(NodeConfig.from_environ(os.environ))
